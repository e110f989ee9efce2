"""PostgreSQL that hangs, and connections that die in our hands."""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

from psycopg2 import Error
from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection

# Looking whether a connection lives, and opening another one, fit together into two seconds.
HURRY_SECONDS = 0.9


class Patience(threading.local):
    """How many seconds this thread (in the web server: this greenlet) waits for one answer."""

    seconds = 2.0


PATIENCE = Patience()


def prepare(engine: Engine) -> None:
    """Be quick about finding out, and lose no place of the pool."""
    dialect = engine.dialect
    ping, reset = dialect.do_ping, dialect.reset_isolation_level

    def quick_ping(dbapi_connection: DBAPIConnection) -> bool:
        with _hurry():
            return ping(dbapi_connection)

    def harmless_reset(dbapi_connection: DBAPIConnection) -> None:
        # It runs while the connection goes back: an error would keep its place in the pool for ever.
        try:
            reset(dbapi_connection)
        except Error:
            dbapi_connection.close()

    dialect.do_ping = quick_ping  # type: ignore[method-assign]  # no event covers it
    dialect.reset_isolation_level = harmless_reset  # type: ignore[method-assign]  # as above

    @event.listens_for(engine, "do_connect")
    def _connect(_: Any, __: Any, args: Any, options: Any) -> Any:
        with _hurry():
            return dialect.connect(*args, **options)


@contextlib.contextmanager
def _hurry() -> Iterator[None]:
    before, PATIENCE.seconds = PATIENCE.seconds, HURRY_SECONDS
    try:
        yield
    finally:
        PATIENCE.seconds = before
