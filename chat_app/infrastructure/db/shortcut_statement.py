"""The one statement that stores messages, as it is prepared on each connection.

It takes three documents: what was supposed of the sessions and becomes of them, the messages, and
the work that these leave behind. It answers with the ids of the sessions in which all of it is
stored.
"""

import zlib
from collections.abc import Sequence
from string import ascii_lowercase
from typing import Any, Final

import orjson
from sqlalchemy import Column

from chat_app.domain.session import POST_READS, POST_WRITES
from chat_app.infrastructure.db import tables
from chat_app.infrastructure.db.messages import MESSAGES
from chat_app.infrastructure.db.outbox import ENTRIES
from chat_app.infrastructure.db.shapes import recordset

# What a message that is posted now has none of.
LATER: Final = ("reply_to", "attachments", "edited_at", "recalled_at")
_SESSION: Final = tables.chat_session.c


class Document:
    """Rows of a table as JSON, in which each column is a letter.

    Spelled out, the names would be half of what PostgreSQL has to read for a message.
    """

    def __init__(self, parameter: str, columns: Sequence[tuple[str, Column[Any]]]) -> None:
        """Name → type of the columns, at most 26."""
        self.names: Final = tuple(name for name, _ in columns)
        self._letters = tuple(ascii_lowercase[: len(columns)])
        typed = [(letter, one) for letter, (_, one) in zip(self._letters, columns, strict=True)]
        named = zip(self._letters, self.names, strict=True)
        self.query: Final = (
            f"SELECT {', '.join(f'{letter} AS {name}' for letter, name in named)}"  # noqa: S608 - ours
            f" FROM {recordset(parameter, typed)}"
        )

    def row(self, values: Sequence[object]) -> bytes:
        """One row, given in the order of the names."""
        return orjson.dumps(dict(zip(self._letters, values, strict=True)))


GIVEN: Final = Document(
    "given",
    [
        ("id", _SESSION.id),
        ("visitor_writes", tables.visitor.c.blocked),
        *((f"was_{name}", _SESSION[name]) for name in POST_READS),
        *((name, _SESSION[name]) for name in POST_WRITES),
    ],
)
"""What is said of a session. `visitor_writes`: whether one of its messages is the visitor's."""
FRESH: Final = Document(
    "fresh",
    [(name, tables.message.c[name]) for name in MESSAGES.names if name not in LATER],
)
"""The messages."""
WORKS: Final = Document(
    "works",
    [("session_id", _SESSION.id), *((name, tables.outbox.c[name]) for name in ENTRIES.names)],
)
"""The work that they leave behind."""


def _statement() -> str:
    names = ", ".join(FRESH.names)
    # Not `=`: the planner would take another index than the id's for some of them.
    still = (
        f"({', '.join(f's.{name}' for name in POST_READS)}) IS NOT DISTINCT FROM"
        f" ({', '.join(f'given.was_{name}' for name in POST_READS)})"
    )
    changes = ", ".join(f"{name} = given.{name}" for name in POST_WRITES)
    # The wish is in the writer's time, the due time in the database's.
    due = {"available_at": "clock_timestamp() + (available_at - created_at)"}
    left = ", ".join(due.get(name, name) for name in ENTRIES.names)
    # Nobody looks here whether a message is stored already: its unique index refuses it, all of the
    # group then goes the long way, and a plan made while the table was empty cannot go wrong.
    # Row by row through the indexes, whatever the planner thinks of the tables' sizes; the rows
    # are given in the order of their ids, which is the order of their locks.
    return (
        f"WITH given AS MATERIALIZED ({GIVEN.query}),"  # noqa: S608 - names of ours
        f" fresh AS MATERIALIZED ({FRESH.query}),"
        " firm AS (SELECT held.id FROM given CROSS JOIN LATERAL"
        f" (SELECT s.id FROM chat_session s WHERE s.id = given.id AND {still}"
        " AND NOT (given.visitor_writes"
        " AND (SELECT v.blocked FROM visitor v WHERE v.id = s.visitor_id))"
        " LIMIT 1 FOR NO KEY UPDATE OF s) AS held),"
        f" changed AS (UPDATE chat_session s SET {changes} FROM given WHERE s.id = given.id"
        " AND s.id = ANY(ARRAY(SELECT id FROM firm)) RETURNING s.id),"
        f" added AS (INSERT INTO message ({names}, attachments) SELECT {names}, '[]' FROM fresh"
        " WHERE session_id IN (SELECT id FROM changed)),"
        f" left_behind AS (INSERT INTO outbox ({', '.join(ENTRIES.names)}) SELECT {left}"
        f" FROM ({WORKS.query}) AS works WHERE session_id IN (SELECT id FROM changed))"
        " SELECT json_agg(id) FROM changed"
    )


_STATEMENT: Final = _statement() % {"given": "$1", "fresh": "$2", "works": "$3"}
# Behind a pooler another version of this program may have prepared its own on the connection.
PREPARED: Final = f"cland_post_{zlib.crc32(_STATEMENT.encode()):08x}"
PREPARE: Final = f"PREPARE {PREPARED} (json, json, json) AS {_STATEMENT}"
DEALLOCATE: Final = f"DEALLOCATE {PREPARED}"
EXECUTE: Final = f"EXECUTE {PREPARED} (%(given)s, %(fresh)s, %(works)s)"
