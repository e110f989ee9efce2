"""How long a greenlet waits for PostgreSQL before it calls it away."""

from typing import Any

import eventlet
import psycopg2
from eventlet.hubs import trampoline
from psycopg2 import extensions

from chat_app.infrastructure.db.postgres import PATIENCE

_LAST_LOOK_SECONDS = 0.1


def limit_waiting() -> None:
    """Make every wait for PostgreSQL in this process end after `PATIENCE.seconds`.

    Eventlet's own callback waits for ever: a database that hangs, or a network that swallows
    packets, would hold every send without an answer.
    """
    extensions.set_wait_callback(_wait)


def _wait(connection: Any) -> None:
    patient = True
    while True:
        state = connection.poll()
        if state == extensions.POLL_OK:
            return
        reading = state == extensions.POLL_READ
        if not reading and state != extensions.POLL_WRITE:
            raise psycopg2.OperationalError(f"unexpected state {state}")
        seconds = PATIENCE.seconds if patient else _LAST_LOOK_SECONDS
        try:
            trampoline(connection.fileno(), read=reading, write=not reading, timeout=seconds)
        except eventlet.Timeout:
            if patient:
                # The answer may be there while a busy loop came late to see it: look once more.
                patient = False
                continue
            # psycopg2 closes the connection itself; closing it here would wait for its lock for ever.
            raise psycopg2.OperationalError(
                "could not receive data from server: timed out"
            ) from None
