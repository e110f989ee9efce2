"""All use cases over stand-ins, and the few steps that most tests begin with."""

from datetime import datetime
from typing import Any

from chat_app.domain.actor import Actor
from chat_app.domain.agent import Agent
from chat_app.domain.business_hours import Schedule
from chat_app.domain.department import Department
from chat_app.domain.events import SessionLeftAgent, SessionLeftDepartment
from chat_app.domain.limits import Limits
from chat_app.domain.message import Message
from chat_app.domain.outbox import OutboxEntry
from chat_app.domain.session import Session
from chat_app.domain.site import Site
from chat_app.domain.visitor import Visitor, VisitorToken
from chat_app.infrastructure.blocking import DirectBlocking
from chat_app.infrastructure.recent import NoRecentMessages
from chat_app.use_cases.after_commit import AfterCommit
from chat_app.use_cases.agents import Agents
from chat_app.use_cases.archiving import Archiving
from chat_app.use_cases.arriving import Arriving, OpenRequest
from chat_app.use_cases.assignment import Assigning
from chat_app.use_cases.authentication import Authentication
from chat_app.use_cases.beginning import Beginning, Opened
from chat_app.use_cases.bots import Bots
from chat_app.use_cases.business_hours import BusinessHours
from chat_app.use_cases.departments import Departments
from chat_app.use_cases.handing_off import HandingOff
from chat_app.use_cases.hands import Hands
from chat_app.use_cases.joining import Joining
from chat_app.use_cases.labelling import Labelling
from chat_app.use_cases.leaving import Leaving
from chat_app.use_cases.left_messages import LeftMessages
from chat_app.use_cases.message_log import MessageLog
from chat_app.use_cases.messages import Messages
from chat_app.use_cases.notifications import Notifications
from chat_app.use_cases.opening import Opening
from chat_app.use_cases.posting import Posting
from chat_app.use_cases.presence import Presence
from chat_app.use_cases.queueing import Queueing
from chat_app.use_cases.reopening import Reopening
from chat_app.use_cases.revising import Revising
from chat_app.use_cases.sessions import Sessions
from chat_app.use_cases.site_settings import SiteSettings
from chat_app.use_cases.sites import Sites
from chat_app.use_cases.snoozing import Snoozing
from chat_app.use_cases.staff import Staff
from chat_app.use_cases.storing import Sent, Storing
from chat_app.use_cases.transferring import Transferring
from chat_app.use_cases.viewing import Viewing
from chat_app.use_cases.views import Views
from chat_app.use_cases.waiting_limits import WaitingLimits
from chat_app.use_cases.whereabouts import Whereabouts
from tests import builders
from tests.fake_database import FakeDatabase
from tests.fake_shortcut import FakeShortcut
from tests.fakes import (
    FakeLimiter,
    FakeSessionViewers,
    FakeTokens,
    FakeVisitorPresence,
    FixedClock,
    PlainPasswords,
    RecordingFollowers,
    RecordingMailer,
    RecordingRealtime,
    RecordingWakeup,
    SequentialIds,
)

IDLE_MINUTES = 60
PUBLIC_URL = "https://chat.example.com"


