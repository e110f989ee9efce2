"""Real services and real processes for tests: nothing here is a stand-in.

    with Stack(tmp_path, sqlite=sqlite_template) as stack:
        requests.get(f"{stack.url}/readyz")
        stack.kill("web"); stack.restart("web")

Processes are tied to the thread that starts them: they die with it.
"""

import contextlib
import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Protocol, Self
from urllib.parse import urlsplit

import psycopg2
from psycopg2 import sql

from chat_app.infrastructure.embedded.parent_death import die_with_parent
from chat_app.infrastructure.embedded.valkey import EmbeddedValkey

ROOT: Final = Path(__file__).resolve().parent.parent
ADMIN_EMAIL: Final = "admin@example.com"
ADMIN_PASSWORD: Final = "correct horse battery staple"
START_SECONDS: Final = 40.0

# Everything a process needs that does not come from the machine, so that a developer's own
# settings cannot change a test. Rates are off: a test that is about them turns them on.
BASE_ENV: Final[Mapping[str, str]] = {
    "ADMIN_EMAIL": ADMIN_EMAIL,
    "ADMIN_PASSWORD": ADMIN_PASSWORD,
    "APP_ENV": "development",
    "LOG_FORMAT": "console",
    "PYTHONUNBUFFERED": "1",
    "RATE_LIMITS": "off",
    "SECRET_KEY": "a secret that is long enough but only for tests",
}
_FROM_THE_MACHINE: Final = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "SYSTEMROOT")


class Databases(Protocol):
    """A PostgreSQL server that makes and drops databases for tests."""

    def url(self, database: str = "postgres") -> str:
        """Return the URL of `database`."""

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """Create a database and return its URL."""

    def drop_database(self, name: str) -> None:
        """Drop a database, cutting its connections."""


class GivenPostgres:
    """The server of TEST_DATABASE_URL, whose user may create databases."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)

    def url(self, database: str = "") -> str:
        path = f"/{database}" if database else self._parts.path
        return self._parts._replace(path=path).geturl()

    def create_database(self, name: str, *, template: str = "template1") -> str:
        self._execute("CREATE DATABASE {} TEMPLATE {}", name, template)
        return self.url(name)

    def drop_database(self, name: str) -> None:
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _execute(self, statement: str, *names: str) -> None:
        connection = psycopg2.connect(self.url())
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
        finally:
            connection.close()


def environment(**given: str) -> dict[str, str]:
    """Return the environment of a process under test: BASE_ENV, and `given` over it."""
    machine = {name: os.environ[name] for name in _FROM_THE_MACHINE if name in os.environ}
    return {**machine, **BASE_ENV, **given}


def free_port() -> int:
    """Return a port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def flask_command(*words: str, env: Mapping[str, str]) -> str:
    """Run `flask --app wsgi …` to its end and return what it printed; fail the test if it fails."""
    result = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *words],
        cwd=ROOT,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, f"flask {' '.join(words)}:\n{result.stdout}{result.stderr}"
    return result.stdout


def prepare_database(folder: Path, **env: str) -> None:
    """Migrate the database of `env` and make the first admin in it."""
    flask_command("chat", "first-boot", env=environment(DATA_DIR=str(folder), **env))


