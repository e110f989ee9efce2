"""Things a web process does again and again beside serving."""

from collections.abc import Callable
from typing import Any

import structlog

_log = structlog.get_logger(__name__)


class Background:
    """Runs jobs at intervals, each in a greenlet of its own; one that fails goes on."""

    def __init__(self, spawn: Callable[..., Any], sleep: Callable[[float], Any]) -> None:
        self._spawn = spawn
        self._sleep = sleep

    def every(self, seconds: float, job: Callable[[], Any]) -> None:
        """Run `job` every `seconds` from now on."""
        self._spawn(self._loop, seconds, job)

    def later(self, seconds: float, job: Callable[[], Any]) -> None:
        """Run `job` once, in `seconds`."""
        self._spawn(self._once, seconds, job)

    def _loop(self, seconds: float, job: Callable[[], Any]) -> None:
        while True:
            self._once(seconds, job)

    def _once(self, seconds: float, job: Callable[[], Any]) -> None:
        self._sleep(seconds)
        try:
            job()
        except Exception:  # noqa: BLE001 - the next round must come
            _log.exception("background_job_failed")
