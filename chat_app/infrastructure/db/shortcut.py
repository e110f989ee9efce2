"""Messages stored by one statement, in sessions as this process last saw them (PostgreSQL).

It is optimistic locking: the statement carries what the rule has read of each session, locks the
row, and changes it only where all of that still holds. What it says is therefore as good as what
a transaction says that locks first and reads then, and it is one round trip instead of five. It
is prepared once a connection, past SQLAlchemy: parsing and planning it takes PostgreSQL as long
as ten messages do.
"""

import contextlib
import time
from collections.abc import Mapping, Sequence, Set
from operator import attrgetter
from typing import Any, Final

import orjson
import psycopg2
from psycopg2 import errors
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from chat_app.domain.events import Event, MessageSent
from chat_app.domain.message import Message
from chat_app.domain.outbox import OutboxEntry
from chat_app.domain.repositories import Collision, Duplicate, Shortcut
from chat_app.domain.session import POST_READS, POST_WRITES, Session
from chat_app.infrastructure.db.failures import translated
from chat_app.infrastructure.db.messages import MESSAGES
from chat_app.infrastructure.db.outbox import ENTRIES
from chat_app.infrastructure.db.plain_session import PLAIN
from chat_app.infrastructure.db.shortcut_statement import (
    DEALLOCATE,
    EXECUTE,
    GIVEN,
    PREPARE,
    PREPARED,
)
from chat_app.infrastructure.db.unit_of_work import Committed, unmeasured
from chat_app.infrastructure.failpoints import Reach, unarmed
from chat_app.use_cases.after_commit import AfterCommit

MOST_REMEMBERED: Final = 4_096
FEWEST_BEFORE_ANOTHER_PLAN: Final = 64
_READS: Final = attrgetter(*POST_READS)
_WRITES: Final = attrgetter(*POST_WRITES)


class PostgresShortcut:
    """Implements the `Shortcut` port."""

    def __init__(
        self,
        engine: Engine,
        after_commit: AfterCommit,
        reach: Reach = unarmed,
        committed: Committed = unmeasured,
    ) -> None:
        self._engine = engine
        self._after_commit = after_commit
        self._reach = reach
        self._committed = committed
        self._seen: dict[str, Session] = {}
        self.follow = after_commit.follow

    def supposed(self, session_id: str) -> Session | None:
        """A copy of the session as it was last seen, to post on."""
        seen = self._seen.get(session_id)
        return None if seen is None else PLAIN.make(*PLAIN.values(seen))

    def seen(self, session: Session) -> None:
        """Remember a session as it was committed; the one seen longest ago makes room."""
        self._seen.pop(session.id, None)
        self.noticed(session)

    def noticed(self, session: Session) -> None:
        """Remember a session that somebody has read, unless it is known."""
        self._seen.setdefault(session.id, session)
        if len(self._seen) > MOST_REMEMBERED:
            self._seen.pop(next(iter(self._seen)), None)

    def append(self, events: Sequence[MessageSent]) -> Set[str]:
        """Commit the messages of those sessions that are still as supposed."""
        posted, works = self._possible(events)
        if not posted:
            return frozenset()
        sessions = {event.session.id: event.session for event in posted}
        before = {key: self._seen.pop(key) for key in sessions if key in self._seen}
        given = {
            "given": _document(before, posted),
            "fresh": orjson.dumps([_named(event.message) for event in posted]).decode(),
            "works": orjson.dumps(works).decode(),
        }
        stored = self._run(given, len(posted))
        for key in stored:
            self.seen(sessions[key])
        if any(one["session_id"] in stored for one in works):
            self._after_commit.wake()
        return stored

    def _possible(
        self, events: Sequence[MessageSent]
    ) -> tuple[Sequence[MessageSent], Sequence[Mapping[str, Any]]]:
        """Those that one statement can store, and the work that they leave behind.

        Where the same work may be pending already, its row has to be held: the long way does.
        """
        left = [
            (event.session.id, row) for event in events for row in self._after_commit.rows(event)
        ]
        not_here = {session_id for session_id, row in left if row.dedupe_key is not None}
        posted = [event for event in events if event.session.id not in not_here]
        return posted, [_work(*one) for one in left if one[0] not in not_here]

    def _run(self, given: Mapping[str, Any], messages: int) -> Set[str]:
        self._reach("pre_commit")
        begun = time.perf_counter()
        try:
            stored = self._execute(given)
        except (SQLAlchemyError, psycopg2.Error) as error:
            cause = translated(error)
            if isinstance(cause, Collision | Duplicate):
                return frozenset()  # somebody was faster: nothing of it is stored
            raise cause from error
        self._committed(messages, time.perf_counter() - begun)
        self._reach("post_commit")
        return frozenset(stored or ())

    def _execute(self, given: Mapping[str, Any]) -> Sequence[str] | None:
        held = self._engine.raw_connection()
        try:
            driver: Any = held.dbapi_connection
            driver.autocommit = True
            with driver.cursor() as cursor:
                stored = _executed(cursor, held.info, given)
            driver.autocommit = False
        except BaseException:
            held.invalidate()  # whatever it has left there, the next one gets another
            raise
        held.close()
        return stored


