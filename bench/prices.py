"""From what was measured (bench/costs.json) to the price of each step, in CPU seconds and bytes."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Load = Mapping[str, Any]
BUSY: Final = 2_000
"""Messages a second below which a process sleeps in between, and pays again for what its caches
have forgotten: up to twice as much a group as under load, which is what is planned for."""


@dataclass(frozen=True)
class Price:
    """What one part works: for each group of messages that is stored together, and each message."""

    group: float
    message: float

    def of(self, groups: float, messages: float) -> float:
        """CPU seconds for so many."""
        return self.group * groups + self.message * messages


@dataclass(frozen=True)
class Session:
    """CPU seconds for a session that is opened over REST and given to an agent."""

    web: float
    postgres: float
    worker: float


@dataclass(frozen=True)
class Socket:
    """A visitor's socket that only listens: CPU seconds to come, CPU seconds a second to stay, bytes."""

    coming: float
    coming_postgres: float
    staying: float
    bytes: float
    valkey_bytes: float


@dataclass(frozen=True)
class Learning:
    """CPU seconds until search knows a message, behind its sender."""

    worker: float
    postgres: float


@dataclass(frozen=True)
class Prices:
    """Everything the simulation knows of this program on the machine where it was measured."""

    web: Price
    postgres: Price
    valkey: Price
    # The load generator, for the comparison with what it has seen.
    generator: float
    # A message of a room heard from another process, and brought to its reader here.
    hearing: float
    # Mean of one flush of PostgreSQL's log.
    flush: float
    session: Session
    learning: Learning
    socket: Socket
    wal_message: float
    bus_message: float


def fitted(loads: Sequence[Load], part: str) -> Price:
    """The price that comes nearest to all loads, each deviation taken in proportion to the load."""
    rows = [(one["groups"], one["messages"], one[f"cpu {part}"]) for one in loads]
    weighted = [(groups / used, messages / used) for groups, messages, used in rows if used]
    gg = sum(g * g for g, _ in weighted)
    gm = sum(g * m for g, m in weighted)
    mm = sum(m * m for _, m in weighted)
    g1, m1 = sum(g for g, _ in weighted), sum(m for _, m in weighted)
    apart = gg * mm - gm * gm
    group, message = (g1 * mm - m1 * gm) / apart, (m1 * gg - g1 * gm) / apart
    # A part that is next to free may come out below nothing.
    return Price(max(group, 0.0), max(message, 0.0))


def others(load: Load, cores: int) -> float:
    """The share of a machine's cores that neither lay idle nor worked for what was measured."""
    known = sum(used for name, used in load.items() if name.startswith("cpu "))
    return max(float(1 - known / (cores * load["seconds"])), 0.0)


def _hearing(loads: Sequence[Load], web: Price) -> float:
    """What several processes work more than one would, a message that crosses between them."""
    found = []
    for one in loads:
        apart = 1 - 1 / one["processes"]
        more = one["cpu web"] - web.of(one["groups"], one["messages"])
        found.append(more / (one["messages"] * apart))
    return max(statistics.median(found), 0.0) if found else 0.0


def _each(loads: Sequence[Load], name: str) -> float:
    return float(statistics.median(one[name] / one["messages"] for one in loads))


def _session(told: Load) -> Session:
    opened, both = told["opened"], ("opening", "settling")
    return Session(
        told["opening"]["cpu web"] / opened,
        sum(told[one]["cpu PostgreSQL"] for one in both) / opened,
        told["cpu worker"] / opened,
    )


def _learning(told: Load) -> Learning:
    texts = told["texts"]
    return Learning(told["cpu worker"] / texts, told["cpu PostgreSQL"] / texts)


def _socket(told: Load) -> Socket:
    count = told["count"]
    still = told["none"]["cpu web"] / told["none"]["seconds"]
    stays = told["staying"]["cpu web"] / told["staying"]["seconds"]
    return Socket(
        told["coming"]["cpu web"] / count,
        told["coming"]["cpu PostgreSQL"] / count,
        max(stays - still, 0.0) / count,
        told["bytes"],
        max(told["valkey_bytes"], 0),
    )


def prices(kept: Mapping[str, Any]) -> Prices:
    """All prices."""
    loads = kept["loads"]
    single = [one for one in loads if one["processes"] == 1]
    several = [one for one in loads if one["processes"] > 1]
    busy = [one for one in single if not one["rate"] or one["rate"] >= BUSY]
    web = fitted(busy, "web")
    flushed = [one for one in single if one["rate"] and one["syncs"]]
    return Prices(
        web,
        fitted(busy, "PostgreSQL"),
        fitted(busy, "Valkey"),
        _each([one for one in single if not one["rate"]], "cpu generator"),
        _hearing(several, web),
        statistics.median(one["sync_ms"] / one["syncs"] for one in flushed) / 1000,
        _session(kept["sessions"]),
        _learning(kept["indexing"]),
        _socket(kept["sockets"]),
        _each(single, "wal_bytes"),
        _each(single, "heard_bytes"),
    )
