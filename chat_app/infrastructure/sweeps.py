"""Sees to it that sweeps go on when beat has died: web processes stand in for it.

A sweep leaves a mark in Redis that fades; who finds no mark leaves a short one itself and sends
the sweeps. Two beats at once, or several web processes, do no harm: every sweep may run twice.
"""

from collections.abc import Callable
from typing import Any

import structlog
from celery import Celery

from chat_app.infrastructure.redis.connection import Guarded

CHECK_SECONDS = 5
SILENCE_SECONDS = 15
STAND_IN_TASK = "workers.stand_in.sweep"
_MARK = "cland:swept"
_log = structlog.get_logger(__name__)


class SweepWatch:
    """Without Redis there is neither a mark nor a way to a worker: then nothing is done."""

    def __init__(self, redis: Guarded | None, celery: Celery) -> None:
        self._redis = redis
        self._celery = celery

    def swept(self) -> None:
        """A sweep was done; called by workers."""
        self._call(lambda redis: redis.set(_MARK, 1, ex=SILENCE_SECONDS))

    def stand_in(self) -> None:
        """Send the sweeps if nobody has done any for a while; never raises."""
        if not self._call(lambda redis: redis.set(_MARK, 1, nx=True, ex=CHECK_SECONDS)):
            return
        try:
            self._celery.send_task(STAND_IN_TASK, expires=CHECK_SECONDS, retry=False)
        except Exception as error:  # noqa: BLE001 - kombu lets every driver's own errors through
            _log.warning("stand_in_lost", error=type(error).__name__)

    def _call(self, command: Callable[[Any], Any]) -> bool:
        return self._redis is not None and self._redis.call(
            lambda client: bool(command(client)), lambda: False
        )
