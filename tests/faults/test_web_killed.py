"""F1: web processes die in the middle of sends, again and again."""

import itertools
import random
import time

from tests.faults.traffic import Traffic
from tests.processes import Stack

MOST_KILLS = 4


def test_kill_9_in_the_middle_of_sends(sturdy_stack: Stack, seed: int) -> None:
    names = [name for name in sturdy_stack.processes if name.startswith("web")]
    urls = [sturdy_stack.url_of(name) for name in names]
    traffic = Traffic(sturdy_stack, seed=seed, urls=urls, pairs=10, count=30, pause=0.1)
    chance, kills = random.Random(seed), 0
    with traffic:
        for name in itertools.islice(itertools.cycle(names), MOST_KILLS):
            time.sleep(chance.uniform(0.3, 1.2))
            if not traffic.running:
                break
            sturdy_stack.kill(name)
            kills += 1
            sturdy_stack.restart(name)
    assert kills >= 3, "the traffic ended before anything was killed"
    assert any(one.result in {"closed", "timeout"} for one in traffic.history.attempts)
    traffic.verify()
