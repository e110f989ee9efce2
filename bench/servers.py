"""The servers under load: ours as an operator starts it, and the Node reference."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

BENCH: Final = Path(__file__).resolve().parent
EMAIL: Final = "admin@example.com"
PASSWORD: Final = "a long password only for measuring"
START_SECONDS: Final = 40.0


@dataclass
class Server:
    """A program that answers on a port of its own; `prefix` goes before it (taskset, perhaps)."""

    name: str
    port: int
    argv: Sequence[str]
    folder: Path
    env: Mapping[str, str]
    log: Path
    database: str
    prefix: Sequence[str] = ()
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The running process, which others may descend from."""
        if self.process is None:
            raise SystemExit(f"{self.name} does not run")
        return self.process.pid

    def start(self) -> None:
        """Start it and wait until it is ready."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.prefix, *self.argv],
                cwd=self.folder,
                env=dict(self.env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"{self.name} did not start:\n{self.log.read_text()}")
            time.sleep(0.1)

    def _ready(self) -> bool:
        try:
            with urlopen(f"{self.url}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def restart(self) -> None:
        """End it and start it anew."""
        self.stop()
        self.start()

    def stop(self) -> None:
        """End it."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
            self.process = None


def program(name: str, checkout: Path, database: str, redis: str, folder: Path, web: int) -> Server:
    """Our web process from a checkout; migrates the database first."""
    folder.mkdir()
    port = _free_port()
    env = _inherited() | {
        "ADMIN_EMAIL": EMAIL,
        "ADMIN_PASSWORD": PASSWORD,
        "APP_ENV": "production",
        "DATA_DIR": str(folder),
        "DB_DSN": database,
        "HOST": "127.0.0.1",
        "LOG_LEVEL": "WARNING",
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "RATE_LIMITS": "off",
        "REDIS_ADDR": redis,
        "SECRET_KEY": "only for measuring, and long enough for that",
        "WEB_CONCURRENCY": str(web),
    }
    boot = [sys.executable, "-m", "flask", "--app", "wsgi", "chat", "first-boot"]
    subprocess.run(boot, cwd=checkout, env=env, check=True, stdout=subprocess.DEVNULL)
    argv = [sys.executable, "wsgi.py"]
    return Server(name, port, argv, checkout, env, folder / "web.log", database)


def node_reference(name: str, database: str, redis: str, folder: Path) -> Server:
    """The server in reference.mjs."""
    port = _free_port()
    path, _, host = database.partition("?host=")
    dsn = f"socket:{host}?db={path.rpartition('/')[2]}&user=cland" if host else database
    env = _inherited() | {"DB_DSN": dsn, "REDIS_ADDR": redis, "NODE_ENV": "production"}
    argv = ["node", "reference.mjs", str(port)]
    return Server(name, port, argv, BENCH, env, folder / "node.log", database)


def _inherited() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
