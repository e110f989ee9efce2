"""What is played, on whom, and how long: one line a scene."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.stage import OURS, REFERENCE, TWO


@dataclass(frozen=True)
class Scene:
    """Words for the generator, and the table that shows it."""

    table: str
    words: Sequence[str]
    seconds: int = 8
    rounds: int = 5
    servers: Sequence[str] = (OURS, REFERENCE)
    # Servers and everything else keep to their own cores.
    keep: bool = True
    # What earlier sockets have left would hide the memory.
    fresh: bool = False
    # Left out of `make bench` for its length; asked for by name.
    long: bool = False


RATES: Final = (250, 500, 1000, 1500, 2000, 2500, 3000)
PAIRS: Final = ("--pairs", "50")

SCENES: Final[Mapping[str, Scene]] = {
    "50 pairs": Scene("messages", PAIRS),
    "500 pairs": Scene("messages", ("--pairs", "500")),
    "50 pairs, 500/s": Scene("messages", (*PAIRS, "--rate", "500")),
    "open sessions": Scene("rest", ("--open", "--pairs", "20"), seconds=5),
    "post messages": Scene("rest", ("--rest", *PAIRS), seconds=5),
    "two web processes": Scene("web", ("--pairs", "200"), servers=(OURS, TWO), keep=False),
    **{
        f"offered {rate}/s": Scene("offered", (*PAIRS, "--rate", str(rate)), seconds=5, rounds=3)
        for rate in RATES
    },
    "2,000 idle": Scene("idle", (*PAIRS, "--idle", "2000"), fresh=True, long=True),
    "10,000 idle": Scene("idle", (*PAIRS, "--idle", "10000"), rounds=3, fresh=True, long=True),
}
