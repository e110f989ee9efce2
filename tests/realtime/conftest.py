"""Installations for the tests of this room; shared ones cost their start only once."""

import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.clients import sign_in
from tests.processes import ADMIN_PASSWORD, ROOT, Databases, Process, Stack

QUICK_PINGS_PROGRAM = Path(__file__).with_name("quick_pings_program.py")
THREADS_PROGRAM = Path(__file__).with_name("threads_program.py")


@pytest.fixture(scope="module", params=["sqlite", "postgresql", "threads"])
def house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """One web process without a worker: on SQLite, on PostgreSQL, and with threads for eventlet."""
    folder = tmp_path_factory.mktemp("house")
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
        house = Stack(folder, database_url=url, worker=False)
    else:
        house = Stack(folder, sqlite=request.getfixturevalue("sqlite_template"), worker=False)
    if request.param == "threads":
        serve_with_threads(house)
    with house as running:
        yield running


@pytest.fixture(scope="module", params=["own", "library"])
def engine(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """One web process on our own sockets, and one on the library's, with a quick heartbeat."""
    folder, env = tmp_path_factory.mktemp("engine"), {"WEBSOCKET": request.param}
    engine = Stack(folder, sqlite=sqlite_template, worker=False, env=env)
    web = engine.processes["web"]
    program = [sys.executable, str(QUICK_PINGS_PROGRAM)]
    engine.processes["web"] = Process(
        web.name, program, {**web._env, "PYTHONPATH": str(ROOT)}, web.log
    )
    with engine as running:
        yield running


def serve_with_threads(stack: Stack) -> None:
    """Exchange the eventlet server of a stack for one that knows only threads."""
    web = stack.processes["web"]
    env = {**web._env, "ASYNC_MODE": "threading", "PYTHONPATH": str(ROOT)}
    argv = [sys.executable, str(THREADS_PROGRAM)]
    stack.processes["web"] = Process(web.name, argv, env, web.log)


@pytest.fixture(scope="session")
def fleet(
    postgres: Databases, postgres_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """Two web processes behind one port, and a worker, on PostgreSQL."""
    name = f"cland_{uuid.uuid4().hex}"
    url = postgres.create_database(name, template=postgres_template)
    with Stack(tmp_path_factory.mktemp("fleet"), database_url=url, concurrency=2) as running:
        yield running
    postgres.drop_database(name)


@pytest.fixture(autouse=True)
def end_what_was_begun(request: pytest.FixtureRequest) -> Iterator[None]:
    """The fleet serves many tests: an agent that is still busy for one of them would take nothing."""
    yield
    if "fleet" in request.fixturenames:
        desk = sign_in(request.getfixturevalue("fleet").url)
        for one in desk.get("/api/chat/sessions", status="open", limit=100).json()["items"]:
            desk.end(one["id"])


@pytest.fixture
def new_agents() -> Callable[[Stack, int], list[str]]:
    """Make accounts that share the first admin's password; return their addresses."""

    def make(stack: Stack, count: int) -> list[str]:
        emails = [f"{uuid.uuid4().hex[:12]}@example.com" for _ in range(count)]
        for email in emails:
            stack.flask("chat", "create-admin", email, "--password", ADMIN_PASSWORD)
        return emails

    return make
