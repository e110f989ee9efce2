"""Several workers at once serve a line in its turn: the last room goes to the first in it."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import pytest
from sqlalchemy import Engine

from chat_app.domain.session import Session
from tests.builders import after, agent_actor, make_agent
from tests.infrastructure.bench import Bench
from tests.infrastructure.databases import WITH_ROW_LOCKS, opened
from tests.office import Office

WORKERS, ROUNDS, CAPACITY = 4, 8, 5


@pytest.fixture(params=WITH_ROW_LOCKS)
def line(request: pytest.FixtureRequest, tmp_path: Path) -> "Iterator[Line]":
    """Nobody waits yet, on a database that lets several transactions write at once."""
    with opened(request, tmp_path) as engine, ThreadPoolExecutor(WORKERS) as pool:
        yield Line(engine, pool)


class Line:
    """Visitors who wait in one line, and workers that serve it at once."""

    def __init__(self, engine: Engine, pool: ThreadPoolExecutor) -> None:
        self.bench, self.office, self._pool = Bench(engine), Office(engine), pool

    def join(self, count: int) -> list[Session]:
        return [self.bench.session(created_at=after(number)) for number in range(count)]

    def staff(self, capacity: int) -> None:
        agent = make_agent(capacity=capacity)
        self.bench.keep(agent)
        self.office.presence.came(agent_actor(agent), f"socket of {agent.id}")

    def work(self) -> "Future[int]":
        return self._pool.submit(self.office.assigning.assign_waiting)

    def states(self, sessions: list[Session]) -> list[str]:
        with self.office.uow.reading() as uow:
            found = uow.sessions.among([one.id for one in sessions])
        return [found[one.id].status for one in sessions]


def test_the_last_room_waits_for_the_first_in_line(line: Line) -> None:
    visitors = line.join(2)
    line.staff(1)
    with line.office.uow() as uow:
        assert uow.sessions.locked(visitors[0].id) is not None
        working = line.work()
        assert not wait([working], 0.5).done, "did not wait"
        assert line.states(visitors) == ["queued", "queued"]
    assert working.result(10) == 1
    assert line.states(visitors) == ["active", "queued"]


def test_where_there_is_room_for_both_nobody_waits_for_the_other(line: Line) -> None:
    visitors = line.join(2)
    line.staff(2)
    with line.office.uow() as uow:
        assert uow.sessions.locked(visitors[0].id) is not None
        assert line.work().result(10) == 1
        assert line.states(visitors) == ["queued", "active"]
    assert line.work().result(10) == 1
    assert line.states(visitors) == ["active", "active"]


def test_workers_that_race_serve_the_first(line: Line) -> None:
    for _ in range(ROUNDS):
        visitors = line.join(CAPACITY + WORKERS)
        line.staff(CAPACITY)
        working = [line.work() for _ in range(WORKERS)]
        assert sum(one.result(20) for one in working) == CAPACITY
        assert line.states(visitors) == ["active"] * CAPACITY + ["queued"] * WORKERS
        with line.office.uow() as uow:
            for one in visitors[CAPACITY:]:
                left = uow.sessions.locked(one.id)
                assert left is not None
                left.close("", line.office.clock.now())
            uow.commit()
