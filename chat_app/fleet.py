"""Several web processes on one listening socket, kept alive by their parent."""

import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from chat_app.infrastructure.crowds import Crowds
from chat_app.infrastructure.embedded.parent_death import die_with_parent
from chat_app.infrastructure.metrics import MEASUREMENTS, forget_process

_log = logging.getLogger(__name__)

# The exit code of a web process that would fail in the same way again.
BAD_CONFIGURATION: Final = 2


class Fleet:
    """The parent of several web processes on one socket: starts, restarts and stops them."""

    def __init__(
        self,
        program: Path,
        listener: socket.socket,
        size: int,
        patience: float,
        env: Mapping[str, str],
    ) -> None:
        """`patience` is how many seconds the children get to end; `env` is handed on to them."""
        self._measurements = Path(tempfile.mkdtemp(prefix="cland-metrics-"))
        self._env = {**env, MEASUREMENTS: str(self._measurements)}
        self._program = program
        self._listener = listener
        self._crowds = Crowds(size)
        self._patience = patience
        self._children: list[subprocess.Popen[bytes] | None] = [None] * size
        self._not_before = [0.0] * size
        self._failures = [0] * size

    def run(self, stopped: Callable[[float], bool]) -> int:
        """Keep every place filled until `stopped(seconds)` says so; return the exit code."""
        code = None
        while code is None:
            code = self._fill()
            if code is None and stopped(0.2):
                code = 0
        self._stop()
        shutil.rmtree(self._measurements, ignore_errors=True)
        self._crowds.close()
        return code

    def _fill(self) -> int | None:
        """Start what is missing and due; return an exit code if starting again is no use."""
        for place, child in enumerate(self._children):
            code = child.poll() if child else None
            if code == BAD_CONFIGURATION:
                return code
            if child and code is not None:
                self._bury(place, code)
            if self._children[place] is None and time.monotonic() >= self._not_before[place]:
                self._start(place)
        return None

    def _start(self, place: int) -> None:
        listener, crowds = self._listener.fileno(), self._crowds.fileno()
        shared = {"--listen-fd": listener, "--crowds-fd": crowds, "--place": place}
        words = [str(word) for pair in shared.items() for word in pair]
        self._children[place] = subprocess.Popen(
            [sys.executable, str(self._program), *words],
            env=self._env,
            pass_fds=[listener, crowds],
            preexec_fn=die_with_parent(),  # noqa: PLW1509 - no thread runs in this parent
        )
        self._not_before[place] = time.monotonic() + 5

    def _bury(self, place: int, code: int) -> None:
        """Note a death; one that came early delays the next start, up to 30 s."""
        now = time.monotonic()
        early = now < self._not_before[place]
        self._failures[place] = min(self._failures[place] + 1, 5) if early else 0
        pause = min(30, 2 ** self._failures[place]) if early else 0
        self._not_before[place] = now + pause
        if child := self._children[place]:
            forget_process(child.pid, self._measurements)
        self._crowds.left(place)
        self._children[place] = None
        _log.error("web process %d ended with %d; next start in %d s", place + 1, code, pause)

    def _stop(self) -> None:
        running = [child for child in self._children if child and child.poll() is None]
        for child in running:
            child.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + self._patience
        while time.monotonic() < deadline and any(child.poll() is None for child in running):
            time.sleep(0.05)
        for child in running:
            if child.poll() is None:
                os.kill(child.pid, signal.SIGKILL)
