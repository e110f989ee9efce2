"""A group of agents that serves sessions together."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Strategy = Literal["least_busy", "round_robin", "manual"]


@dataclass(eq=False)
class Department:
    """`max_queue` sessions may wait, each `max_wait_seconds`; None means no limit."""

    id: str
    name: str
    created_at: datetime
    strategy: Strategy = "least_busy"
    fallback_department_id: str | None = None
    max_queue: int | None = None
    max_wait_seconds: int | None = None
