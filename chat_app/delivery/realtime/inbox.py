"""Tells inboxes of changed sessions, at most once a second each."""

import time
from collections.abc import Callable
from typing import Any

from chat_app.domain.events import SessionView

EVERY_SECONDS = 1.0


class InboxRefresh:
    """Remembers which sessions changed; each is read and pushed once, however often it changed.

    The first change is pushed at once, what follows within a second in one push, because the
    row that agents look at holds only the last state anyway.
    """

    def __init__(
        self,
        load: Callable[[str], SessionView | None],
        push: Callable[[SessionView], None],
        later: Callable[[float, Callable[[], None]], Any],
    ) -> None:
        self._load = load
        self._push = push
        self._later = later
        self._told_at: dict[str, float] = {}
        self._waiting: set[str] = set()

    def told(self, session_id: str) -> None:
        """The inboxes have just heard of the session in another way."""
        self._told_at[session_id] = time.monotonic()

    def changed(self, session_id: str) -> None:
        """Tell the inboxes now, or within a second when they were told just now."""
        if session_id in self._waiting:
            return
        wait = self._told_at.get(session_id, -EVERY_SECONDS) + EVERY_SECONDS - time.monotonic()
        if wait <= 0:
            self._tell(session_id)
        else:
            self._waiting.add(session_id)
            self._later(wait, lambda: self._tell(session_id))

    def _tell(self, session_id: str) -> None:
        self._waiting.discard(session_id)
        self._forget_old()
        self.told(session_id)
        view = self._load(session_id)
        if view is not None:
            self._push(view)

    def _forget_old(self) -> None:
        if len(self._told_at) > 10_000:
            limit = time.monotonic() - EVERY_SECONDS
            self._told_at = {key: at for key, at in self._told_at.items() if at > limit}
