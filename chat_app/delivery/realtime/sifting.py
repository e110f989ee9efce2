"""Whoever may not see a session any longer follows it no longer, in whichever process it is."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from chat_app.delivery.realtime.broadcaster import Runner
from chat_app.delivery.realtime.rooms import session_room
from chat_app.domain.session import Belonging, Session

Sift = Callable[[Mapping[str, Belonging | None]], None]
"""Takes sessions by id with whose they are now; None for one that is not there any more."""
Tell = Callable[[Mapping[str, bytes]], None]
"""Hands a word about each of some rooms to the other processes that have members in them."""


class Sifting:
    """Implements the `Followers` port."""

    def __init__(self, runner: Runner, tell: Tell) -> None:
        self._runner = runner
        self._tell = tell
        self.here: Sift = nobody_follows

    def sift(self, sessions: Iterable[Session]) -> None:
        """First here, then elsewhere."""
        moved = {one.id: one.belonging for one in sessions}
        self._runner.run(lambda: self.here(moved))
        self._runner.run(
            lambda: self._tell({session_room(one): _word(one, moved[one]) for one in moved})
        )

    def heard(self, word: bytes) -> None:
        """Another process tells of a session."""
        session_id, *whose = orjson.loads(word)
        self.here({session_id: Belonging(*whose)})


def nobody_follows(_: Mapping[str, Belonging | None]) -> None:
    """A process without sockets, or whose doors are not open yet."""


def nobody_else(_: Mapping[str, bytes]) -> None:
    """Without Redis there is no other process."""


def _word(session_id: str, whose: Belonging) -> bytes:
    word: Any = [session_id, whose.visitor_id, whose.department_id, whose.agent_id]
    return orjson.dumps(word)
