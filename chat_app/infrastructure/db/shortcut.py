"""Messages stored by one statement, in sessions as this process last saw them (PostgreSQL).

It is optimistic locking: the statement carries what the rule has read of each session, locks the
row, and changes it only where all of that still holds. What it says is therefore as good as what
a transaction says that locks first and reads then, and it is one round trip instead of five. It
is prepared once a connection, past SQLAlchemy: parsing and planning it takes PostgreSQL as long
as ten messages do.
"""

import contextlib
import time
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

import psycopg2
from psycopg2 import errors
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from chat_app.domain.events import Event
from chat_app.domain.outbox import OutboxEntry
from chat_app.domain.repositories import Collision, Duplicate
from chat_app.domain.session import POST_READS, POST_WRITES, Session
from chat_app.domain.shortcut import Shortcut, Supposed
from chat_app.infrastructure.db.failures import translated
from chat_app.infrastructure.db.outbox import ENTRIES
from chat_app.infrastructure.db.plain_session import PLAIN
from chat_app.infrastructure.db.shortcut_statement import (
    DEALLOCATE,
    EXECUTE,
    FRESH,
    GIVEN,
    LATER,
    PREPARE,
    PREPARED,
    WORKS,
)
from chat_app.infrastructure.db.unit_of_work import Committed, unmeasured
from chat_app.infrastructure.failpoints import Reach, unarmed
from chat_app.use_cases.after_commit import AfterCommit

MOST_REMEMBERED: Final = 4_096
FEWEST_BEFORE_ANOTHER_PLAN: Final = 64
_READS: Final = attrgetter(*POST_READS)
_WRITES: Final = attrgetter(*POST_WRITES)
_FRESH: Final = attrgetter(*FRESH.names)
_LATER: Final = attrgetter(*LATER)


@dataclass(frozen=True, slots=True)
class Written:
    """A session's part of the three documents: rows of JSON, with commas between them."""

    given: bytes
    fresh: bytes
    works: bytes


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

    def supposed(self, session_id: str) -> Supposed | None:
        """The session as it was last seen, to post on."""
        seen = self._seen.get(session_id)
        return None if seen is None else Supposed(seen, PLAIN.make(*PLAIN.values(seen)))

    def stands(self, supposed: Supposed) -> bool:
        """Whether it is still the one that was last seen."""
        return self._seen.get(supposed.session.id) is supposed.seen

    def write(self, supposed: Supposed) -> None:
        """Make the rows of the documents.

        What may be pending already, and a message that is more than text, is left to the long way.
        """
        left = [row for event in supposed.events for row in self._after_commit.rows(event)]
        if left and any(row.dedupe_key is not None for row in left):
            return
        messages = [event.message for event in supposed.events]
        if any(any(_LATER(message)) for message in messages):
            return
        fresh = [FRESH.row(_FRESH(message)) for message in messages]
        works = [_work(supposed.session.id, row) for row in left] if left else []
        supposed.written = Written(_given(supposed), b",".join(fresh), b",".join(works))

    def seen(self, session: Session) -> None:
        """Remember a session as it was committed; the one seen longest ago makes room."""
        self._seen.pop(session.id, None)
        self.noticed(session)

    def noticed(self, session: Session) -> None:
        """Remember a session that somebody has read, unless it is known."""
        self._seen.setdefault(session.id, session)
        if len(self._seen) > MOST_REMEMBERED:
            self._seen.pop(next(iter(self._seen)), None)

    def append(self, posts: Sequence[Supposed]) -> Set[str]:
        """Commit the messages of those sessions that are still as supposed."""
        # In the order of their ids, in which the statement locks them.
        taken = sorted(filter(self._take, posts), key=_session_id)
        if not taken:
            return frozenset()
        messages = sum([len(one.events) for one in taken])
        stored = self._run(_documents([one.written for one in taken]), messages)
        for one in taken:
            if one.session.id in stored:
                self.seen(one.session)
        if any(one.written.works and one.session.id in stored for one in taken):
            self._after_commit.wake()
        return stored

    def _take(self, supposed: Supposed) -> bool:
        """Forget what was seen of a session that changes now, where it can be done."""
        if supposed.written is None or not self.stands(supposed):
            return False
        del self._seen[supposed.session.id]
        return True

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

    def supposed(self, _: str) -> Supposed | None:
        """Nothing is known."""
        return None

    def stands(self, _: Supposed) -> bool:
        """Nothing does."""
        return False

    def write(self, _: Supposed) -> None:
        """Nothing is written."""

    def seen(self, session: Session) -> None:
        """Nothing is remembered."""

    def noticed(self, session: Session) -> None:
        """Nothing is remembered."""

    def append(self, _: Sequence[Supposed]) -> Set[str]:
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


def _session_id(supposed: Supposed) -> str:
    return supposed.session.id


def _documents(written: Sequence[Written]) -> Mapping[str, str]:
    return {
        "given": _document([one.given for one in written]),
        "fresh": _document([one.fresh for one in written]),
        "works": _document([one.works for one in written if one.works]),
    }


def _document(rows: Iterable[bytes]) -> str:
    return f"[{b','.join(rows).decode()}]"


def _given(supposed: Supposed) -> bytes:
    """What was supposed of the session and what becomes of it."""
    seen, session = supposed.seen, supposed.session
    visitor_writes = "visitor" in [one.message.sender_kind for one in supposed.events]
    return GIVEN.row((session.id, visitor_writes, *_READS(seen), *_WRITES(session)))


def _work(session_id: str, entry: OutboxEntry) -> bytes:
    return WORKS.row((session_id, *ENTRIES.values(entry)))