def children_of(pid: int) -> list[int]:
    """The processes that `pid` has started (Linux)."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Process:
    """One program with its log; `start` again after its end appends to the log."""

    def __init__(self, name: str, argv: list[str], env: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.log = log
        self._argv = argv
        self._env = dict(env)
        self._process: subprocess.Popen[bytes] | None = None
        self._said_before = 0

    @property
    def pid(self) -> int:
        """The process id; for a web parent its children have others."""
        assert self._process is not None, f"{self.name} was never started"
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def port(self) -> int:
        return int(self._env["PORT"])

    def start(self) -> None:
        self._said_before = len(self.output())
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._argv,
                cwd=ROOT,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
                preexec_fn=die_with_parent(signal.SIGKILL),
            )

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process and its children."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def kill(self) -> None:
        """End at once, as in a crash."""
        self.signal(signal.SIGKILL)
        self.wait()

    def terminate(self, timeout: float = 25) -> int:
        """Ask to end, wait, and return the exit code."""
        if self.running and self._process is not None:
            self._process.terminate()
        return self.wait(timeout)

    def wait(self, timeout: float = 25) -> int:
        assert self._process is not None
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)
            self._process.wait()
            raise AssertionError(f"{self.name} did not end within {timeout} s") from None

    def said(self, words: str) -> bool:
        """True if it has printed that since its last start."""
        return words in self.output()[self._said_before :]

    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""


class Stack:
    """One installation: its own Valkey, a database, web processes, workers and beats.

    `sqlite`: a prepared file that is copied; `database_url`: a prepared database (DB_DSN).
    `web`: how many web processes, each on its own port, named web, web2, web3 …;
    `concurrency`: WEB_CONCURRENCY of each; `worker` and `beat`: how many, named in the same way.
    `env` overrides everything.
    """

    def __init__(
        self,
        folder: Path,
        *,
        sqlite: Path | None = None,
        database_url: str | None = None,
        web: int = 1,
        concurrency: int = 1,
        worker: int = 1,
        beat: int = 0,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.data_dir = folder / "data"
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.valkey = EmbeddedValkey(self.data_dir)
        given = {"DATA_DIR": str(self.data_dir), "REDIS_ADDR": self.valkey.url}
        if database_url is not None:
            given["DB_DSN"] = database_url
        elif sqlite is not None:
            _copy_sqlite(sqlite, self.data_dir / "cland.db")
        self._prepared = database_url is not None or sqlite is not None
        self.env = environment(**{**given, "WEB_CONCURRENCY": str(concurrency), **(env or {})})
        self._folder = folder
        self.processes: dict[str, Process] = {}
        for name in _names("web", web):
            self._add(name, "wsgi.py", PORT=str(free_port()))
        celery = ("-m", "celery", "-A", "celery_worker")
        quick = ("--without-gossip", "--without-mingle", "--without-heartbeat")
        for name in _names("worker", worker):
            named = ("-n", f"{name}@%h", "-P", "threads", "-c", "4", "-l", "INFO")
            self._add(name, *celery, "worker", *named, *quick)
        for name in _names("beat", beat):
            schedule = str(folder / f"{name}-schedule")
            self._add(name, *celery, "beat", "-l", "INFO", "-s", schedule, "--pidfile=")

    def _add(self, name: str, *words: str, **env: str) -> None:
        port = env.get("PORT") or self.env.get("PORT") or self.processes["web"]._env["PORT"]
        given = {**self.env, "PORT": port, "PUBLIC_URL": f"http://localhost:{port}", **env}
        argv = [sys.executable, *words]
        self.processes[name] = Process(name, argv, given, self._folder / f"{name}.log")

    def start(self) -> Self:
        """Start everything and wait until it is ready; fail with the logs if it is not."""
        self.valkey.start()
        if not self._prepared:
            flask_command("chat", "first-boot", env=self.env)
        for process in self.processes.values():
            process.start()
        for name in self.processes:
            self.wait_ready(name)
        return self

    def stop(self) -> None:
        """Stop everything, whatever state it is in."""
        running = [process for process in self.processes.values() if process.running]
        for process in running:
            process.signal(signal.SIGCONT)
            process.signal(signal.SIGTERM)
        for process in running:
            with contextlib.suppress(AssertionError):
                process.wait(20)
        self.valkey.stop()

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The first web process."""
        return self.url_of("web")

    def url_of(self, name: str) -> str:
        # "localhost" as a person types it: PUBLIC_URL and the allowed origins say the same.
        return f"http://localhost:{self.processes[name].port}"

    def kill(self, name: str) -> None:
        """End one process at once, as in a crash."""
        self.processes[name].kill()

    def terminate(self, name: str) -> int:
        """Ask one process to end and return its exit code."""
        return self.processes[name].terminate()

    def restart(self, name: str) -> None:
        """Start one process again (it must have ended) and wait until it is ready."""
        self.processes[name].start()
        self.wait_ready(name)

    def flask(self, *words: str) -> str:
        """Run an operator's command on this installation."""
        return flask_command(*words, env=self.env)

    def log(self, name: str) -> str:
        return self.processes[name].output()

    def logs(self, lines: int = 30) -> str:
        """Return the last lines of every log, for a failing test."""
        return "\n".join(
            f"--- {name} ---\n" + "\n".join(process.output().splitlines()[-lines:])
            for name, process in self.processes.items()
        )

    def wait_ready(self, name: str) -> None:
        """Block until /readyz answers, or the worker has said that it is ready."""
        process = self.processes[name]
        for _ in until(START_SECONDS):
            if name.startswith("beat") or (name.startswith("worker") and process.said(" ready.")):
                return
            if name.startswith("web") and get_json(process.port, "/readyz")[0] == http.client.OK:
                return
            assert process.running, f"{name} ended:\n{self.logs()}"
        raise AssertionError(f"{name} is not ready:\n{self.logs()}")


def _names(kind: str, count: int) -> list[str]:
    return [kind if number == 1 else f"{kind}{number}" for number in range(1, count + 1)]


def _copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database with whatever still stands in its write-ahead log."""
    with (
        contextlib.closing(sqlite3.connect(source)) as old,
        contextlib.closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)


def until(seconds: float, *, every: float = 0.05) -> Iterator[None]:
    """Yield again and again until `seconds` have passed."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        yield
        time.sleep(every)


def get_json(port: int, path: str) -> tuple[int, Any]:
    """Return status and parsed body of a GET on this machine; (0, None) if nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read()
        return response.status, json.loads(body) if body.startswith((b"{", b"[")) else None
    except (OSError, http.client.HTTPException):
        return 0, None
    finally:
        connection.close()
