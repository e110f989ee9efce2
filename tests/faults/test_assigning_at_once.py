"""Many sessions, many agents, many workers, all at once; and workers that die (F22, F23)."""

import statistics
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

from chat_app.infrastructure.embedded.postgres import EmbeddedPostgres
from tests.clients import Desk, Visit, open_session, sign_in
from tests.faults.conftest import MakeStack
from tests.faults.stored import database_url
from tests.processes import ADMIN_PASSWORD, Stack, until

WORKERS, AGENTS, CAPACITY, SESSIONS = 8, 20, 3, 200
SLOTS = AGENTS * CAPACITY
HELD = text(
    "SELECT s.agent_id, count(*) FROM chat_session s WHERE s.status = 'active' GROUP BY s.agent_id"
)
TWICE = text(
    "SELECT open_session FROM assignment WHERE open_session IS NOT NULL"
    " GROUP BY open_session HAVING count(*) > 1"
)
WAITED = text(
    "SELECT extract(epoch FROM a.assigned_at - s.created_at) FROM assignment a"
    " JOIN chat_session s ON s.id = a.session_id WHERE a.session_id = ANY(CAST(:ids AS uuid[]))"
)


@contextmanager
def staffed(stack: Stack, agents: int, capacity: int) -> Iterator[list[Desk]]:
    """Agents with a socket each; the first admin takes nothing."""
    admin = sign_in(stack.url)
    admin.status("away")
    emails = [f"agent{number}@example.com" for number in range(agents)]
    for email in emails:
        body = {"name": email, "email": email, "password": ADMIN_PASSWORD, "capacity": capacity}
        assert admin.post("/api/agents", body).status_code == 201
    with ExitStack() as sockets:
        desks = [sign_in(stack.url, email) for email in emails]
        for desk in desks:
            sockets.enter_context(desk.socket())
        yield desks


def loads(engine: Engine) -> dict[str, int]:
    """Active sessions of each agent; fails at once where a promise is broken."""
    with engine.connect() as connection:
        assert list(connection.execute(TWICE)) == [], "a session in two hands"
        found = {str(agent): count for agent, count in connection.execute(HELD)}
    assert all(count <= CAPACITY for count in found.values()), found
    return found


def wait_for_load(engine: Engine, wanted: int, seconds: float) -> None:
    """Look again and again, so that a moment above capacity is seen, too."""
    for _ in until(seconds):
        if sum(loads(engine).values()) == wanted:
            return
    raise AssertionError(f"{loads(engine)} instead of {wanted} in all")


def end_all(desks: list[Desk]) -> int:
    """Every agent ends what it has; return how many sessions that were."""

    def mine(desk: Desk) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = desk.get(
            "/api/chat/sessions", assignee="me", status="active"
        ).json()["items"]
        return found

    with ThreadPoolExecutor(8) as pool:
        held = [(desk, one["id"]) for desk, items in zip(desks, pool.map(mine, desks), strict=True)
                for one in items]  # fmt: skip
        list(pool.map(lambda pair: pair[0].end(pair[1]), held))
    return len(held)


@pytest.mark.timeout(400)
def test_eight_workers_give_everybody_work_and_nobody_too_much(
    breakable_postgres: tuple[EmbeddedPostgres, str], make_stack: MakeStack
) -> None:
    stack = make_stack(
        database_url=breakable_postgres[1], web=2, worker=WORKERS, beat=True,
        env={"RATE_LIMITS": "off"},
    )  # fmt: skip
    engine = create_engine(database_url(stack))
    urls = [stack.url_of("web"), stack.url_of("web2")]
    with staffed(stack, AGENTS, CAPACITY) as desks, ThreadPoolExecutor(20) as pool:
        arrived: list[Visit] = list(
            pool.map(lambda number: open_session(urls[number % 2]), range(SESSIONS))
        )
        wait_for_load(engine, SLOTS, seconds=10)
        _print_waits(engine, arrived[:SLOTS])
        served = 0
        while served < SESSIONS:
            ended = end_all(desks)
            assert ended > 0, "somebody waits while everybody is free"
            served += ended
            wait_for_load(engine, min(SLOTS, SESSIONS - served), seconds=10)
    with engine.connect() as connection:
        times = Counter(
            str(one) for (one,) in connection.execute(text("SELECT session_id FROM assignment"))
        )
    assert len(times) == SESSIONS
    assert set(times.values()) == {1}, "a session was given twice"
    engine.dispose()


def _print_waits(engine: Engine, visits: list[Visit]) -> None:
    with engine.connect() as connection:
        rows = connection.execute(WAITED, {"ids": [one.session_id for one in visits]})
        waits = sorted(float(seconds) for (seconds,) in rows)
    p99 = waits[min(len(waits) - 1, len(waits) * 99 // 100)]
    print(f"arrival to assignment: p50 {statistics.median(waits):.3f} s, p99 {p99:.3f} s")  # noqa: T201 - a figure of the run


@pytest.mark.timeout(300)
def test_without_workers_sessions_wait_and_one_that_comes_back_assigns_them(
    breakable_postgres: tuple[EmbeddedPostgres, str], make_stack: MakeStack
) -> None:
    stack = make_stack(database_url=breakable_postgres[1], worker=2, beat=True)
    engine = create_engine(database_url(stack))
    with staffed(stack, agents=2, capacity=CAPACITY):
        stack.kill("worker")
        stack.kill("worker2")
        for _ in range(4):
            open_session(stack.url)
        time.sleep(6)  # longer than a sweep: nobody else does it
        assert loads(engine) == {}
        begin = time.monotonic()
        stack.restart("worker")
        ready = time.monotonic()
        wait_for_load(engine, 4, seconds=10)
        took = time.monotonic() - ready
    print(f"assigned {took:.2f} s after the worker was ready ({ready - begin:.2f} s to start)")  # noqa: T201 - a figure of the run
    engine.dispose()
