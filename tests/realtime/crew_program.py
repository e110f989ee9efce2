"""What a crew of greenlets does, told as JSON. Run by test_crew.py with a name of SCENES.

In a process of its own: a hub, once there, warns of every fork.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

from eventlet import getcurrent, sleep

from chat_app.infrastructure.realtime.blocking import HubTurn
from chat_app.infrastructure.realtime.crew import Crew


class Wave:
    """Jobs that wait until they are told to go on, and which greenlets did them."""

    def __init__(self, crew: Crew, count: int) -> None:
        """Let so many begin, all of them wait, and all go on."""
        self.workers: list[Any] = []
        self.ended: list[int] = []
        turns = [HubTurn() for _ in range(count)]
        for number, turn in enumerate(turns):
            crew.soon(self._job(number, turn))
        self.began_at_once = bool(self.workers)
        sleep(0)
        self.waiting = len(self.workers) - len(self.ended)
        for turn in turns:
            turn.set()
        sleep(0)

    def _job(self, number: int, turn: HubTurn) -> Callable[[], None]:
        def job() -> None:
            self.workers.append(getcurrent())
            turn.wait()
            self.ended.append(number)

        return job


def waves() -> dict[str, Any]:
    """Three jobs, four jobs."""
    crew = Crew()
    first, second = Wave(crew, 3), Wave(crew, 4)
    return {
        "began at once": first.began_at_once,
        "waited beside each other": [first.waiting, second.waiting],
        "ended": [first.ended, second.ended],
        "greenlets": len({*first.workers, *second.workers}),
    }


def standing_by() -> dict[str, Any]:
    """Five jobs, where two greenlets may stand by."""
    wave = Wave(Crew(most_idle=2), 5)
    return {"living": sum(not one.dead for one in wave.workers)}


def failing() -> dict[str, Any]:
    """A job that fails and one after it."""
    crew, workers = Crew(), []

    def fail() -> None:
        workers.append(getcurrent())
        raise ValueError("only this one")

    for job in (fail, lambda: workers.append(getcurrent())):
        crew.soon(job)
        sleep(0)
    return {"done": len(workers), "greenlets": len(set(workers))}


SCENES = {one.__name__: one for one in (waves, standing_by, failing)}

if __name__ == "__main__":
    sys.stdout.write("\n" + json.dumps(SCENES[sys.argv[1]]()))
