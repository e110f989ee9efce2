"""Where groups go in to be served: a large one beside others, a small one when nobody is inside.

Two small ones beside each other would wait for the database together, and each for longer.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from chat_app.domain.ports import Blocking, Turn


class Entrance:
    """Lets those who are ready in, in their order."""

    def __init__(self, blocking: Blocking) -> None:
        self._blocking = blocking
        self._mutex = blocking.mutex()
        self._inside = 0
        self._ready: deque[Turn] = deque()

    @contextmanager
    def inside(self, *, beside_others: bool) -> Iterator[None]:
        """Wait to be let in; the next one is when this ends."""
        self._enter(beside_others)
        try:
            yield
        finally:
            self._leave()

    def _enter(self, beside_others: bool) -> None:
        with self._mutex:
            if beside_others or not self._inside:
                self._inside += 1
                return
            turn = self._blocking.turn()
            self._ready.append(turn)
        self._wait(turn)

    def _wait(self, turn: Turn) -> None:
        """Wait to be let in; whoever is torn away meanwhile leaves its place to others."""
        try:
            turn.wait()
        except BaseException:
            with self._mutex:
                waits = turn in self._ready
                if waits:
                    self._ready.remove(turn)
            if not waits:
                self._leave()
            raise

    def _leave(self) -> None:
        with self._mutex:
            self._inside -= 1
            if self._inside or not self._ready:
                return
            turn = self._ready.popleft()
            self._inside += 1
        turn.set()
