"""Tells of changed things, at most once a second."""

import time
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

EVERY_SECONDS = 1.0
MOST_AT_ONCE = 200
K = TypeVar("K")
T = TypeVar("T")


class Refresh(Generic[K, T]):
    """Remembers what changed, by key, and reads it together, once a second.

    A first change is told at once, what follows within a second in one go: the row that agents
    look at, or a place in a queue, holds only the last state anyway, and fifty cost as many
    queries as one.
    """

    def __init__(
        self,
        load: Callable[[Sequence[K]], Sequence[T]],
        push: Callable[[T], None],
        later: Callable[[float, Callable[[], None]], Any],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._load = load
        self._push = push
        self._later = later
        self._clock = clock
        self._changed: dict[K, None] = {}
        self._told_at = -EVERY_SECONDS
        self._scheduled = False

    def changed(self, key: K) -> None:
        """Tell of it soon; never waits for the database."""
        self._changed[key] = None
        if not self._scheduled:
            self._scheduled = True
            wait = self._told_at + EVERY_SECONDS - self._clock()
            self._later(max(wait, 0.0), self._tell)

    def _tell(self) -> None:
        self._scheduled = False
        self._told_at = self._clock()
        keys = list(self._changed)[:MOST_AT_ONCE]
        for key in keys:
            self._changed.pop(key, None)  # workers have several threads
        for item in self._load(keys):
            self._push(item)
        if self._changed and not self._scheduled:
            self.changed(next(iter(self._changed)))
