"""What was asked of the program, and where it stands."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bench.figures import STORED, Results, by, median, ratio, runs
from bench.stage import OURS, TWO


@dataclass(frozen=True)
class Aim:
    """A figure, and the bar it has to reach or stay below."""

    words: str
    bar: float
    measure: Callable[[Results], float | None]
    most: bool = False
    digits: int = 2

    def met(self, value: float) -> bool:
        """Whether a value, as it is shown, is good enough."""
        value = round(value, self.digits)
        return value <= self.bar if self.most else value >= self.bar


def _ratio(scene: str, name: str) -> Callable[[Results], float | None]:
    return lambda results: ratio(runs(results, scene), name)


def _median(scene: str, name: str) -> Callable[[Results], float | None]:
    return lambda results: median(by(runs(results, scene), OURS), name)


def _two(results: Results) -> float | None:
    return ratio(runs(results, "two web processes"), "messages_per_s", TWO, OURS)


def _wrong(results: Results) -> float | None:
    held = runs(results, "80 % of the knee")
    if not held:
        return None
    return float(sum(one[name] + one["stored"][name] for one in held for name in STORED))


AIMS: Final[Sequence[Aim]] = (
    Aim("closed loop, 50 pairs: messages/s by Node's", 1.5, _ratio("50 pairs", "messages_per_s")),
    Aim("closed loop, 500 pairs: messages/s by Node's", 1.0, _ratio("500 pairs", "messages_per_s")),
    Aim("ack p99 at 500/s by Node's", 2.0, _ratio("50 pairs, 500/s", "ack_p99_ms"), most=True),
    Aim(
        "delivery p99 at 500/s by Node's",
        2.0,
        _ratio("50 pairs, 500/s", "delivery_p99_ms"),
        most=True,
    ),
    Aim("two web processes by one: messages/s", 1.7, _two),
    Aim(
        "memory a connected, joined, idle socket, KB (10,000 of them)",
        45,
        _median("10,000 idle", "socket_kb"),
        most=True,
        digits=0,
    ),
    Aim("connects/s by Node's", 0.5, _ratio("10,000 idle", "connects_per_s")),
    Aim("messages/s among 10,000 idle sockets by without", 0.7, _median("10,000 idle", "kept")),
    Aim(
        "a minute at 80 % of the knee: messages lost, doubled, out of order, changed",
        0,
        _wrong,
        most=True,
        digits=0,
    ),
)


def standing(results: Results) -> Iterator[str]:
    """Every aim as a line of a table."""
    for aim in AIMS:
        value = aim.measure(results)
        bar = f"{'at most ' if aim.most and aim.bar else ''}{aim.bar:g}"
        if value is None:
            yield f"| {aim.words} | {bar} | | not measured |"
        else:
            verdict = "met" if aim.met(value) else "**missed**"
            yield f"| {aim.words} | {bar} | {value:,.{aim.digits}f} | {verdict} |"
