"""Where things are kept, as the use cases see it. One transaction is one UnitOfWork."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Literal, Protocol, Self

from chat_app.domain.actor import Actor
from chat_app.domain.agent import Agent, AgentLease, AgentToken
from chat_app.domain.business_hours import Schedule
from chat_app.domain.department import Department
from chat_app.domain.events import Event
from chat_app.domain.message import Message
from chat_app.domain.outbox import OutboxEntry
from chat_app.domain.routing import Assignment, Candidate
from chat_app.domain.searching import SearchText
from chat_app.domain.session import Belonging, Session, SessionStatus, Side
from chat_app.domain.site import Site
from chat_app.domain.visitor import Visitor, VisitorToken


@dataclass(frozen=True)
class SessionFilter:
    """Which sessions a list shows; None means any. `assignee` is an agent's id or "none"."""

    status: SessionStatus | None = None
    open_only: bool = False
    assignee: str | None = None
    department_id: str | None = None
    site_id: str | None = None
    tag: str | None = None
    q: str | None = None

    @property
    def tells_agents_things(self) -> bool:
        """True when even the number of answers says what only agents may know."""
        return any((self.assignee, self.department_id, self.site_id, self.tag, self.q))


MOST_CLOSED = 1_000
"""Closed sessions that are looked at for counting: there are ever more of them."""


@dataclass(frozen=True)
class Counts:
    """The inbox in numbers; `closed` counts among the MOST_CLOSED that changed last."""

    queued: int = 0
    mine: int = 0
    active: int = 0
    closed: int = 0


@dataclass(frozen=True)
class Cursor:
    """Where the next page of a list begins: after this moment and id."""

    at: datetime
    id: str


class Sites(Protocol):
    """Websites, without the deleted ones unless said otherwise."""

    def add(self, site: Site) -> None: ...
    def get(self, site_id: str) -> Site | None:
        """By id, a deleted one too: its visitors may still end their conversations."""
        ...

    def locked(self) -> Mapping[str, Site]:
        """All of them by id, with their rows locked: nobody else adds to or takes from them."""
        ...

    def by_key(self, key: str) -> Site | None: ...
    def default(self) -> Site | None: ...
    def page(self, cursor: Cursor | None, limit: int) -> Sequence[Site]:
        """In the order of their making."""
        ...

    def all_origins(self) -> list[list[str]]: ...


class Departments(Protocol):
    """Groups of agents, without the deleted ones unless said otherwise."""

    def add(self, department: Department) -> None: ...
    def get(self, department_id: str) -> Department | None: ...
    def by_name(self, name: str) -> Department | None:
        """By its name, however it is capitalised."""
        ...

    def locked(self, ids: Iterable[str]) -> Mapping[str, Department]:
        """Several by id, with their rows locked: none is deleted meanwhile."""
        ...

    def among(self, ids: Iterable[str]) -> Mapping[str, Department]:
        """Several by id, deleted ones too: closed sessions keep showing their names."""
        ...

    def page(self, cursor: Cursor | None, limit: int) -> Sequence[Department]:
        """In the order of their making."""
        ...

    def with_longest_wait(self) -> Sequence[Department]:
        """Those that limit how long one waits in them."""
        ...

    def members(self, ids: Iterable[str]) -> Mapping[str, list[str]]:
        """The ids of the agents of each."""
        ...

    def set_members(self, department_id: str, agent_ids: Iterable[str]) -> None:
        """Let these agents serve it and no others."""
        ...

    def detach(self, department_id: str) -> None:
        """Nobody serves it any more, no site leads to it and no department falls back on it."""
        ...


class Schedules(Protocol):
    """Business hours, at most one schedule a site or department."""

    def add(self, schedule: Schedule) -> None: ...
    def get(self, schedule_id: str) -> Schedule | None: ...
    def locked(self, schedule_id: str) -> Schedule | None:
        """The schedule with its row locked: nobody else changes or deletes it meanwhile."""
        ...

    def of(self, *owner_ids: str | None) -> Sequence[Schedule]:
        """Those of sites and departments; None owns nothing."""
        ...

    def page(self, cursor: Cursor | None, limit: int) -> Sequence[Schedule]:
        """In the order of their making."""
        ...

    def remove(self, schedule: Schedule) -> None: ...
    def remove_of(self, owner_id: str) -> None:
        """Forget the hours of a site or department that is deleted."""
        ...


