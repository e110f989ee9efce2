"""A database in memory that keeps the promises of `domain/repositories.py`.

A transaction works on a copy of everything and puts it back when it commits; writing ones take
turns. What the real tables refuse is refused here too: tests/infrastructure/test_contract_*.py
run the same tests against this and against the real databases.
"""

import copy
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, fields
from types import TracebackType
from typing import Any, Final, Self

from chat_app.domain.agent import Agent, AgentLease, AgentToken
from chat_app.domain.business_hours import Schedule
from chat_app.domain.department import Department
from chat_app.domain.events import Event
from chat_app.domain.message import Message
from chat_app.domain.outbox import OutboxEntry
from chat_app.domain.ports import Clock
from chat_app.domain.repositories import Duplicate, Follow
from chat_app.domain.routing import Assignment
from chat_app.domain.searching import SearchText
from chat_app.domain.session import Session
from chat_app.domain.site import Site
from chat_app.domain.visitor import Visitor, VisitorToken
from chat_app.use_cases.after_commit import AfterCommit
from tests.fake_conversations import FakeAssignments, FakeMessages, FakeOutbox, FakeSessions
from tests.fake_people import (
    FakeAgents,
    FakeBearers,
    FakeDepartments,
    FakeLeases,
    FakeSchedules,
    FakeSites,
    FakeVisitors,
)
from tests.fake_search import FakeSearchIndex


@dataclass
class Rows:
    """Everything that is stored."""

    sites: list[Site] = field(default_factory=list)
    departments: list[Department] = field(default_factory=list)
    business_hours: list[Schedule] = field(default_factory=list)
    agents: list[Agent] = field(default_factory=list)
    agent_tokens: list[AgentToken] = field(default_factory=list)
    leases: list[AgentLease] = field(default_factory=list)
    visitors: list[Visitor] = field(default_factory=list)
    visitor_tokens: list[VisitorToken] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    outbox: list[OutboxEntry] = field(default_factory=list)
    search_texts: list[SearchText] = field(default_factory=list)

    def copy(self) -> "Rows":
        """The same rows, none of which is shared."""
        return Rows(
            **{item.name: [_twin(row) for row in getattr(self, item.name)] for item in fields(self)}
        )


def _twin(row: Any) -> Any:
    """A copy of an entity; much quicker than a deep one, whose rules it does not need."""
    twin = copy.copy(row)
    for name, value in list(vars(twin).items()):
        if isinstance(value, list | dict):
            setattr(twin, name, copy.deepcopy(value))
    return twin


# What must be unique, as in tables.py; a None in it makes a row exempt.
_UNIQUE: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "sites": (("id",), ("key",)),
    "departments": (("id",), ("name_key",)),
    "business_hours": (("id",), ("site_id",), ("department_id",)),
    "agents": (("id",), ("email",)),
    "agent_tokens": (("token_hash",),),
    "leases": (("sid",),),
    "visitors": (("id",), ("site_id", "external_id")),
    "visitor_tokens": (("token_hash",),),
    "sessions": (("id",), ("open_key",), ("client_session_key",)),
    "messages": (
        ("id",),
        ("session_id", "seq"),
        ("session_id", "visitor_seq"),
        ("session_id", "sender_kind", "sender_id", "client_msg_id"),
    ),
    "assignments": (("id",), ("open_session",), ("open_slot",)),
    "outbox": (("id",), ("dedupe_key",)),
    "search_texts": (("id",),),
}
_CHECKS: Final[dict[str, Callable[[Any], bool]]] = {
    "agents": lambda one: one.capacity >= 0,
    "business_hours": lambda one: (one.site_id is None) != (one.department_id is None),
    "sessions": lambda one: (
        one.last_visitor_seq <= one.last_seq and (one.open_key is None) == one.is_closed
    ),
    "messages": lambda one: (one.visitor_seq is None) == (one.kind == "note"),
}


def check_constraints(rows: Rows) -> None:
    """Raise Duplicate for what the tables would refuse."""
    for table in fields(rows):
        stored: list[Any] = getattr(rows, table.name)
        for columns in _UNIQUE[table.name]:
            keys = [tuple(getattr(row, column) for column in columns) for row in stored]
            counted = Counter(key for key in keys if None not in key)
            if any(count > 1 for count in counted.values()):
                raise Duplicate(f"{table.name}: {', '.join(columns)}")
        check = _CHECKS.get(table.name)
        if check is not None and not all(check(row) for row in stored):
            raise Duplicate(f"{table.name}: a check refuses a row")


class FakeUnitOfWork:
    """One transaction; leaving it without `commit` undoes everything."""

    def __init__(self, database: "FakeDatabase", *, writes: bool) -> None:
        self._database = database
        self._writes = writes
        self._gate: AbstractContextManager[object] = database.gate if writes else nullcontext()

    def __enter__(self) -> Self:
        self._gate.__enter__()
        rows, clock = self._database.copy(), self._database.clock
        self.rows = rows
        self.sites = FakeSites(rows)
        self.departments = FakeDepartments(rows, self.flush)
        self.business_hours = FakeSchedules(rows, self.flush)
        self.agents = FakeAgents(rows, clock, self.flush)
        self.bearers = FakeBearers(rows)
        self.leases = FakeLeases(rows, clock)
        self.visitors = FakeVisitors(rows, self.flush)
        self.sessions = FakeSessions(rows, self.flush)
        self.messages = FakeMessages(rows)
        self.assignments = FakeAssignments(rows, clock, self.flush)
        self.outbox = FakeOutbox(rows, clock)
        self.search = FakeSearchIndex(rows)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._gate.__exit__(kind, error, trace)

    def flush(self) -> None:
        check_constraints(self.rows)

    def commit(self, *events: Event) -> None:
        self.store(*events)
        self._database.after_commit.follow_all(events)

    def store(self, *events: Event) -> Follow:
        if not self._writes:
            raise RuntimeError("this transaction only reads")
        work = [row for event in events for row in self._database.after_commit.rows(event)]
        self.outbox.add(*work)
        self.flush()
        self._database.rows = self.rows.copy()
        self._database.commits += 1
        if work:
            self._database.after_commit.wake()
        return self._database.after_commit.follow


class FakeDatabase:
    """Opens transactions: a UnitOfWorkFactory."""

    def __init__(self, after_commit: AfterCommit, clock: Clock) -> None:
        self.rows = Rows()
        self.commits = 0
        self.after_commit = after_commit
        self.clock = clock
        self.gate = threading.RLock()

    def __call__(self) -> FakeUnitOfWork:
        return FakeUnitOfWork(self, writes=True)

    def reading(self) -> FakeUnitOfWork:
        return FakeUnitOfWork(self, writes=False)

    def copy(self) -> Rows:
        return self.rows.copy()

    @contextmanager
    def change(self) -> Iterator[FakeUnitOfWork]:
        """A transaction of the test itself, committed at its end without any event."""
        with self() as uow:
            yield uow
            uow.commit()
