"""Pushes leave after the caller has been answered, in order, through one greenlet."""

from collections import deque
from collections.abc import Callable
from typing import Any

import structlog

_log = structlog.get_logger(__name__)
MOST_WAITING = 20_000


class Outgoing:
    """A queue of pushes and the greenlet that empties it.

    A door that commits and returns gets its answer onto the wire before the greenlet runs: an
    acknowledgement is never later than its push. When Redis hangs the queue grows; above its
    bound the oldest pushes are dropped, because readers find the truth in the database.
    """

    def __init__(self) -> None:
        self._jobs: deque[Callable[[], None]] = deque(maxlen=MOST_WAITING)
        self._begin: tuple[Callable[..., Any], Callable[[], Any]] | None = None
        self._wake: Any = None

    def use(self, spawn: Callable[..., Any], event: Callable[[], Any]) -> None:
        """Say what kind of thread does the work; it begins with the first job."""
        self._begin = (spawn, event)

    def run(self, job: Callable[[], None]) -> None:
        """Do `job` soon; never blocks."""
        self._jobs.append(job)
        if self._wake is None:
            if self._begin is None:
                raise RuntimeError("use() comes first")
            spawn, event = self._begin
            self._wake = event()
            spawn(self._work)
        if len(self._jobs) == 1:
            self._wake.set()  # with more than one it is awake, or was told so by the first

    def _work(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            while self._jobs:
                job = self._jobs.popleft()
                try:
                    job()
                except Exception:  # noqa: BLE001 - the next push must leave
                    _log.exception("push_failed")


class AtOnce:
    """For processes without sockets of their own: the push is published before going on."""

    def run(self, job: Callable[[], None]) -> None:
        """Do `job` now; what goes wrong is logged."""
        try:
            job()
        except Exception:  # noqa: BLE001 - a push may be lost, the work goes on
            _log.exception("push_failed")