class Agents(Protocol):
    """Accounts, their sign-ins and their departments, without deleted ones unless said so."""

    def add(self, agent: Agent) -> None: ...
    def get(self, agent_id: str) -> Agent | None: ...
    def locked(self, agent_id: str) -> Agent | None:
        """The agent with its row locked: nobody else changes its load meanwhile."""
        ...

    def locked_admins(self) -> Sequence[Agent]:
        """Those who may change everything, with their rows locked, so that one of them stays."""
        ...

    def by_email(self, email: str) -> Agent | None: ...
    def among(self, ids: Iterable[str]) -> Mapping[str, Agent]:
        """Several by id, deleted ones too: closed sessions keep showing their names."""
        ...

    def page(self, cursor: Cursor | None, limit: int) -> Sequence[Agent]:
        """In the order of their making."""
        ...

    def set_departments(self, agent: Agent, department_ids: Iterable[str]) -> None:
        """Let the agent serve these departments and no others."""
        ...

    def any_exists(self) -> bool: ...
    def to_mail(self, department_id: str | None) -> Sequence[Agent]:
        """Who is written to about a department (None: everybody), without the disabled."""
        ...

    def candidates(self, department_id: str | None) -> Sequence[Candidate]:
        """Agents that are online now for a session of this department, with their load."""
        ...

    def observe(self, agents: Sequence[Agent]) -> None:
        """Fill in what colleagues see of them now: a live socket, active sessions."""
        ...

    def mark_absent(self, ids: Iterable[str]) -> None:
        """Note, on the database's clock, that these agents are gone, unless it was noted before."""
        ...

    def absent(self) -> Sequence[str]:
        """Ids of absent agents who still have sessions."""
        ...

    def add_token(self, token: AgentToken) -> None: ...
    def drop_token(self, token_hash: str) -> None: ...
    def drop_tokens_of(self, agent_id: str) -> None: ...


class Bearers(Protocol):
    """Those who show tokens, agents and visitors alike."""

    def of(self, token_hashes: Iterable[str], now: datetime) -> Mapping[str, Actor]:
        """Whose tokens these are by now, with present rights; without what is worth nothing at `now`.

        An agent's token ends at its time and with the account; a visitor's does not.
        """
        ...


class Leases(Protocol):
    """Agents' live sockets; every time here is the database's clock."""

    def take(self, sid: str, agent_id: str, seconds: int) -> None: ...
    def renew(self, sockets: Mapping[str, str], seconds: int) -> set[str]:
        """Vouch again for sockets (sid → agent id); return the agents of those given up before."""
        ...

    def shorten(self, sid: str, seconds: int) -> None: ...
    def drop_of(self, agent_id: str) -> None: ...
    def drop_expired(self) -> Sequence[AgentLease]: ...
    def alive(self, agent_ids: Iterable[str]) -> set[str]:
        """Those with a socket that somebody vouches for."""
        ...


class Visitors(Protocol):
    """Visitors and their devices."""

    def add(self, visitor: Visitor) -> None: ...
    def get(self, visitor_id: str) -> Visitor | None: ...
    def among(self, ids: Iterable[str]) -> Mapping[str, Visitor]: ...
    def blocked_among(self, ids: Iterable[str]) -> set[str]: ...
    def by_external_id(self, site_id: str, external_id: str) -> Visitor | None: ...
    def add_token(self, token: VisitorToken) -> None: ...


