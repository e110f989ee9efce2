"""Who should serve a waiting session. Pure: the candidates are given, the choice is returned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Candidate:
    """An agent who is online now; `load` active sessions of at most `capacity`."""

    agent_id: str
    name: str
    load: int
    capacity: int
    last_assigned_at: datetime | None = None

    @property
    def has_room(self) -> bool:
        """True while one more session fits."""
        return self.load < self.capacity


def least_busy(candidates: Sequence[Candidate]) -> Candidate | None:
    """Choose who has the fewest sessions; among equals who waited longest for one."""
    free = [candidate for candidate in candidates if candidate.has_room]
    return min(
        free,
        key=lambda one: (one.load, one.last_assigned_at or _NEVER, one.agent_id),
        default=None,
    )


@dataclass(eq=False)
class Assignment:
    """That an agent has a session.

    `open_session` and `open_slot` are unique while it lasts and None afterwards: the database
    itself refuses a second agent for a session and a session above an agent's capacity.
    """

    id: str
    session_id: str
    agent_id: str
    reason: str
    assign_epoch: int
    assigned_at: datetime
    open_session: str | None = None
    open_slot: str | None = None
    released_at: datetime | None = None

    def release(self, at: datetime) -> None:
        """Give the agent's slot back."""
        self.released_at = at
        self.open_session = None
        self.open_slot = None
