"""Work that may take long, where nothing else waits for the thread."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class DirectBlocking:
    """Runs work at once: for processes with real threads."""

    def run(self, work: Callable[..., T], *args: Any) -> T:
        """Run `work(*args)` here."""
        return work(*args)

    def turn(self) -> threading.Event:
        """For threads."""
        return threading.Event()

    def mutex(self) -> threading.Lock:
        """For threads."""
        return threading.Lock()

    def soon(self, job: Callable[[], object]) -> None:
        """In a thread of its own."""
        threading.Thread(target=job, daemon=True).start()

    def breathe(self) -> None:
        """Threads go on by themselves."""