class Sessions(Protocol):
    """Conversations."""

    def add(self, session: Session) -> None: ...
    def get(self, session_id: str) -> Session | None: ...
    def locked(self, session_id: str) -> Session | None:
        """The session with its row locked until the transaction ends."""
        ...

    def among(self, ids: Iterable[str]) -> Mapping[str, Session]:
        """Several at once, by id; to be read only. What is no id names none."""
        ...

    def locked_among(self, ids: Iterable[str]) -> Mapping[str, Session]:
        """Several sessions with their rows locked, taken in the order of their ids."""
        ...

    def open_of(self, site_id: str, visitor_id: str) -> Session | None: ...
    def open_among(self, visitor_ids: Iterable[str]) -> Sequence[Session]:
        """The open sessions of several visitors."""
        ...

    def by_client_key(self, key: str) -> Session | None: ...
    def taken_client_keys(self, keys: Iterable[str]) -> set[str]:
        """Those of `keys` by which a client has asked for a session."""
        ...

    def next_waiting(self, passed: Iterable[str | None]) -> Session | None:
        """The oldest waiting session of highest priority that nobody else works on, locked.

        Sessions of the departments in `passed` are left out.
        """
        ...

    def line(self, department_id: str | None, limit: int) -> Sequence[str]:
        """Ids of the first who wait in a department, in their turn, whoever works on them."""
        ...

    def page_for(
        self, actor: Actor, wanted: SessionFilter, cursor: Cursor | None, limit: int
    ) -> Sequence[Session]:
        """What `actor` may see: visitors' newest first, agents' newest activity first."""
        ...

    def renew_epochs(self, epoch: str) -> int:
        """Give every session another epoch; return how many there are."""
        ...

    def visible_among(self, actor: Actor, ids: Sequence[str]) -> Sequence[Session]:
        """Those of `ids` that the actor may see; to be read only."""
        ...

    def belongings(self, ids: Iterable[str]) -> Mapping[str, Belonging]:
        """Whose several sessions are, by id; of those that there are."""
        ...

    def counts_for(self, actor: Actor) -> Counts: ...
    def held_by(self, agent_id: str, limit: int) -> Sequence[Session]:
        """Open ones in the agent's hands, by id, with their rows locked."""
        ...

    def open_in(self, department_id: str, limit: int) -> Sequence[Session]:
        """Open ones of a department, by id, with their rows locked."""
        ...

    def queue_positions(self, sessions: Sequence[Session]) -> Mapping[str, int]:
        """Place in the queue, from 1, of those that wait."""
        ...

    def waiting_in(self, department_id: str | None, limit: int) -> Sequence[Session]:
        """Those that wait in a department's queue, in their turn."""
        ...

    def overdue(
        self, department_id: str, since: datetime, limit: int, *, left_too: bool
    ) -> Sequence[str]:
        """Ids of those that wait in the department since then or longer, the oldest first.

        Without `left_too`, those who have left a message are not among them.
        """
        ...

    def last_agent_of(self, visitor_id: str) -> str | None:
        """The agent of the visitor's newest session that had one."""
        ...

    def to_wake(self, moment: datetime, limit: int) -> Sequence[str]:
        """Ids of snoozed sessions whose time has come."""
        ...

    def idle_since(self, moment: datetime, limit: int) -> Sequence[str]:
        """Ids of open sessions without any change since `moment`, but no message left waiting."""
        ...


class Messages(Protocol):
    """What was said."""

    def add(self, message: Message) -> None: ...
    def get(self, session_id: str, message_id: str) -> Message | None: ...
    def by_client_ids(
        self, keys: Sequence[tuple[str, str, str, str]]
    ) -> Mapping[tuple[str, str, str, str], Message]:
        """What earlier sends stored, by (session id, sender kind, sender id, client id)."""
        ...

    def after(self, session_id: str, side: Side, seq: int, limit: int) -> Sequence[Message]: ...
    def before(self, session_id: str, side: Side, seq: int | None, limit: int) -> Sequence[Message]:
        """The `limit` messages before `seq` (None: the newest), in rising order."""
        ...

    def after_revision(
        self, session_id: str, side: Side, revision: int, limit: int
    ) -> Sequence[Message]: ...
    def numbers_at(self, session_id: str, side: Side, seq: int) -> tuple[int, int]:
        """`seq` of `side` in both numberings: (seq, visitor_seq) of all up to there."""
        ...

    def said_to(self, side: Side, session_id: str, after_seq: int, up_to_seq: int) -> int:
        """How many messages of the other side, which `side` may read, lie between two others.

        Both in agents' numbers; the upper one counts.
        """
        ...

    def of_visitor_after(self, session_id: str, seq: int) -> Sequence[Message]: ...


