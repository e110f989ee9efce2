"""This program as a simulated installation: web processes, one PostgreSQL, one Valkey, workers.

A message goes the way it goes in truth: it is read by its visitor's process, waits for the lead, is
stored with whoever else waits (a second group at a time once half a full one waits), made durable by a flush of the disk,
acknowledged, pushed to its reader, and, where the reader's socket is in another process, heard there.
"""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from bench.prices import Prices
from bench.queues import Action, Clock, Cores, Disk, Thread
from chat_app.use_cases.message_log import MOST_LEADERS, MOST_TOGETHER
from chat_app.use_cases.together import share

# How a message's work in a web process falls on the stages (docs/performance.md, the steps), and that
# of a group: before its statement goes out, and after the answer.
READING: Final = 0.20
STORING: Final = 0.25
ACKNOWLEDGING: Final = 0.25
PUSHING: Final = 0.30
BEFORE: Final = 0.6
# So many messages are learned by search in one go; truly it is a few hundred.
LEARNED: Final = 100
# How often opening, assigning and connecting give way to others.
QUESTIONS: Final = 4


def nothing() -> None:
    """What follows where nothing follows."""


@dataclass(frozen=True)
class Plan:
    """An installation. In one box all parts share `cores`; else those are PostgreSQL's.

    Outside of one box each web process, each worker and Valkey have a core of their own.
    """

    name: str
    web: int
    cores: int
    workers: int = 1
    one_box: bool = False
    sockets: int = 0


@dataclass
class Seen:
    """What the simulated clients have seen: how long things took, and when sockets were in."""

    acks: list[float] = field(default_factory=list)
    deliveries: list[float] = field(default_factory=list)
    connected: list[float] = field(default_factory=list)
    sent: int = 0


class Database:
    """PostgreSQL: a statement a group on any core, then the flush of its log."""

    def __init__(self, cores: Cores, disk: Disk, prices: Prices) -> None:
        self.cores, self.disk, self._price = cores, disk, prices.postgres
        self.used = 0.0

    def work(self, seconds: float, done: Action) -> None:
        """Answer a question; each connection is a process, on any free core."""
        self.used += seconds
        self.cores.work(seconds, done)

    def store(self, messages: int, done: Action) -> None:
        """Make a group durable."""
        self.work(self._price.of(1, messages), lambda: self.disk.flush(done))


class Web:
    """A web process."""

    def __init__(self, room: "Installation", cores: Cores, leaders: int = MOST_LEADERS) -> None:
        self.room, self.thread = room, Thread(cores)
        self._most, self._leaders, self._gathering = leaders, 0, False
        self._waiting: deque[Action] = deque()
        self._served_last = 0
        self.price = room.prices.web

    def send(self, acked: Action) -> None:
        """A client's message has arrived."""
        self.thread.work(self.price.message * READING, lambda: self._enter(acked))

    def _enter(self, acked: Action) -> None:
        self._waiting.append(acked)
        self._appoint()

    def _appoint(self, *, hurries: bool = False) -> None:
        least = MOST_TOGETHER // 2 if self._leaders else 1
        if self._leaders < self._most and not self._gathering and len(self._waiting) >= least:
            self._leaders += 1
            self._gathering = True
            if hurries:
                self._lead()
            else:
                self.thread.work(0.0, self._lead)

    def _lead(self) -> None:
        self._gathering = False
        waiting = len(self._waiting)
        count = min(waiting, share(waiting + self._served_last), MOST_TOGETHER)
        self._served_last = count
        group = [self._waiting.popleft() for _ in range(count)]
        seconds = self.price.group * BEFORE + self.price.message * STORING * count
        store = partial(self.room.database.store, count, partial(self._stored, group))
        self.thread.work(seconds, store)

    def _stored(self, group: list[Action]) -> None:
        self.thread.work(self.price.group * (1 - BEFORE), lambda: self._hand_on(group))

    def _hand_on(self, group: list[Action]) -> None:
        """The next group goes to the database before this one is answered."""
        self._leaders -= 1
        self._appoint(hurries=True)
        for acked in group:
            self.thread.work(self.price.message * ACKNOWLEDGING, acked)


