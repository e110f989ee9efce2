"""Child processes of the supervisor: their output, their end, and how they are ended."""

import contextlib
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from chat_app.infrastructure.embedded.parent_death import die_with_parent

_COLOURS: Final = (36, 33, 35, 32, 34)
_NAME_WIDTH: Final = 8
_IMPATIENT_AFTER_SECONDS: Final = 1.0


class StopRequested(Exception):
    """SIGINT, SIGTERM or SIGHUP arrived."""


class ChildEndedError(RuntimeError):
    """A process that should run on has ended; the text says which and how."""


class Child:
    """One process with its output; `lines` keeps the output of a quiet one."""

    def __init__(self, name: str, process: "subprocess.Popen[bytes]", *, quiet: bool) -> None:
        self.name = name
        self.process = process
        self.quiet = quiet
        self.lines: list[str] = []
        self.rest = b""

    @property
    def running(self) -> bool:
        """True until the process has ended."""
        return self.process.poll() is None


class Children:
    """Starts processes, prints their lines with their names, and stops them all."""

    def __init__(self, env: Mapping[str, str], folder: Path) -> None:
        self._env = {**env, "PYTHONUNBUFFERED": "1"}
        self._folder = folder
        self._children: list[Child] = []
        self._selector = selectors.DefaultSelector()
        self._colourful = sys.stdout.isatty() and "NO_COLOR" not in env
        self._listen_for_signals()

    def _listen_for_signals(self) -> None:
        """Let every signal write a byte that wakes the selector; SIGCHLD tells of deaths."""
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
            if signal.getsignal(number) != signal.SIG_IGN or number == signal.SIGINT:
                signal.signal(number, lambda *_: None)
        self._selector.register(self._reader, selectors.EVENT_READ, None)

    def start(self, name: str, argv: Sequence[str], *, quiet: bool = False) -> Child:
        """Start `argv`; a `quiet` child's lines are kept instead of printed."""
        process = subprocess.Popen(
            argv,
            cwd=self._folder,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # Ctrl-C reaches the whole foreground group; the children are stopped in order instead.
            process_group=0,
            preexec_fn=die_with_parent(),  # noqa: PLW1509 - the supervisor has one thread
        )
        return self.adopt(name, process, quiet=quiet)

    def adopt(self, name: str, process: "subprocess.Popen[bytes]", *, quiet: bool = False) -> Child:
        """Look after a process that somebody else started."""
        child = Child(name, process, quiet=quiet)
        self._children.append(child)
        if process.stdout is not None:
            os.set_blocking(process.stdout.fileno(), False)
            self._selector.register(process.stdout, selectors.EVENT_READ, child)
        return child

    def wait_for_end(self, child: Child) -> int:
        """Block until `child` has ended and return its exit code."""
        while child.running:
            self.watch(0.5, may_end=child)
        self._read(child)
        self._children.remove(child)
        return child.process.returncode

    def watch(self, seconds: float, *, may_end: Child | None = None) -> None:
        """Pass output on for at most `seconds`; raise StopRequested, or ChildEndedError."""
        for key, _ in self._selector.select(seconds):
            if key.data is None:
                self._heed_signals()
            else:
                self._read(key.data)
        for child in self._children:
            if child is not may_end and not child.running:
                self._read(child)
                raise ChildEndedError(
                    f"{child.name} ended with exit code {child.process.returncode}"
                )

    def _heed_signals(self) -> None:
        numbers = set(self._reader.recv(64)) - {signal.SIGCHLD}
        if numbers:
            raise StopRequested

    def _read(self, child: Child) -> None:
        stream = child.process.stdout
        if stream is None or stream.closed:
            return
        with contextlib.suppress(BlockingIOError):
            while data := os.read(stream.fileno(), 65_536):
                *lines, child.rest = (child.rest + data).split(b"\n")
                for line in lines:
                    self._take(child, line)
            if child.rest:
                self._take(child, child.rest)
            self._selector.unregister(stream)
            stream.close()

    def _take(self, child: Child, line: bytes) -> None:
        text = line.decode("utf-8", "replace").rstrip()
        if child.quiet:
            child.lines.append(text)
        else:
            self.say(text, child.name)

    def say(self, text: str, name: str = "cland") -> None:
        """Print one line with the name of who says it."""
        label = f"{name:<{_NAME_WIDTH}}|"
        if self._colourful:
            label = f"\033[{_COLOURS[sum(map(ord, name)) % len(_COLOURS)]}m{label}\033[0m"
        # A closed terminal must not keep the children from being stopped.
        with contextlib.suppress(OSError):
            sys.stdout.write(f"{label} {text}\n")
            sys.stdout.flush()

    def stop(self, children: Sequence[Child], seconds: float) -> None:
        """Send SIGTERM to all of `children` at once, and SIGKILL to what is left after `seconds`.

        A second Ctrl-C does not wait that long.
        """
        for child in children:
            if child.running:
                child.process.terminate()
        self._wait_for_all(children, seconds)
        for child in children:
            if child.running:
                self.say(f"{child.name} does not stop: killed")
                # Its whole group, since a web parent has children of its own.
                os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait()

    def _wait_for_all(self, children: Sequence[Child], seconds: float) -> None:
        begin = time.monotonic()
        while any(child.running for child in children) and time.monotonic() < begin + seconds:
            try:
                self.watch(0.1)
            except ChildEndedError:
                continue
            except StopRequested:
                # One Ctrl-C may arrive twice, from the terminal and from make.
                if time.monotonic() > begin + _IMPATIENT_AFTER_SECONDS:
                    return
