"""Greenlets that do one job after another.

One that begins gets memory for its calls from the system, and gives it back at its end: a job a
greenlet is a `mmap`, a `munmap` and a fault of a page or two each time, and every call is the
first one on cold memory (CPython 3.11, `_PyThreadState_PushFrame`).
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import structlog
from greenlet import getcurrent, greenlet

from chat_app.infrastructure.realtime.post import POST

MOST_IDLE: Final = 500
Job = Callable[[], object]
_log = structlog.get_logger(__name__)


class Crew:
    """Does jobs that wait, as many at once as there are; at most `most_idle` stand by for more."""

    def __init__(self, most_idle: int = MOST_IDLE) -> None:
        self._most_idle = most_idle
        self._idle: list[Any] = []

    def soon(self, job: Job) -> None:
        """Begin it when the greenlets that run now have gone on."""
        POST.soon(partial(self._begin, job))

    def _begin(self, job: Job) -> None:
        worker = self._idle.pop() if self._idle else greenlet(self._work)
        worker.switch(job)

    def _work(self, job: Job) -> None:
        while True:
            try:
                job()
            except Exception:  # noqa: BLE001 - the next job is another one's
                _log.exception("job_failed")
            if len(self._idle) >= self._most_idle:
                return
            worker = getcurrent()
            self._idle.append(worker)
            # Its parent is the hub, in which it began.
            job = worker.parent.switch()


CREW: Final = Crew()
