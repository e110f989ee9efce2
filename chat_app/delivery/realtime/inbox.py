"""Tells inboxes of changed sessions, at most once a second each."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from chat_app.domain.events import SessionView

EVERY_SECONDS = 1.0
MOST_AT_ONCE = 200


class InboxRefresh:
    """Remembers which sessions changed and reads them together, once a second.

    A first change is told at once, what follows within a second in one go: the row that agents
    look at holds only the last state anyway, and fifty rows cost as many queries as one.
    """

    def __init__(
        self,
        load: Callable[[Sequence[str]], Sequence[SessionView]],
        push: Callable[[SessionView], None],
        later: Callable[[float, Callable[[], None]], Any],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._load = load
        self._push = push
        self._later = later
        self._clock = clock
        self._changed: dict[str, None] = {}
        self._told_at = -EVERY_SECONDS
        self._scheduled = False

    def changed(self, session_id: str) -> None:
        """Tell the inboxes soon; never waits for the database."""
        self._changed[session_id] = None
        if not self._scheduled:
            self._scheduled = True
            wait = self._told_at + EVERY_SECONDS - self._clock()
            self._later(max(wait, 0.0), self._tell)

    def _tell(self) -> None:
        self._scheduled = False
        self._told_at = self._clock()
        ids = list(self._changed)[:MOST_AT_ONCE]
        for session_id in ids:
            del self._changed[session_id]
        for view in self._load(ids):
            self._push(view)
        if self._changed and not self._scheduled:
            self.changed(next(iter(self._changed)))
