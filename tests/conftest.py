"""Fixtures that every room of the tests shares: servers once a session, databases once a module."""

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chat_app.infrastructure.embedded.postgres import EmbeddedPostgres
from chat_app.infrastructure.embedded.valkey import EmbeddedValkey
from tests.processes import Databases, GivenPostgres, Stack, prepare_database

TEMPLATE = f"cland_template_{os.getpid()}"
_SERVICES = frozenset(
    {"make_stack", "postgres", "postgres_template", "sqlite_template", "stack", "valkey"}
)
_ROOMS = {"e2e": "browser", "faults": "faults"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs servers, by the fixtures it asks for, and what lives in a special room."""
    for item in items:
        if _SERVICES & set(getattr(item, "fixturenames", ())):
            item.add_marker("services")
        for room, marker in _ROOMS.items():
            if item.path.is_relative_to(Path(__file__).parent / room):
                item.add_marker(marker)


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedValkey]:
    """A running Valkey of this test session; `.url`. Tests that break it start their own."""
    server = EmbeddedValkey(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Databases]:
    """A running PostgreSQL: that of TEST_DATABASE_URL, else an embedded one."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield GivenPostgres(url)
        return
    server = EmbeddedPostgres(fsync=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_template(
    postgres: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The name of a migrated PostgreSQL database with the first admin, to be copied."""
    url = postgres.create_database(TEMPLATE)
    prepare_database(tmp_path_factory.mktemp("template"), DB_DSN=url)
    yield TEMPLATE
    postgres.drop_database(TEMPLATE)


@pytest.fixture(scope="module")
def postgres_url(postgres: Databases, postgres_template: str) -> Iterator[str]:
    """The URL of a fresh, migrated PostgreSQL database of this test module."""
    name = f"cland_{uuid.uuid4().hex}"
    yield postgres.create_database(name, template=postgres_template)
    postgres.drop_database(name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file with the first admin, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    prepare_database(folder)
    return folder / "cland.db"


@pytest.fixture
def make_stack(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[..., Stack]]:
    """Start installations with the arguments of `Stack`; stopped at the end of the test.

    Without `database_url` they run on a copy of the prepared SQLite file.
    """
    stacks: list[Stack] = []

    def make(**options: object) -> Stack:
        if "database_url" not in options:
            options.setdefault("sqlite", request.getfixturevalue("sqlite_template"))
        stack = Stack(tmp_path / f"stack{len(stacks)}", **options)  # type: ignore[arg-type]  # Stack checks them
        stacks.append(stack)
        return stack.start()

    yield make
    for stack in stacks:
        stack.stop()


@pytest.fixture(scope="module")
def stack(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One installation for a module: SQLite, a web process and a worker."""
    with Stack(tmp_path_factory.mktemp("stack"), sqlite=sqlite_template) as running:
        yield running
