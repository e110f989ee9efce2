"""Work that would hold up the event loop."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from eventlet import getcurrent, hubs, patcher, sleep, tpool

from chat_app.infrastructure.realtime.crew import CREW
from chat_app.infrastructure.realtime.post import POST

T = TypeVar("T")


class HubBlocking:
    """Runs work in eventlet's pool of native threads (its size is EVENTLET_THREADPOOL_SIZE)."""

    def run(self, work: Callable[..., T], *args: Any) -> T:
        """Run `work(*args)` while other greenlets go on."""
        result: T = tpool.execute(work, *args)
        return result

    def turn(self) -> "HubTurn":
        """For greenlets."""
        return HubTurn()

    def mutex(self) -> AbstractContextManager[object]:
        """For greenlets, of which nobody is ever seen to hold it: the system's, not eventlet's."""
        lock: AbstractContextManager[object] = patcher.original("threading").Lock()
        return lock

    def soon(self, job: Callable[[], object]) -> None:
        """In a greenlet that is there already."""
        CREW.soon(job)

    def breathe(self) -> None:
        """Let the hub read what has arrived, and greenlets do what they can with it."""
        sleep(0)


class HubTurn:
    """What one greenlet waits for and another one gives; a fraction of an Event's cost."""

    __slots__ = ("_given", "_waiter")

    def __init__(self) -> None:
        self._given = False
        self._waiter: Any = None

    def set(self) -> None:
        """Let the greenlet that waits go on, soon."""
        self._given = True
        if self._waiter is not None:
            POST.soon(self._wake)

    def wait(self) -> None:
        """Return once it is set."""
        self._waiter = getcurrent()
        try:
            while not self._given:
                hubs.get_hub().switch()
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None:
            self._waiter.switch()