class Installation:
    """All parts, on the machines of a plan."""

    def __init__(self, plan: Plan, prices: Prices, seed: int, leaders: int = MOST_LEADERS) -> None:
        self.plan, self.prices = plan, prices
        self.clock, self.random = Clock(), random.Random(seed)
        cores = Cores(self.clock, plan.cores)
        disk = Disk(self.clock, lambda: self.random.expovariate(1 / prices.flush))
        self.database = Database(cores, disk, prices)
        self.valkey = Thread(self._core())
        self.workers = [Thread(self._core()) for _ in range(plan.workers)]
        self.web = [Web(self, self._core(), leaders) for _ in range(plan.web)]
        self.seen = Seen()
        self._unknown = 0

    def _core(self) -> Cores:
        """The processors of a part: a core of its own, unless all share one box."""
        return self.database.cores if self.plan.one_box else Cores(self.clock, 1)

    def message(self, web: Web, acked: Action = nothing) -> None:
        """A visitor writes to the process that holds its socket."""
        begun = self.clock.now
        self.seen.sent += 1

        def done() -> None:
            self.seen.acks.append(self.clock.now - begun)
            web.thread.work(web.price.message * PUSHING, lambda: self._pushed(web, begun))
            acked()

        web.send(done)

    def _pushed(self, web: Web, begun: float) -> None:
        """The push has left; the reader is here or in another process."""
        reader = self.random.choice(self.web)

        def delivered() -> None:
            self.seen.deliveries.append(self.clock.now - begun)

        heard = partial(reader.thread.work, self.prices.hearing, delivered)
        self.valkey.work(self.prices.valkey.message, nothing if reader is web else heard)
        self._learn()
        if reader is web:
            delivered()

    def _learn(self) -> None:
        """Search learns what was said, in a worker, behind the senders."""
        self._unknown += 1
        if self._unknown == LEARNED:
            self._unknown, price = 0, self.prices.learning
            worker = self.random.choice(self.workers)
            self._ask(worker, price.worker * LEARNED, price.postgres * LEARNED, nothing)

    def session(self) -> None:
        """A visitor opens a session over REST; the worker gives it to an agent."""
        price, half = self.prices.session, self.prices.session.postgres / 2
        web, worker = self.random.choice(self.web), self.random.choice(self.workers)
        give = partial(self._ask, worker, price.worker, half, nothing)
        self._ask(web.thread, price.web, half, give)

    def _ask(self, thread: Thread, own: float, database: float, done: Action) -> None:
        """Work that asks the database a few times in between."""
        steps = iter(range(QUESTIONS))

        def step() -> None:
            if next(steps, None) is None:
                done()
            else:
                ask = partial(self.database.work, database / QUESTIONS, step)
                thread.work(own / QUESTIONS, ask)

        step()

    def stay(self, every: float = 0.01) -> None:
        """What sockets that only listen cost, from now on."""
        each = self.prices.socket.staying * self.plan.sockets / self.plan.web * every

        def round_of(web: Web) -> None:
            web.thread.work(each, nothing)
            self.clock.after(every, partial(round_of, web))

        for web in self.web:
            if each:
                self.clock.after(self.random.random() * every, partial(round_of, web))

    def connect(self, web: Web) -> None:
        """A socket comes: handshake, who is it, joining."""
        price = self.prices.socket

        def done() -> None:
            self.seen.connected.append(self.clock.now)

        self._ask(web.thread, price.coming, price.coming_postgres, done)

    def poisson(self, rate: float, until: float, happen: Callable[[], None]) -> None:
        """Let something happen at random moments, so many a second."""
        if not rate:
            return

        def again() -> None:
            if self.clock.now < until:
                happen()
                self.clock.after(self.random.expovariate(rate), again)

        self.clock.after(self.random.expovariate(rate), again)
