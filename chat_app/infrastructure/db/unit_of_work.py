"""One transaction of the database, and what follows its commit."""

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Engine
from sqlalchemy.orm import Session as OrmSession
from sqlalchemy.orm import sessionmaker

import chat_app.infrastructure.db.mapping  # noqa: F401 - maps the entities, once
from chat_app.domain.events import Event, MessageSent
from chat_app.domain.repositories import Follow
from chat_app.infrastructure.db.agents import SqlAgents, SqlLeases
from chat_app.infrastructure.db.assignments import SqlAssignments
from chat_app.infrastructure.db.bearers import SqlBearers
from chat_app.infrastructure.db.business_hours import SqlSchedules
from chat_app.infrastructure.db.failures import translated
from chat_app.infrastructure.db.messages import SqlMessages
from chat_app.infrastructure.db.now import DatabaseClock
from chat_app.infrastructure.db.organisation import SqlDepartments, SqlSites
from chat_app.infrastructure.db.outbox import SqlOutbox
from chat_app.infrastructure.db.people import SqlVisitors
from chat_app.infrastructure.db.search import SqlSearchIndex
from chat_app.infrastructure.db.sessions import SqlSessions
from chat_app.infrastructure.db.shapes import make_changes
from chat_app.infrastructure.db.sqlite import WRITES
from chat_app.infrastructure.failpoints import Reach, unarmed
from chat_app.use_cases.after_commit import AfterCommit

Committed = Callable[[int, float], None]
"""Is told how many messages a commit made durable, and how many seconds it took."""


def unmeasured(_: int, __: float) -> None:
    """Nobody measures."""


class SqlUnitOfWork:
    """Repositories over one session. Leaving without `commit` undoes everything.

    Database failures leave as Unavailable, refused unique rows as Duplicate.
    """

    def __init__(
        self,
        session: OrmSession,
        options: Mapping[str, Any],
        gate: AbstractContextManager[object],
        after_commit: AfterCommit | None,
        reach: Reach = unarmed,
        committed: Committed = unmeasured,
    ) -> None:
        self._reach = reach
        self._committed = committed
        clock = DatabaseClock(session)
        self._options = options
        self._session = session
        self._gate = gate
        self._after_commit = after_commit
        self.sites = SqlSites(session)
        self.departments = SqlDepartments(session)
        self.business_hours = SqlSchedules(session)
        self.agents = SqlAgents(session, clock)
        self.bearers = SqlBearers(session)
        self.leases = SqlLeases(session, clock)
        self.visitors = SqlVisitors(session)
        self.sessions = SqlSessions(session)
        self.messages = SqlMessages(session)
        self.assignments = SqlAssignments(session, clock)
        self.outbox = SqlOutbox(session, clock)
        self.search = SqlSearchIndex(session, clock)

    def __enter__(self) -> Self:
        self._gate.__enter__()
        try:
            self._session.connection(execution_options=self._options)
        except BaseException as error:
            self._leave()
            raise translated(error) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave()
        if error is not None and (cause := translated(error)) is not error:
            raise cause from error

    def flush(self) -> None:
        """Send what was changed to the database now."""
        self._session.flush()
        parents_first = (self.visitors, self.sessions, self.messages, self.outbox)
        make_changes(self._session, [one for rows in parents_first for one in rows.take_changes()])

    def commit(self, *events: Event) -> None:
        """Commit with the outbox rows the events ask for; then let the effects follow."""
        self.store(*events)
        self._effects.follow_all(events)

    def store(self, *events: Event) -> Follow:
        """Commit as `commit` does, and leave to the caller when each event is followed."""
        effects = self._effects
        rows = [row for event in events for row in effects.rows(event)]
        if rows:
            self.outbox.add(*rows)
        self.flush()
        self._reach("pre_commit")
        begun = time.perf_counter()
        self._session.commit()
        messages = sum(type(event) is MessageSent for event in events)
        self._committed(messages, time.perf_counter() - begun)
        self._reach("post_commit")
        if rows:
            effects.wake()
        return effects.follow

    @property
    def _effects(self) -> AfterCommit:
        if self._after_commit is None:
            raise RuntimeError("this transaction only reads")
        return self._after_commit

    def _leave(self) -> None:
        try:
            self._session.close()
        finally:
            self._gate.__exit__(None, None, None)


class SqlUnitOfWorkFactory:
    """Opens transactions on one engine; on SQLite the writing ones of a process take turns."""

    def __init__(
        self,
        engine: Engine,
        after_commit: AfterCommit,
        reach: Reach = unarmed,
        committed: Committed = unmeasured,
    ) -> None:
        self._reach = reach
        self._committed = committed
        self._sessions = sessionmaker(engine, expire_on_commit=False)
        self._after_commit = after_commit
        sqlite = engine.dialect.name == "sqlite"
        self._gate = threading.Lock() if sqlite else nullcontext()
        # Reading elsewhere than on SQLite: a statement is a round trip, without BEGIN and ROLLBACK.
        self._reading = {} if sqlite else {"isolation_level": "AUTOCOMMIT"}

    def __call__(self) -> SqlUnitOfWork:
        """A transaction that writes."""
        session = self._sessions()
        return SqlUnitOfWork(
            session,
            {WRITES: True},
            self._gate,
            self._after_commit,
            self._reach,
            self._committed,
        )

    def reading(self) -> SqlUnitOfWork:
        """A transaction that only reads."""
        session = self._sessions(autoflush=False)
        return SqlUnitOfWork(session, self._reading, nullcontext(), None)
