"""The truth at the end of a test, read past the application."""

import time
from datetime import UTC, datetime

from sqlalchemy import Connection, DateTime, bindparam, create_engine, text

from tests.faults.history import Row, Stored
from tests.processes import Stack, until

_LONG_AGO = bindparam("then", datetime(2000, 1, 1, tzinfo=UTC), DateTime(timezone=True))
_DUE = [
    text("UPDATE outbox SET locked_until = :then WHERE state = 'claimed'").bindparams(_LONG_AGO),
    text("UPDATE outbox SET available_at = :then WHERE state = 'pending'").bindparams(_LONG_AGO),
]


def read_stored(stack: Stack) -> Stored:
    """Read messages, counters and the outbox of a stack."""
    engine = create_engine(database_url(stack))
    try:
        with engine.connect() as connection:
            return Stored(_rows(connection), _counters(connection), outbox(connection))
    finally:
        engine.dispose()


def wait_until_done(stack: Stack, seconds: float = 30) -> None:
    """Wait until the outbox holds only finished work; the checker reports what does not finish.

    Letters wait for up to a minute, and so does the claim of a worker that has died. That time is
    made to pass every six seconds.
    """
    engine, due_at = create_engine(database_url(stack)), time.monotonic() + 6
    try:
        for _ in until(seconds, every=0.2):
            with engine.begin() as connection:
                if not outbox(connection).keys() - {"done", "dead"}:
                    return
                if time.monotonic() > due_at:
                    due_at += 6
                    for statement in _DUE:
                        connection.execute(statement)
    finally:
        engine.dispose()


def database_url(stack: Stack) -> str:
    """The stack's database as SQLAlchemy takes it."""
    given = stack.env.get("DB_DSN")
    if given is None:
        return f"sqlite:///{stack.data_dir / 'cland.db'}"
    return given.replace("postgresql://", "postgresql+psycopg2://", 1)


def outbox(connection: Connection) -> dict[str, int]:
    """How many entries there are in each state."""
    found = connection.execute(text("SELECT state, count(*) FROM outbox GROUP BY state"))
    return {str(state): count for state, count in found}


def _rows(connection: Connection) -> list[Row]:
    found = connection.execute(
        text(
            "SELECT id, session_id, seq, visitor_seq, sender_kind, sender_id, client_msg_id,"
            " kind, body FROM message ORDER BY session_id, seq"
        )
    )
    return [
        Row(str(id_), str(session_id), seq, visitor_seq, (kind, str(sender_id)), *rest)
        for id_, session_id, seq, visitor_seq, kind, sender_id, *rest in found
    ]


def _counters(connection: Connection) -> dict[str, tuple[int, int]]:
    found = connection.execute(text("SELECT id, last_seq, last_visitor_seq FROM chat_session"))
    return {str(id_): (last, visible) for id_, last, visible in found if last}
