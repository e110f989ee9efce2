"""Long lists in parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from chat_app.domain.repositories import Cursor

T = TypeVar("T")


class Made(Protocol):
    """Something that was made at a moment, and is listed in that order."""

    id: str
    created_at: datetime


M = TypeVar("M", bound=Made)


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some things and where the next ones begin."""

    items: Sequence[T]
    next_cursor: Cursor | None


def page_of(found: Sequence[M], limit: int) -> Page[M]:
    """The first `limit` of `found`, which holds one more when there is a next page."""
    kept = found[:limit]
    more = len(found) > limit
    return Page(kept, Cursor(kept[-1].created_at, kept[-1].id) if more else None)
