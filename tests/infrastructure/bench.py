"""One database under test, whichever it is, and how things get into it."""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Engine, create_engine

from chat_app.domain.agent import Agent, AgentToken
from chat_app.domain.business_hours import Schedule
from chat_app.domain.department import Department
from chat_app.domain.message import Message
from chat_app.domain.outbox import OutboxEntry
from chat_app.domain.repositories import Duplicate, UnitOfWork, UnitOfWorkFactory
from chat_app.domain.routing import Assignment
from chat_app.domain.session import Session
from chat_app.domain.shortcut import Shortcut
from chat_app.domain.site import Site
from chat_app.domain.visitor import Visitor, VisitorToken
from chat_app.infrastructure.blocking import DirectBlocking
from chat_app.infrastructure.clock import SystemClock
from chat_app.infrastructure.db.engine import options_for, prepare
from chat_app.infrastructure.db.shortcut import shortcut_over
from chat_app.infrastructure.db.tables import metadata
from chat_app.infrastructure.db.unit_of_work import SqlUnitOfWorkFactory
from chat_app.infrastructure.ids import RandomIds
from chat_app.infrastructure.recent import NoRecentMessages
from chat_app.use_cases.after_commit import AfterCommit
from tests.builders import make_session, make_site, make_visitor
from tests.fake_database import FakeDatabase
from tests.fake_shortcut import FakeShortcut
from tests.fakes import FixedClock, RecordingFollowers, RecordingRealtime, RecordingWakeup

# Whatever a bench is given finds its repository here; parents come before their children.
_REPOSITORIES: Final[dict[type[Any], Callable[[UnitOfWork], Callable[[Any], None]]]] = {
    Department: lambda uow: uow.departments.add,
    Site: lambda uow: uow.sites.add,
    Schedule: lambda uow: uow.business_hours.add,
    Agent: lambda uow: uow.agents.add,
    AgentToken: lambda uow: uow.agents.add_token,
    Visitor: lambda uow: uow.visitors.add,
    VisitorToken: lambda uow: uow.visitors.add_token,
    Session: lambda uow: uow.sessions.add,
    Message: lambda uow: uow.messages.add,
    Assignment: lambda uow: uow.assignments.add,
    OutboxEntry: lambda uow: uow.outbox.add,
}


def engine_of(url: str) -> Engine:
    """An engine with the product's own options."""
    for scheme, driver in (("postgresql", "postgresql+psycopg2"), ("mysql", "mysql+pymysql")):
        if url.startswith(f"{scheme}://"):
            url = url.replace(scheme, driver, 1)
    engine = create_engine(url, **options_for(url))
    prepare(engine, DirectBlocking())
    return engine


class Bench:
    """A database with one site; `engine` is None for the stand-in.

    The application's clock is years behind, so that whatever asks it where the database's should
    be asked is found out.
    """

    def __init__(self, engine: Engine | None) -> None:
        self.engine = engine
        self.realtime, self.wakeup = RecordingRealtime(), RecordingWakeup()
        after_commit = AfterCommit(
            self.realtime,
            RecordingFollowers(),
            self.wakeup,
            NoRecentMessages(),
            RandomIds(),
            FixedClock(),
        )
        self.uow: UnitOfWorkFactory
        self.shortcut: Shortcut
        if engine is None:
            self.uow = database = FakeDatabase(after_commit, SystemClock())
            self.shortcut = FakeShortcut(database)
        else:
            self.uow = SqlUnitOfWorkFactory(engine, after_commit)
            self.shortcut = shortcut_over(engine, after_commit)
        if engine is not None:
            self.clear()
        self.site = make_site()
        self.keep(self.site)

    def clear(self) -> None:
        """Delete every row."""
        assert self.engine is not None
        with self.engine.begin() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())

    def keep(self, *things: Any) -> None:
        """Store things in one transaction, in the given order."""
        with self.uow() as uow:
            for thing in things:
                _REPOSITORIES[type(thing)](uow)(thing)
                uow.flush()
            uow.commit()

    def refuses(self, *things: Any) -> bool:
        """Whether a constraint keeps the things out; then nothing of them is stored."""
        try:
            self.keep(*things)
        except Duplicate:
            return True
        return False

    def visitor(self, **over: Any) -> Visitor:
        """A stored visitor of the site."""
        visitor = make_visitor(self.site, **over)
        self.keep(visitor)
        return visitor

    def session(self, visitor: Visitor | None = None, **over: Any) -> Session:
        """A stored session, of a visitor of its own if none is given."""
        session = make_session(visitor or self.visitor(), **over)
        self.keep(session)
        return session