class World:
    """One installation in memory, with one site."""

    def __init__(self) -> None:
        self.clock = FixedClock()
        self.ids = SequentialIds()
        self.realtime, self.followers = RecordingRealtime(), RecordingFollowers()
        self.wakeup = RecordingWakeup()
        self.recent, self.mailer = NoRecentMessages(), RecordingMailer()
        self.tokens = FakeTokens()
        self.passwords = PlainPasswords()
        self.limiter = FakeLimiter()
        self.visitor_presence = FakeVisitorPresence(self.clock)
        after_commit = AfterCommit(
            self.realtime, self.followers, self.wakeup, self.recent, self.ids, self.clock
        )
        self.db = FakeDatabase(after_commit, self.clock)
        self.shortcut = FakeShortcut(self.db)
        limits, views = Limits(), Views(self.visitor_presence, self.clock)
        hands = Hands(views, self.ids, self.clock)
        posting = self.posting = Posting(self.ids, self.clock, limits.message_characters)
        self.sessions = Sessions(self.db, views, hands, self.clock, self.ids)
        self.messages = Messages(
            self.db,
            MessageLog(Storing(self.db, posting, self.shortcut), DirectBlocking()),
            self.recent,
            self.realtime,
            self.limiter,
            limits,
        )
        self.revising = Revising(self.db, self.clock, self.limiter, limits)
        self._let_visitors_come(limits, views, hands, posting)
        self.assigning = Assigning(self.db, hands, self.realtime)
        self._let_agents_work(views, hands, posting)
        self.notifications = Notifications(self.db, self.mailer, PUBLIC_URL)
        self.archiving = Archiving(self.db, self.sessions, self.clock, IDLE_MINUTES)
        self._let_people_in(limits, views, hands)
        self.site = self.add_site()

    def _let_visitors_come(
        self, limits: Limits, views: Views, hands: Hands, posting: Posting
    ) -> None:
        self.joining = Joining(
            self.db, views, self.messages, DirectBlocking(), self.shortcut.noticed
        )
        left_messages = LeftMessages(hands, self.clock)
        self.waiting_limits = WaitingLimits(self.db, views, hands, left_messages, self.clock)
        self.handing_off = HandingOff(self.db, views, hands, left_messages, self.clock)
        self.bots = Bots(self.db, self.handing_off, self.ids, self.clock)
        self.opening = Opening(
            self.db,
            Arriving(self.tokens, self.ids, self.clock),
            Beginning(posting, views, left_messages, self.bots, self.tokens, self.ids, self.clock),
            self.limiter,
            limits,
            DirectBlocking(),
        )

    def _let_agents_work(self, views: Views, hands: Hands, posting: Posting) -> None:
        self.snoozing = Snoozing(self.db, views, hands, self.clock)
        self.queueing = Queueing(self.db, self.clock)
        self.labelling = Labelling(self.db, views, self.clock)
        self.reopening = Reopening(self.db, hands, self.clock)
        self.transferring = Transferring(self.db, views, hands, posting, self.ids, self.clock)

    def _let_people_in(self, limits: Limits, views: Views, hands: Hands) -> None:
        self.authentication = Authentication(
            self.db,
            self.tokens,
            self.passwords,
            self.ids,
            self.clock,
            self.limiter,
            limits,
            DirectBlocking(),
        )
        self.agents = Agents(self.db, self.passwords, self.ids, self.clock)
        self.whereabouts = Whereabouts(
            self.db, self.visitor_presence, self.realtime, self.limiter, limits, DirectBlocking()
        )
        self.session_viewers = FakeSessionViewers()
        self.viewing = Viewing(self.session_viewers, self.realtime)
        self.presence = Presence(self.db, self.whereabouts)
        self.leaving = Leaving(self.db, hands)
        self.sites = Sites(self.db, self.ids, self.clock)
        self.staff = Staff(self.db, hands, self.passwords, self.ids, self.clock)
        self.departments = Departments(self.db, views, self.ids, self.clock)
        self.business_hours = BusinessHours(self.db, self.ids, self.clock)
        self.site_settings = SiteSettings(self.db, self.ids, self.clock)

    def add_site(self, **over: Any) -> Site:
        site = builders.make_site(**over)
        with self.db.change() as uow:
            uow.sites.add(site)
        return site

    def add_department(self, **over: Any) -> Department:
        department = builders.make_department(**over)
        with self.db.change() as uow:
            uow.departments.add(department)
        return department

    def add_schedule(self, *intervals: tuple[int, str, str], **over: Any) -> Schedule:
        schedule = builders.make_schedule(*intervals, **over)
        with self.db.change() as uow:
            uow.business_hours.add(schedule)
        return schedule

    def add_agent(self, *, online: bool = True, **over: Any) -> Agent:
        """An agent, with a socket open if it is to be online."""
        agent = builders.make_agent(**over)
        with self.db.change() as uow:
            uow.agents.add(agent)
            if online:
                uow.leases.take(f"socket of {agent.id}", agent.id, 75)
        return agent

    def add_visitor(self, **over: Any) -> Visitor:
        visitor = builders.make_visitor(self.site, **over)
        with self.db.change() as uow:
            uow.visitors.add(visitor)
            uow.visitors.add_token(
                VisitorToken(self.tokens.digest(f"token of {visitor.id}"), visitor.id, self.now)
            )
        return visitor

    def add_session(self, visitor: Visitor | None = None, **over: Any) -> Session:
        """A session as it is stored, without events or messages."""
        given = {"created_at": self.now} | over
        session = builders.make_session(visitor or self.add_visitor(), **given)
        with self.db.change() as uow:
            uow.sessions.add(session)
        return session

    def open(self, caller: Actor | None = None, address: str = "::1", **request: Any) -> Opened:
        request.setdefault("site_key", self.site.key)
        return self.opening.open(caller, OpenRequest(**request), address)

    def say(self, actor: Actor, session_id: str, body: str = "Hello", **draft: Any) -> Sent:
        return self.messages.send(actor, session_id, builders.make_draft(body, **draft))

    def left_departments(self) -> list[tuple[str, str | None]]:
        """Which sessions were told to have left which departments."""
        told = self.realtime.of(SessionLeftDepartment)
        return [(one.session.id, one.department_id) for one in told]

    def left_agents(self) -> list[tuple[str, str]]:
        """Which sessions were told to have left which agents."""
        return [(one.session.id, one.agent_id) for one in self.realtime.of(SessionLeftAgent)]

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def session(self, session_id: str) -> Session:
        """The session as it is stored now."""
        return next(one for one in self.db.copy().sessions if one.id == session_id)

    def visitor(self, visitor_id: str) -> Visitor:
        """The visitor as it is stored now."""
        return next(one for one in self.db.copy().visitors if one.id == visitor_id)

    def agent(self, agent_id: str) -> Agent:
        """The agent as it is stored now."""
        return next(one for one in self.db.copy().agents if one.id == agent_id)

    def close(self, session: Session) -> None:
        """End a session as it is stored."""
        with self.db.change() as uow:
            stored = uow.sessions.get(session.id)
            assert stored is not None
            stored.close(None, self.now)

    def said_in(self, session_id: str) -> list[Message]:
        """The messages as they are stored now, in order."""
        found = [one for one in self.db.copy().messages if one.session_id == session_id]
        return sorted(found, key=lambda one: one.seq)

    def work(self, topic: str) -> list[OutboxEntry]:
        """The outbox entries of one topic."""
        return [one for one in self.db.copy().outbox if one.topic == topic]
