"""Work that must happen after a commit, written in the same transaction."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

OutboxState = Literal["pending", "claimed", "done", "dead"]
Topic = Literal[
    "assign_sessions",
    "mail_missed_messages",
    "requeue_sessions",
    "take_back_sessions",
    "empty_department",
    "bot_answer",
]
MOST_ATTEMPTS = 8


@dataclass(eq=False)
class OutboxEntry:
    """One piece of work; claimed by state and lock token, never by id order.

    `dedupe_key` is unique while the entry is pending, so that ten wishes for the same work
    become one.
    """

    id: str
    topic: str
    payload: dict[str, Any]
    created_at: datetime
    available_at: datetime
    state: OutboxState = "pending"
    attempts: int = 0
    dedupe_key: str | None = None
    locked_until: datetime | None = None
    lock_token: str | None = None
    last_error: str | None = field(default=None)


def retry_delay_seconds(attempts: int) -> int:
    """Seconds until the next attempt: 1, 2, 4 … at most 300."""
    return int(min(2 ** max(attempts - 1, 0), 300))
