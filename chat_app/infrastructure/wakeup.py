"""Wakes a worker when the outbox has work."""

import time
from collections.abc import Callable
from typing import Any

import structlog
from celery import Celery

DRAIN_TASK = "workers.outbox.drain"
EXPIRES_SECONDS = 5
PAUSE_SECONDS = 2.0
_log = structlog.get_logger(__name__)


class CeleryWakeup:
    """Sends one task for any number of wishes that come before it has left.

    While the broker is away nothing is tried for two seconds: the sweep will find the work.
    """

    def __init__(self, celery: Celery, run: Callable[[Callable[[], None]], Any]) -> None:
        self._celery = celery
        self._run = run
        self._asked = False
        self._away_until = 0.0

    def nudge(self) -> None:
        """Wake a worker soon; never blocks, never raises."""
        if not self._asked and time.monotonic() >= self._away_until:
            self._asked = True
            self._run(self._send)

    def _send(self) -> None:
        self._asked = False
        try:
            self._celery.send_task(DRAIN_TASK, expires=EXPIRES_SECONDS, retry=False)
        except Exception as error:  # noqa: BLE001 - kombu lets every driver's own errors through
            self._away_until = time.monotonic() + PAUSE_SECONDS
            _log.warning("wakeup_lost", error=type(error).__name__)


class NoWakeup:
    """Without a broker the sweep alone drains."""

    def nudge(self) -> None:
        """Do nothing."""
