"""SQLite in a server that is an event loop.

Every call that may wait for the disk or a lock runs through `Blocking`, so that the loop goes
on; write transactions of this process take turns (see `unit_of_work`), and one that finds the
file locked by another process tries again for two seconds.
"""

import sqlite3
import time
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from chat_app.domain.ports import Blocking
from chat_app.infrastructure.blocking import DirectBlocking

WRITES = "cland_writes"
BUSY_MILLISECONDS = 250
PATIENCE_SECONDS = 2.0
_PAUSE_SECONDS = 0.02


class ThreadedCursor(sqlite3.Cursor):
    """Executes off the event loop."""

    def execute(self, sql: str, parameters: Any = (), /) -> "ThreadedCursor":
        """Run one statement."""
        self._blocking.run(super().execute, sql, parameters)
        return self

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> "ThreadedCursor":
        """Run one statement with many rows."""
        self._blocking.run(super().executemany, sql, parameters)
        return self

    @property
    def _blocking(self) -> Blocking:
        connection = self.connection
        if not isinstance(connection, ThreadedConnection):
            raise TypeError("a ThreadedCursor belongs to a ThreadedConnection")
        return connection.blocking


class ThreadedConnection(sqlite3.Connection):
    """A connection whose waiting happens off the event loop, from `prepare` on."""

    blocking: Blocking = DirectBlocking()

    def cursor(self, factory: Any = ThreadedCursor) -> Any:
        """A cursor of ours, whatever the caller expects of the standard one."""
        return super().cursor(factory)

    def commit(self) -> None:
        """Commit, which waits for the disk."""
        self.blocking.run(super().commit)

    def rollback(self) -> None:
        """Undo."""
        self.blocking.run(super().rollback)


def engine_options() -> dict[str, Any]:
    """What `create_engine` needs for SQLite."""
    return {
        "connect_args": {
            "check_same_thread": False,
            "timeout": BUSY_MILLISECONDS / 1000,
            "factory": ThreadedConnection,
        },
        "pool_size": 10,
        "max_overflow": 10,
        "pool_timeout": 5,
    }


def prepare(engine: Engine, blocking: Blocking) -> None:
    """Set the durability and locking we rely on, on every connection."""

    @event.listens_for(engine, "connect")
    def _configure(connection: ThreadedConnection, _: object) -> None:
        connection.blocking = blocking
        connection.isolation_level = None  # we say BEGIN ourselves, below
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_MILLISECONDS}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get(WRITES):
            _begin_writing(connection)
        else:
            connection.exec_driver_sql("BEGIN")


def _begin_writing(connection: Connection) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return
