"""The person who answers."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from chat_app.domain.actor import Role

AgentStatus = Literal["online", "away", "offline"]
STATUSES: tuple[AgentStatus, ...] = ("online", "away", "offline")
DEFAULT_CAPACITY = 5


@dataclass(eq=False)
class Agent:
    """An account of the dashboard.

    `status` is what the agent chose; it takes new sessions only while `online` and while at
    least one of its sockets is alive. `capacity` counts active sessions. `absent_since` is set
    while it is offline by choice, or after it lost its last socket. `connected` (a live socket)
    and `active_sessions` are what `Agents.observe` saw last.
    """

    id: str
    name: str
    email: str
    password_hash: str
    created_at: datetime
    role: Role = "agent"
    capacity: int = DEFAULT_CAPACITY
    status: AgentStatus = "online"
    disabled: bool = False
    avatar_url: str | None = None
    department_ids: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    skills: list[str] = field(default_factory=list)
    last_assigned_at: datetime | None = None
    absent_since: datetime | None = None
    deleted_at: datetime | None = None
    connected: bool = False
    active_sessions: int = 0

    @property
    def shown_status(self) -> AgentStatus:
        """What others see: whoever has no live socket is not there, whatever it chose."""
        return self.status if self.connected and not self.disabled else "offline"

    @property
    def is_admin(self) -> bool:
        """True for an account that may change everything now."""
        return self.role == "admin" and not self.disabled and self.deleted_at is None

    def delete(self, at: datetime) -> None:
        """End the account; old conversations keep its name, and its e-mail address is free."""
        self.deleted_at = at
        self.disabled = True
        self.status = "offline"
        self.password_hash = ""
        self.email = f"deleted:{self.id}"


def normal_email(email: str) -> str:
    """The one way in which an address is stored and looked up."""
    return email.strip().lower()


@dataclass(eq=False)
class AgentToken:
    """A sign-in of an agent; only the hash of the token is kept."""

    token_hash: str
    agent_id: str
    created_at: datetime
    expires_at: datetime


@dataclass(eq=False)
class AgentLease:
    """One socket of an agent, believed alive until `lease_until` on the database's clock."""

    sid: str
    agent_id: str
    lease_until: datetime
