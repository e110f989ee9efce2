"""PostgreSQL that hangs, and connections that die in our hands."""

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

from psycopg2 import Error
from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection

# Looking whether a connection lives, and opening another one, fit together into two seconds.
HURRY_SECONDS = 0.9
# A connection that was in use so recently is not asked whether it lives.
TRUSTED_SECONDS = 0.2


class Patience(threading.local):
    """How many seconds this thread (in the web server: this greenlet) waits for one answer."""

    seconds = 2.0


PATIENCE = Patience()


def prepare(engine: Engine) -> None:
    """Be quick about finding out, and lose no place of the pool."""
    dialect = engine.dialect
    _ask_seldom(engine)
    dialect.reset_isolation_level = _begin_again  # type: ignore[method-assign]  # as below

    @event.listens_for(engine, "do_connect")
    def _connect(_: Any, __: Any, args: Any, options: Any) -> Any:
        with _hurry():
            return dialect.connect(*args, **options)


def _begin_again(dbapi_connection: DBAPIConnection) -> None:
    """Let the connection begin transactions again, after one that read without them.

    SQLAlchemy would name the isolation level here; psycopg2 then sends a statement each time that
    somebody changes between the two ways, which is a round trip for every reading.
    """
    # It runs while the connection goes back: an error would keep its place in the pool for ever.
    try:
        dbapi_connection.autocommit = False
    except Error:
        dbapi_connection.close()


def _ask_seldom(engine: Engine) -> None:
    """Under load a question before each transaction says nothing new: it lived a moment ago."""
    ping = engine.dialect.do_ping
    used_at: WeakKeyDictionary[DBAPIConnection, float] = WeakKeyDictionary()

    def quick_ping(dbapi_connection: DBAPIConnection) -> bool:
        if dbapi_connection.closed:  # it was found dead while it went back
            return False
        if time.monotonic() - used_at.get(dbapi_connection, 0.0) < TRUSTED_SECONDS:
            return True
        with _hurry():
            return ping(dbapi_connection)

    @event.listens_for(engine, "checkin")
    def _returned(dbapi_connection: DBAPIConnection | None, _: object) -> None:
        if dbapi_connection is not None:
            used_at[dbapi_connection] = time.monotonic()

    engine.dialect.do_ping = quick_ping  # type: ignore[method-assign]  # no event covers it


@contextlib.contextmanager
def _hurry() -> Iterator[None]:
    before, PATIENCE.seconds = PATIENCE.seconds, HURRY_SECONDS
    try:
        yield
    finally:
        PATIENCE.seconds = before
