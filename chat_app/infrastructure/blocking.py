"""Work that may take long, where nothing else waits for the thread."""

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class DirectBlocking:
    """Runs work at once: for processes with real threads."""

    def run(self, work: Callable[..., T], *args: Any) -> T:
        """Run `work(*args)` here."""
        return work(*args)
