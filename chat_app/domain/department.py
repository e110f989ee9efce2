"""A group of agents that serves sessions together."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

Strategy = Literal["least_busy", "round_robin", "manual"]
STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)


@dataclass(eq=False)
class Department:
    """`max_queue` sessions may wait, each `max_wait_seconds`; None means no limit.

    `name_key` is unique while the department exists: no two are told apart by capitals only.
    """

    id: str
    name: str
    created_at: datetime
    strategy: Strategy = "least_busy"
    fallback_department_id: str | None = None
    max_queue: int | None = None
    max_wait_seconds: int | None = None
    deleted_at: datetime | None = None
    name_key: str | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.rename(self.name)

    def rename(self, name: str) -> None:
        """Take a name, and with it the claim that no other department has it."""
        self.name = name
        self.name_key = name.casefold()

    def delete(self, at: datetime) -> None:
        """End it; closed conversations keep showing its name, which others may take now."""
        self.deleted_at = at
        self.name_key = None


@dataclass(frozen=True)
class Membership:
    """A department with the ids of those who serve it."""

    department: Department
    agent_ids: tuple[str, ...] = ()
