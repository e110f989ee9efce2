"""Small things that the hub does together, where it comes round next."""

from collections.abc import Callable
from typing import Final

import structlog
from eventlet import hubs

_log = structlog.get_logger(__name__)


class Post:
    """Gathers things to do. A timer of the hub costs more than most of them: here all share one."""

    def __init__(self) -> None:
        self._things: list[Callable[[], object]] = []

    def soon(self, thing: Callable[[], object]) -> None:
        """Do it in the hub when the greenlets that run now have gone on; it must not wait."""
        self._things.append(thing)
        if len(self._things) == 1:
            hubs.get_hub().schedule_call_global(0, self._do)

    def _do(self) -> None:
        things, self._things = self._things, []
        for thing in things:
            try:
                thing()
            except Exception:  # noqa: BLE001 - one client's trouble is not another's
                _log.exception("posted_thing_failed")


POST: Final = Post()
