"""How long somebody will wait, as far as one can tell."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

LEAST_SAMPLES = 3
SAMPLES = 50


@dataclass(frozen=True)
class Outlook:
    """What is known of a queue: recent handling times in seconds, and how many slots serve it."""

    handling_seconds: Sequence[float] = ()
    slots: int = 0

    def wait_seconds(self, position: int) -> int | None:
        """The estimated wait of the one at `position` (from 1); None while nothing is known.

        With `n` slots that each take a typical time `t`, one becomes free every `t / n`: the
        first in line waits that long, the second twice as long (Little's law, turned around).
        """
        if self.slots == 0 or len(self.handling_seconds) < LEAST_SAMPLES:
            return None
        return math.ceil(position * median(self.handling_seconds) / self.slots)
