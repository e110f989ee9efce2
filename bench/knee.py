"""Where the knee is: the highest rate at which answers still come in time."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

Result = dict[str, Any]
FIRST: Final = 400
GROWTH: Final = 1.25
# Between the last good rate and the first bad one.
HALVINGS: Final = 2
MOST: Final = 50_000
P99_MS: Final = 100.0
KEPT: Final = 0.95


def holds(result: Result) -> bool:
    """Whether a server kept up: what was offered was acknowledged, 99 % of it within 100 ms."""
    p99 = result["ack_p99_ms"]
    kept = result["messages_per_s"] >= KEPT * result["rate"] and result["refused"] == 0
    return bool(kept and p99 is not None and p99 <= P99_MS)


@dataclass
class Search:
    """Tries rates; `play(rate)` loads a server for a few seconds."""

    play: Callable[[int], Result]
    steps: list[Result] = field(default_factory=list)

    def knee(self) -> int:
        """The highest rate found to hold; 0 when not even the first one does."""
        good, bad = 0, FIRST
        while bad <= MOST and self._holds(bad):
            good, bad = bad, round(bad * GROWTH)
        for _ in range(HALVINGS if good else 0):
            middle = (good + bad) // 2
            good, bad = (middle, bad) if self._holds(middle) else (good, middle)
        return good

    def _holds(self, rate: int) -> bool:
        """A rate fails when it fails twice: the machine may have been busy with something else."""
        for _ in range(2):
            result = self.play(rate)
            self.steps.append(result)
            told = f"{rate}/s: {result['messages_per_s']}/s, p99 {result['ack_p99_ms']} ms"
            print("knee", told, flush=True, file=sys.stderr)
            if holds(result):
                return True
        return False
