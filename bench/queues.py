"""A simulated machine room: processors, threads, disks, and a clock that jumps from event to event.

Nothing here knows of chats. Times are seconds.
"""

import heapq
import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

Action = Callable[[], None]


class Clock:
    """Does what is due, in order of time; at the same time in the order in which it was said."""

    def __init__(self) -> None:
        self.now = 0.0
        self._due: list[tuple[float, int, Action]] = []
        self._number = itertools.count()

    def after(self, seconds: float, action: Action) -> None:
        """Do something later."""
        heapq.heappush(self._due, (self.now + seconds, next(self._number), action))

    def run(self, until: float) -> None:
        """Go on until a time, or until nothing is left to do."""
        while self._due and self._due[0][0] <= until:
            self.now, _, action = heapq.heappop(self._due)
            action()
        self.now = until


@dataclass
class Cores:
    """The processors of a machine: work waits, first come first served, until one is free."""

    clock: Clock
    count: int
    used: float = 0.0
    _busy: int = 0
    _waiting: deque[tuple[float, Action]] = field(default_factory=deque)

    def work(self, seconds: float, done: Action) -> None:
        """Work on a core, and call `done` when that is over."""
        if self._busy == self.count:
            self._waiting.append((seconds, done))
            return
        self._busy += 1
        self.used += seconds
        self.clock.after(seconds, lambda: self._end(done))

    def _end(self, done: Action) -> None:
        self._busy -= 1
        if self._waiting:
            self.work(*self._waiting.popleft())
        done()


@dataclass
class Thread:
    """A program of one thread: one job at a time, each on a core of its machine."""

    cores: Cores
    used: float = 0.0
    _jobs: deque[tuple[float, Action]] = field(default_factory=deque)
    _working: bool = False

    def work(self, seconds: float, done: Action) -> None:
        """Do a job after those that came before."""
        self._jobs.append((seconds, done))
        if not self._working:
            self._begin()

    @property
    def waiting(self) -> int:
        """Jobs that have not begun."""
        return len(self._jobs)

    def _begin(self) -> None:
        self._working = True
        seconds, done = self._jobs.popleft()
        self.used += seconds

        def end() -> None:
            done()
            self._working = False
            if self._jobs:
                self._begin()

        self.cores.work(seconds, end)


@dataclass
class Disk:
    """Flushes one after another; a flush makes durable whatever waited when it began."""

    clock: Clock
    draw: Callable[[], float]
    used: float = 0.0
    flushes: int = 0
    _waiting: list[Action] = field(default_factory=list)
    _busy: bool = False

    def flush(self, done: Action) -> None:
        """Call `done` when what was written until now is durable."""
        self._waiting.append(done)
        if not self._busy:
            self._begin()

    def _begin(self) -> None:
        self._busy = True
        served, self._waiting = self._waiting, []
        seconds = self.draw()
        self.used, self.flushes = self.used + seconds, self.flushes + 1

        def end() -> None:
            self._busy = False
            if self._waiting:
                self._begin()
            for done in served:
                done()

        self.clock.after(seconds, end)
