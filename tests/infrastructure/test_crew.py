"""Greenlets do job after job, as many at once as there are, and one's failure is its own."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from eventlet import getcurrent, sleep

from chat_app.infrastructure.realtime import crew as crews
from chat_app.infrastructure.realtime.blocking import HubTurn
from chat_app.infrastructure.realtime.crew import Crew


class Wave:
    """Jobs that wait until they are told to go on, and which greenlets did them."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self.began: list[Any] = []
        self.ended: list[int] = []

    def run(self, count: int) -> None:
        """Begin so many, let all wait, and let all go on."""
        turns = [HubTurn() for _ in range(count)]
        for number, turn in enumerate(turns):
            self._crew.soon(self._job(number, turn))
        assert self.began == []  # whoever asked goes on first
        sleep(0)
        assert (len(self.began), self.ended) == (count, [])
        for turn in turns:
            turn.set()
        sleep(0)
        assert self.ended == list(range(count))

    def _job(self, number: int, turn: HubTurn) -> Callable[[], None]:
        def job() -> None:
            self.began.append(getcurrent())
            turn.wait()
            self.ended.append(number)

        return job


@pytest.fixture
def crew() -> Iterator[Crew]:
    yield Crew()
    sleep(0)


def test_jobs_wait_beside_each_other_and_the_next_ones_use_the_same_greenlets(crew: Crew) -> None:
    first, second = Wave(crew), Wave(crew)
    first.run(3)
    second.run(3)
    assert len(set(first.began)) == 3
    assert set(second.began) == set(first.began)


def test_more_than_before_get_more(crew: Crew) -> None:
    first, second = Wave(crew), Wave(crew)
    first.run(1)
    second.run(4)
    assert len(set(second.began)) == 4


def test_few_stand_by(crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crews, "MOST_IDLE", 2)
    wave = Wave(crew)
    wave.run(5)
    assert sorted(one.dead for one in wave.began) == [False, False, True, True, True]


def test_a_job_that_fails_ends_nobody(crew: Crew) -> None:
    done: list[Any] = []

    def failing() -> None:
        done.append(getcurrent())
        raise ValueError("only this one")

    for job in (failing, lambda: done.append(getcurrent())):
        crew.soon(job)
        sleep(0)
    assert len(done) == 2
    assert done[0] is done[1]
