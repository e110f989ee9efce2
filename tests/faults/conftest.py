"""What the fault tests share: a seed that is printed, and servers that may be broken."""

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chat_app.infrastructure.embedded.postgres import EmbeddedPostgres
from tests.processes import Stack, prepare_database

MakeStack = Callable[..., Stack]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A socket of a test's client that is torn in the middle of a handshake is closed by nobody."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(
                pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
            )


@pytest.fixture
def seed() -> int:
    """What chance begins with; FAULT_SEED repeats a run."""
    value = int(os.environ.get("FAULT_SEED") or random.randrange(2**32))
    print(f"FAULT_SEED={value}")  # noqa: T201 - pytest shows it for a failing test
    return value


@pytest.fixture
def breakable_postgres(tmp_path: Path) -> Iterator[tuple[EmbeddedPostgres, str]]:
    """A PostgreSQL of one test, durable, with a prepared database, and the URL of that."""
    server = EmbeddedPostgres()
    server.start()
    try:
        url = server.create_database("cland_faults")
        prepare_database(tmp_path / "prepare", DB_DSN=url)
        yield server, url
    finally:
        server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def sturdy_stack(request: pytest.FixtureRequest, make_stack: MakeStack) -> Stack:
    """Web, worker and beat; two web processes where the database allows it."""
    if request.param == "sqlite":
        return make_stack(beat=True)
    _, url = request.getfixturevalue("breakable_postgres")
    return make_stack(database_url=url, web=2, beat=True)


def urls_of(stack: Stack) -> list[str]:
    """Every web process."""
    return [stack.url_of(name) for name in stack.processes if name.startswith("web")]
