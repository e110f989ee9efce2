"""Doing a transaction again when another one got in its way."""

from collections.abc import Callable
from typing import TypeVar

from chat_app.domain.errors import Unavailable
from chat_app.domain.repositories import Collision, Duplicate

T = TypeVar("T")
ATTEMPTS = 4


def again(work: Callable[[], T]) -> T:
    """Run `work` until no other transaction is in its way.

    After a Duplicate the next look finds what the other one stored; after a Collision the way is
    free. Raises Unavailable after four attempts.
    """
    for _ in range(ATTEMPTS):
        try:
            return work()
        except (Collision, Duplicate):
            continue
    raise Unavailable("Too many requests met, try again", retry_after=1)
