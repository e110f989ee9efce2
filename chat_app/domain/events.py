"""Facts, in the past tense. A use case hands them to `commit`; `after_commit` says what follows.

The entities inside are the private copies of the transaction that made the fact.
"""

from dataclasses import dataclass, field
from typing import Literal

from chat_app.domain.agent import Agent, AgentStatus
from chat_app.domain.department import Department
from chat_app.domain.message import Message
from chat_app.domain.session import Session, Side
from chat_app.domain.viewing import Viewer
from chat_app.domain.visitor import Page, Visitor

AssignReason = Literal["auto", "accept", "transfer", "requeue"]


@dataclass(frozen=True)
class SessionView:
    """A session with what is shown beside it."""

    session: Session
    visitor: Visitor
    agent: Agent | None = None
    department: Department | None = None
    queue_position: int | None = None
    wait_seconds: int | None = None
    visitor_online: bool = False
    visitor_page: Page | None = None


@dataclass(frozen=True)
class SessionQueued:
    """A session waits for an agent."""

    view: SessionView


@dataclass(frozen=True)
class MessageSent:
    """A message became part of a session. `origin` is the socket it came from, if any.

    `mail_in` seconds somebody should be written to about it, unless an agent is there by then.
    """

    session: Session
    message: Message
    origin: str | None = None
    mail_in: int | None = None


@dataclass(frozen=True)
class MessageUpdated:
    """A message was edited or recalled by its sender."""

    session: Session
    message: Message
    origin: str | None = None


@dataclass(frozen=True)
class SessionAssigned:
    """A session got into an agent's hands."""

    view: SessionView
    reason: AssignReason


@dataclass(frozen=True)
class SessionLeftDepartment:
    """A session no longer belongs to a department (None: to none); its agents may not see it now."""

    session: Session
    department_id: str | None


@dataclass(frozen=True)
class SessionLeftAgent:
    """An agent no longer has a session, and may see it only as one of its department."""

    session: Session
    agent_id: str


@dataclass(frozen=True)
class SessionUpdated:
    """Something shown of a session changed, other than its messages or its agent."""

    view: SessionView


@dataclass(frozen=True)
class SessionSnoozed:
    """A session was put aside; its agent has room again. Its visitor is not told."""

    view: SessionView


@dataclass(frozen=True)
class SessionClosed:
    """A conversation ended; its agent has room again."""

    view: SessionView


@dataclass(frozen=True)
class ReadMoved:
    """One side has received or read more of a session."""

    session: Session
    reader: Side
    origin: str | None = None


@dataclass(frozen=True)
class TypingChanged:
    """Somebody began or stopped typing; nothing is stored. `preview` is for agents only."""

    session_id: str
    sender_kind: Side
    sender_id: str
    sender_name: str
    typing: bool
    preview: str | None = None
    origin: str | None = None


@dataclass(frozen=True)
class QueueChanged:
    """Others wait before or behind one now, or for other agents, in a department's queue."""

    department_id: str | None


@dataclass(frozen=True)
class QueueMoved:
    """Where a waiting visitor stands now; `wait_seconds` is an estimate, None while unknown."""

    session_id: str
    position: int
    wait_seconds: int | None


@dataclass(frozen=True)
class AgentStatusChanged:
    """An agent chose another status, or came or went."""

    agent_id: str
    status: AgentStatus
    department_ids: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class AgentChanged:
    """An account was made, or something of it that others see: it may have more room now."""

    agent_id: str


@dataclass(frozen=True)
class AgentLeft:
    """An account was disabled or deleted; its sessions need other hands."""

    agent_id: str


@dataclass(frozen=True)
class DepartmentChanged:
    """A department was made or changed; its sessions may be served by others now."""

    department_id: str


@dataclass(frozen=True)
class DepartmentDeleted:
    """A department is no more; its open sessions must go elsewhere."""

    department_id: str


@dataclass(frozen=True)
class VisitorPresenceChanged:
    """The visitor of an open session came or went, or looks at another page."""

    session: Session
    online: bool
    page: Page | None = None


@dataclass(frozen=True)
class ViewersChanged:
    """Another agent looks at a session, or one no longer does. Visitors never learn of it."""

    session_id: str
    viewers: tuple[Viewer, ...]


Event = (
    SessionQueued
    | MessageSent
    | MessageUpdated
    | SessionAssigned
    | SessionLeftDepartment
    | SessionLeftAgent
    | SessionUpdated
    | SessionSnoozed
    | SessionClosed
    | ReadMoved
    | TypingChanged
    | QueueChanged
    | QueueMoved
    | AgentStatusChanged
    | AgentChanged
    | AgentLeft
    | DepartmentChanged
    | DepartmentDeleted
    | VisitorPresenceChanged
    | ViewersChanged
)
