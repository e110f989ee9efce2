"""Work that would hold up the event loop."""

from collections.abc import Callable
from typing import Any, TypeVar

from eventlet import tpool

T = TypeVar("T")


class HubBlocking:
    """Runs work in eventlet's pool of native threads (its size is EVENTLET_THREADPOOL_SIZE)."""

    def run(self, work: Callable[..., T], *args: Any) -> T:
        """Run `work(*args)` while other greenlets go on."""
        result: T = tpool.execute(work, *args)
        return result