class Assignments(Protocol):
    """Who has which session."""

    def add(self, assignment: Assignment) -> None: ...
    def open_of_session(self, session_id: str) -> Assignment | None: ...
    def taken_slots(self, agent_id: str) -> set[str]: ...
    def handling_seconds(
        self, department_id: str | None, since: datetime, limit: int
    ) -> Sequence[float]:
        """How long agents had the department's sessions, of those given back last."""
        ...

    def to_take_back(self, agent_id: str, answered_seconds: int) -> Sequence[str]:
        """Sessions an absent agent should not keep: unanswered ones at once, others later."""
        ...


class Outbox(Protocol):
    """Work to be done after commits."""

    def add(self, *entries: OutboxEntry) -> None:
        """Write entries, but none whose dedupe key another pending one has."""
        ...

    def claim(self, limit: int, lock_token: str, seconds: int) -> Sequence[OutboxEntry]: ...
    def dead(self, limit: int) -> Sequence[OutboxEntry]:
        """What was given up, oldest first."""
        ...

    def revive(self, entry_ids: Sequence[str]) -> int:
        """Make given-up entries due again; return how many were."""
        ...

    def delay(self, entry: OutboxEntry, seconds: int) -> None:
        """Make the entry due again in `seconds`, on the database's clock."""
        ...

    def clear_done(self, seconds: int, limit: int) -> int:
        """Delete finished entries that were due so many seconds ago; return how many."""
        ...

    def mine(self, entry_id: str, lock_token: str) -> OutboxEntry | None: ...


Source = Literal["message", "session", "visitor"]
"""Where texts that are found come from: what was said, subjects, names and e-mail addresses."""


@dataclass(frozen=True)
class Unread:
    """Texts of one source that search does not know yet.

    All up to the id `upto` are settled once these are kept (None: no more than before).
    `more`: there may be others behind the id `last`.
    """

    texts: Sequence[SearchText]
    last: str
    upto: str | None
    more: bool


class SearchIndex(Protocol):
    """What search knows of texts. It learns of new ones late, of changed ones at once.

    A session is found all the same: `Sessions.page_for` also looks at what is not learned yet.
    """

    def unread(self, source: Source, place: str | None, limit: int, *, late: bool) -> Unread | None:
        """The next rows behind the id `place` (None: behind all that is settled); None: no rows.

        Ids do not become visible in their order: the newest are settled only after a while, and
        looked at again until then. `late` goes over all of them once more, a day behind.
        """
        ...

    def learn(self, source: Source, found: Unread, *, late: bool) -> None:
        """Keep texts, unless something newer is known, and how far everything is settled."""
        ...

    def change(self, *texts: SearchText) -> None:
        """These say something else now, or nothing any more."""
        ...


Follow = Callable[[Event], None]


class UnitOfWork(Protocol):
    """One transaction. Leaving it without `commit` undoes everything."""

    @property
    def sites(self) -> Sites: ...
    @property
    def departments(self) -> Departments: ...
    @property
    def business_hours(self) -> Schedules: ...
    @property
    def agents(self) -> Agents: ...
    @property
    def bearers(self) -> Bearers: ...
    @property
    def leases(self) -> Leases: ...
    @property
    def visitors(self) -> Visitors: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def messages(self) -> Messages: ...
    @property
    def assignments(self) -> Assignments: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def search(self) -> SearchIndex: ...

    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
    def flush(self) -> None:
        """Send what was changed to the database now; raise Duplicate when a constraint refuses."""
        ...

    def commit(self, *events: Event) -> None:
        """Make it true, with the outbox rows the events ask for; then let the effects follow."""
        ...

    def store(self, *events: Event) -> Follow:
        """Make it true as `commit` does, and leave to the caller when each event is followed."""
        ...


class UnitOfWorkFactory(Protocol):
    """Opens transactions."""

    def __call__(self) -> UnitOfWork:
        """A transaction that writes."""
        ...

    def reading(self) -> UnitOfWork:
        """A transaction that only reads."""
        ...


class Collision(Exception):
    """The database sacrificed this transaction to another one; the same work may be done again."""


class Duplicate(Exception):
    """A unique constraint refused a row: somebody else was first."""