class NoShortcut:
    """Always the long way: where a statement is no round trip there is nothing to be saved."""

    def supposed(self, _: str) -> Session | None:
        """Nothing is known."""
        return None

    def seen(self, session: Session) -> None:
        """Nothing is remembered."""

    def noticed(self, session: Session) -> None:
        """Nothing is remembered."""

    def append(self, _: Sequence[MessageSent]) -> Set[str]:
        """Nothing is stored."""
        return frozenset()

    def follow(self, event: Event) -> None:
        """Nothing was stored."""
        raise RuntimeError(f"{event} was stored by nobody")


def _executed(cursor: Any, known: dict[str, Any], given: Mapping[str, Any]) -> Sequence[str] | None:
    """Prepare where that is due, and execute."""
    # A pooler before PostgreSQL may put another server process behind the connection: one that
    # has the statement already, or has it no more. Then nothing is stored by it.
    executed = known.get(PREPARED, 0)
    if executed == 0:
        _prepare(cursor)
    elif _has_outgrown_its_plan(executed):
        with contextlib.suppress(errors.InvalidSqlStatementName):
            cursor.execute(DEALLOCATE)
        _prepare(cursor)
    known[PREPARED] = executed + 1
    try:
        cursor.execute(EXECUTE, given)
    except errors.InvalidSqlStatementName:
        del known[PREPARED]
        return None
    stored: Sequence[str] | None = cursor.fetchone()[0]
    return stored


def _prepare(cursor: Any) -> None:
    with contextlib.suppress(errors.DuplicatePreparedStatement):
        cursor.execute(PREPARE)


def _has_outgrown_its_plan(executed: int) -> bool:
    """Whether a connection has used the statement twice as often as when it was last planned.

    A plan stays until the tables are analysed: one made for fifty sessions read all ten thousand
    that came within a minute.
    """
    return executed >= FEWEST_BEFORE_ANOTHER_PLAN and executed.bit_count() == 1


def shortcut_over(
    engine: Engine,
    after_commit: AfterCommit,
    reach: Reach = unarmed,
    committed: Committed = unmeasured,
) -> Shortcut:
    """The one that the database has."""
    if engine.dialect.name != "postgresql":
        return NoShortcut()
    return PostgresShortcut(engine, after_commit, reach, committed)


def _document(before: Mapping[str, Session], posted: Sequence[MessageSent]) -> str:
    """What was supposed of the sessions and what becomes of them, in the order of their ids."""
    after = {event.session.id: event.session for event in posted}
    writers = {event.session.id for event in posted if event.message.sender_kind == "visitor"}
    rows = [
        (key, key in writers, *_READS(before[key]), *_WRITES(after[key])) for key in sorted(before)
    ]
    return orjson.dumps([dict(zip(GIVEN, row, strict=True)) for row in rows]).decode()


def _work(session_id: str, entry: OutboxEntry) -> Mapping[str, Any]:
    return {
        "session_id": session_id,
        **dict(zip(ENTRIES.names, ENTRIES.values(entry), strict=True)),
    }


def _named(message: Message) -> Mapping[str, Any]:
    return dict(zip(MESSAGES.names, MESSAGES.values(message), strict=True))
