"""The use cases of agents' work over any database, and a worker that does what commits leave."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session as OrmSession

from chat_app.domain.agent import Agent, AgentLease
from chat_app.domain.limits import Limits
from chat_app.domain.outbox import OutboxEntry
from chat_app.domain.ports import Clock
from chat_app.domain.repositories import UnitOfWorkFactory
from chat_app.domain.shortcut import Shortcut
from chat_app.infrastructure.blocking import DirectBlocking
from chat_app.infrastructure.db.shortcut import shortcut_over
from chat_app.infrastructure.db.unit_of_work import SqlUnitOfWorkFactory
from chat_app.infrastructure.ids import RandomIds
from chat_app.infrastructure.recent import NoRecentMessages
from chat_app.infrastructure.redis.presence import LocalVisitorPresence
from chat_app.infrastructure.redis.rate_limits import NoLimits
from chat_app.use_cases.after_commit import (
    ASSIGN,
    BOT_ANSWER,
    EMPTY,
    MISSED,
    REQUEUE,
    TAKE_BACK,
    WAKE,
    AfterCommit,
)
from chat_app.use_cases.agents import Agents
from chat_app.use_cases.assignment import Assigning
from chat_app.use_cases.bots import Bots
from chat_app.use_cases.departments import Departments
from chat_app.use_cases.handing_off import HandingOff
from chat_app.use_cases.hands import Hands
from chat_app.use_cases.labelling import Labelling
from chat_app.use_cases.leaving import Leaving
from chat_app.use_cases.left_messages import LeftMessages
from chat_app.use_cases.message_log import MessageLog
from chat_app.use_cases.messages import Messages
from chat_app.use_cases.outbox import OutboxDrain
from chat_app.use_cases.posting import Posting
from chat_app.use_cases.presence import Presence
from chat_app.use_cases.reopening import Reopening
from chat_app.use_cases.sessions import Sessions
from chat_app.use_cases.snoozing import Snoozing
from chat_app.use_cases.staff import Staff
from chat_app.use_cases.storing import Storing
from chat_app.use_cases.transferring import Transferring
from chat_app.use_cases.views import Views
from chat_app.use_cases.whereabouts import Whereabouts
from tests.fake_database import FakeDatabase
from tests.fake_shortcut import FakeShortcut
from tests.fakes import (
    FixedClock,
    PlainPasswords,
    RecordingFollowers,
    RecordingRealtime,
    RecordingWakeup,
)


class Office:
    """Agents, their sessions and a worker; without an engine in memory."""

    def __init__(self, engine: Engine | None, clock: FixedClock | None = None) -> None:
        self.engine = engine
        self.clock = clock or FixedClock()
        self.realtime, self.followers = RecordingRealtime(), RecordingFollowers()
        self.ids = RandomIds()
        after_commit = AfterCommit(
            self.realtime,
            self.followers,
            RecordingWakeup(),
            NoRecentMessages(),
            self.ids,
            self.clock,
        )
        self.uow: UnitOfWorkFactory
        self.shortcut: Shortcut
        if engine is None:
            self.uow = database = FakeDatabase(after_commit, self.clock)
            self.shortcut = FakeShortcut(database)
        else:
            self.uow = SqlUnitOfWorkFactory(engine, after_commit)
            self.shortcut = shortcut_over(engine, after_commit)
        self.views = Views(LocalVisitorPresence(), self.clock)
        self.hands = Hands(self.views, self.ids, self.clock)
        self._let_agents_work(self.clock)
        self.outbox = OutboxDrain(self.uow, self.ids, self._handlers(), self._fail)
        self.failures: list[Exception] = []

    def _let_agents_work(self, clock: Clock) -> None:
        uow, hands, views, limits = self.uow, self.hands, self.views, Limits()
        posting = Posting(self.ids, clock, limits.message_characters)
        self.sessions = Sessions(uow, views, hands, clock, self.ids)
        self.transferring = Transferring(uow, views, hands, posting, self.ids, clock)
        self.snoozing = Snoozing(uow, views, hands, clock)
        self.reopening = Reopening(uow, hands, clock)
        left_messages = LeftMessages(hands, clock)
        self.handing_off = HandingOff(uow, views, hands, left_messages, clock)
        self.bots = Bots(uow, self.handing_off, self.ids, clock)
        self.labelling = Labelling(uow, views, clock)
        self.assigning = Assigning(uow, hands, self.realtime)
        self.leaving = Leaving(uow, hands)
        whereabouts = Whereabouts(
            uow, LocalVisitorPresence(), self.realtime, NoLimits(), limits, DirectBlocking()
        )
        self.presence = Presence(uow, whereabouts)
        self.agents = Agents(uow, PlainPasswords(), self.ids, clock)
        self.staff = Staff(uow, hands, PlainPasswords(), self.ids, clock)
        self.departments = Departments(uow, views, self.ids, clock)
        self.messages = Messages(
            uow, MessageLog(Storing(uow, posting, self.shortcut), DirectBlocking()), NoRecentMessages(), self.realtime, NoLimits(), limits
        )  # fmt: skip

    def _handlers(self) -> dict[str, Any]:
        return {
            ASSIGN: lambda _: self.assigning.assign_waiting(),
            BOT_ANSWER: lambda payload: self.bots.answer(payload["session_id"]),
            MISSED: lambda _: None,
            REQUEUE: lambda payload: self.staff.requeue_sessions(payload["agent_id"]),
            TAKE_BACK: lambda payload: self.leaving.take_back(payload["agent_id"]),
            WAKE: lambda payload: self.snoozing.wake_for_message(**payload),
            EMPTY: lambda payload: self.departments.empty(payload["department_id"]),
        }

    def _fail(self, _: OutboxEntry, error: Exception) -> None:
        self.failures.append(error)

    def sweep(self) -> None:
        """One round of a worker: what beat starts, and what commits have left behind."""
        self.outbox.drain()
        self.snoozing.wake_due()
        self.leaving.sweep()
        self.outbox.drain()
        self.assigning.assign_waiting()

    def pass_time(self, seconds: int) -> None:
        """Let time pass for the application, and for what the database's clock measures."""
        self.clock.advance(seconds)
        if self.engine is None:
            return
        span = timedelta(seconds=seconds)
        with OrmSession(self.engine) as session:
            for lease in session.scalars(select(AgentLease)):
                lease.lease_until -= span
            for agent in session.scalars(select(Agent)):
                agent.absent_since = agent.absent_since and agent.absent_since - span
            session.commit()
