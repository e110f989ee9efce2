"""What simulated installations are put through, and what comes of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from bench.installation import Installation, Plan
from bench.knee import KEPT, P99_MS
from bench.prices import Learning, Prices
from bench.queues import Thread
from chat_app.use_cases.message_log import MOST_LEADERS

SEED: Final = 20_261_130
MOST_MESSAGES: Final = 80_000
MOST_SECONDS: Final = 12.0
# Messages in a session: so many are written for each session that is opened and given to an agent.
A_SESSION: Final = 20
# A queue whose server is this busy only grows.
FULL: Final = 0.97
# Messages/s a web process from which the search for a knee starts.
LOWEST: Final = 50.0
# When clients try again for the first time: chat_app/delivery/browser/connection.ts, ± half.
BACK_FROM: Final = 0.5
BACK_TO: Final = 1.5


@dataclass(frozen=True)
class Outcome:
    """What clients saw, in ms, and how busy each part was, as a share of what it could do."""

    offered: float
    kept: float
    ack_p50: float
    ack_p99: float
    delivery_p99: float
    used: dict[str, float]

    @property
    def holds(self) -> bool:
        """Whether all was acknowledged in time, as bench/knee.py asks, and what follows kept up."""
        kept_up = max(self.used[part] for part in ("workers", "Valkey")) < FULL
        return self.kept >= KEPT and self.ack_p99 <= P99_MS and kept_up

    @property
    def first(self) -> str:
        """The part that is nearest to its limit."""
        return max(self.used, key=lambda name: self.used[name])


def quantile(values: Sequence[float], share: float) -> float:
    """The value in ms below which a share of them lies; infinite when there are none."""
    if not values:
        return float("inf")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


def used(room: Installation, seconds: float) -> dict[str, float]:
    """How busy each part was."""
    plan, database = room.plan, room.database
    told = {
        "web": sum(one.thread.used for one in room.web) / len(room.web) / seconds,
        "disk": database.disk.used / seconds,
        "Valkey": room.valkey.used / seconds,
        "workers": sum(one.used for one in room.workers) / len(room.workers) / seconds,
    }
    share = database.cores.used / plan.cores / seconds
    return told | {"all cores" if plan.one_box else "PostgreSQL": share}


def offered(plan: Plan, prices: Prices, rate: float, leaders: int = MOST_LEADERS) -> Outcome:
    """Messages at a rate, at random moments, with the sessions that they belong to."""
    seconds = min(MOST_SECONDS, MOST_MESSAGES / rate)
    room = Installation(plan, prices, SEED, leaders)
    room.stay()
    choose = room.random.choice
    room.poisson(rate, seconds, lambda: room.message(choose(room.web)))
    room.poisson(rate / A_SESSION, seconds, room.session)
    room.clock.run(seconds)
    acks = room.seen.acks
    return Outcome(
        rate, len(acks) / max(1, room.seen.sent), quantile(acks, 0.5), quantile(acks, 0.99),
        quantile(room.seen.deliveries, 0.99), used(room, seconds),
    )  # fmt: skip


def knee(plan: Plan, prices: Prices, leaders: int = MOST_LEADERS) -> Outcome:
    """The highest rate that holds, within 3 %; the lowest one tried when none does."""
    low, high = LOWEST * plan.web, 2 * LOWEST * plan.web
    good = offered(plan, prices, low, leaders)
    while (next_one := offered(plan, prices, high, leaders)).holds:
        good, low, high = next_one, high, high * 2
    while high / low > 1.03:
        middle = (low * high) ** 0.5
        if (next_one := offered(plan, prices, middle, leaders)).holds:
            good, low = next_one, middle
        else:
            high = middle
    return good


def closed(prices: Prices, pairs: int, seconds: float = 4.0) -> float:
    """Messages/s when each of `pairs` writes again as soon as it was acknowledged, as on this machine:
    the server alone on one core; generator, PostgreSQL and Valkey on another, and no worker that learns.
    """
    prices = replace(prices, learning=Learning(0.0, 0.0))
    room = Installation(Plan("this machine", web=1, cores=1), prices, SEED)
    room.valkey, generator = Thread(room.database.cores), Thread(room.database.cores)
    (web,) = room.web

    def write() -> None:
        room.message(web, acked=partial(generator.work, prices.generator, write))

    for _ in range(pairs):
        generator.work(prices.generator, write)
    room.clock.run(seconds)
    return len(room.seen.acks) / seconds


@dataclass(frozen=True)
class Storm:
    """Sockets that come back at once: seconds, and what those who write saw meanwhile in ms."""

    sockets: int
    half: float
    last: float
    ack_p99: float


def storm(plan: Plan, prices: Prices, rate: float, returning: int) -> Storm:
    """So many sockets come back together, while messages go on."""
    room = Installation(plan, prices, SEED)
    for _ in range(returning):
        come = partial(room.connect, room.random.choice(room.web))
        room.clock.after(room.random.uniform(BACK_FROM, BACK_TO), come)
    busy = BACK_TO + returning * prices.socket.coming / plan.web
    room.poisson(rate, busy, lambda: room.message(room.random.choice(room.web)))
    room.clock.run(busy * 2 + 60)
    comes = sorted(room.seen.connected)
    return Storm(returning, comes[len(comes) // 2], comes[-1], quantile(room.seen.acks, 0.99))
