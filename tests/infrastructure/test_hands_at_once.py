"""Workers assign while people accept, transfer, snooze, close and reopen the same sessions (F23)."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from chat_app.domain.actor import SYSTEM, Actor
from chat_app.domain.errors import ChatError, Unavailable
from chat_app.domain.repositories import SessionFilter
from chat_app.domain.session import Session
from chat_app.use_cases.transferring import Transfer
from tests.builders import agent_actor, make_agent, make_department
from tests.infrastructure.bench import Bench
from tests.infrastructure.databases import WITH_ROW_LOCKS, opened
from tests.office import Office

SECONDS, PEOPLE, WORKERS, SESSIONS, CAPACITY = 8, 4, 2, 12, 2
BROKEN = {
    "a session in two hands": "SELECT 1 FROM assignment WHERE open_session IS NOT NULL"
    " GROUP BY open_session HAVING count(*) > 1",
    "an agent above its capacity": "SELECT 1 FROM assignment WHERE open_slot IS NOT NULL"
    " GROUP BY agent_id HAVING count(*) > 2",
    "an active session in nobody's hands": "SELECT 1 FROM chat_session s WHERE s.status = 'active'"
    " AND NOT EXISTS (SELECT 1 FROM assignment a"
    " WHERE a.open_session = s.id AND a.agent_id = s.agent_id)",
    "a session that waits in somebody's hands": "SELECT 1 FROM chat_session s"
    " JOIN assignment a ON a.open_session = s.id WHERE s.status IN ('queued', 'closed')",
}


@pytest.fixture(params=WITH_ROW_LOCKS)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database that lets several transactions write at once."""
    with opened(request, tmp_path) as engine:
        yield engine


class Crowd:
    """Agents of one department, who all do something at random until the time is over."""

    def __init__(self, engine: Engine) -> None:
        self.bench, self.office = Bench(engine), Office(engine)
        self.department = make_department()
        self.agents = [
            make_agent(capacity=CAPACITY, department_ids=[self.department.id], role="supervisor")
            for _ in range(PEOPLE)
        ]
        self.bench.keep(self.department, *self.agents)
        self.sessions = [
            self.bench.session(department_id=self.department.id).id for _ in range(SESSIONS)
        ]
        for agent in self.agents:
            self.office.presence.came(agent_actor(agent), f"socket of {agent.id}")
        self.done: Counter[str] = Counter()
        self.until = time.monotonic() + SECONDS
        self._mutex = threading.Lock()

    def work(self, _: int) -> None:
        """What a worker process does."""
        while time.monotonic() < self.until:
            self.office.sweep()

    def act(self, number: int) -> None:
        """What one person does; being too late is no mistake."""
        chance, actor = random.Random(number), agent_actor(self.agents[number])
        while time.monotonic() < self.until:
            with self.office.uow.reading() as uow:
                session = uow.sessions.get(chance.choice(self.sessions))
            assert session is not None
            name, step = chance.choice(self._steps(actor, session, chance))
            try:
                step()
            except Unavailable:
                raise
            except ChatError as error:
                self._count(error.code)
            else:
                self._count(name)

    def _count(self, what: str) -> None:
        with self._mutex:
            self.done[what] += 1

    def _steps(
        self, actor: Actor, session: Session, chance: random.Random
    ) -> list[tuple[str, Callable[[], Any]]]:
        office, key, epoch = self.office, session.id, session.assign_epoch
        colleague = Transfer(chance.choice(self.agents).id)
        until = office.clock.now() + timedelta(seconds=1)
        if session.is_closed:
            return [("reopened", lambda: office.reopening.reopen(actor, key, epoch))]
        return [
            ("accepted", lambda: office.sessions.accept(actor, key, epoch)),
            ("transferred", lambda: office.transferring.transfer(actor, key, epoch, colleague)),
            (
                "sent away",
                lambda: office.transferring.transfer(
                    actor, key, epoch, Transfer(department_id=self.department.id)
                ),
            ),
            ("snoozed", lambda: office.snoozing.snooze(actor, key, epoch, until)),
            ("closed", lambda: office.sessions.close(actor, key, None, epoch)),
        ]


@pytest.mark.timeout(120)
def test_people_and_workers_never_tear_a_session_apart(engine: Engine) -> None:
    crowd = Crowd(engine)
    with ThreadPoolExecutor(PEOPLE + WORKERS) as pool:
        running = [pool.submit(crowd.act, number) for number in range(PEOPLE)]
        running += [pool.submit(crowd.work, number) for number in range(WORKERS)]
        while not all(one.done() for one in running):
            _look(engine)
            time.sleep(0.05)
        for one in running:
            one.result()
    assert crowd.office.failures == []
    for done in ("accepted", "transferred", "sent away", "snoozed", "closed", "reopened"):
        assert crowd.done[done], f"nothing was {done}: {crowd.done}"
    assert crowd.done["stale_assignment"], "nobody was ever too late"
    crowd.office.pass_time(10)
    crowd.office.sweep()
    _look(engine)
    with crowd.office.uow.reading() as uow:
        found = uow.sessions.page_for(SYSTEM, SessionFilter(), None, 100)
        free = [one for one in uow.agents.candidates(crowd.department.id) if one.has_room]
    assert not free or all(one.status != "queued" for one in found), "somebody waits for nothing"


def _look(engine: Engine) -> None:
    with engine.connect() as connection:
        for what, query in BROKEN.items():
            assert list(connection.execute(text(query))) == [], what
