"""Who is acting."""

from dataclasses import dataclass
from typing import Literal

ActorKind = Literal["visitor", "agent", "system"]
Role = Literal["agent", "supervisor", "admin"]
ROLES: tuple[Role, ...] = ("agent", "supervisor", "admin")


@dataclass(frozen=True)
class Actor:
    """The one on whose behalf a use case runs, as its credentials prove it.

    `token_id` is the hash of the token it came with, so that logging out can end exactly it;
    `sid` the socket it speaks through, so that a push does not go back to its sender.
    """

    kind: ActorKind
    id: str
    name: str = ""
    role: Role = "agent"
    department_ids: frozenset[str] = frozenset()
    site_id: str | None = None
    token_id: str | None = None
    sid: str | None = None

    @property
    def is_visitor(self) -> bool:
        """True for the one who writes from a website."""
        return self.kind == "visitor"

    @property
    def is_agent(self) -> bool:
        """True for the one who answers."""
        return self.kind == "agent"

    @property
    def oversees(self) -> bool:
        """True for supervisors and admins: they see every session."""
        return self.kind == "system" or (self.is_agent and self.role in ("supervisor", "admin"))

    @property
    def administers(self) -> bool:
        """True for admins: they change accounts, departments, sites and settings."""
        return self.is_agent and self.role == "admin"


SYSTEM = Actor(kind="system", id="system", name="")
