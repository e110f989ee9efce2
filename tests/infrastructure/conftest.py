"""What the adapters talk with.

The databases of the contract: a stand-in, SQLite, PostgreSQL, MySQL if given. And Valkey.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from sqlalchemy import Engine

from chat_app.infrastructure.embedded.valkey import EmbeddedValkey
from tests.infrastructure.bench import Bench
from tests.infrastructure.databases import REAL, opened, under_contract


@pytest.fixture(scope="module", params=["fake", *REAL])
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine | None]:
    """The database under contract; None for the stand-in."""
    with under_contract(request, tmp_path_factory) as engine:
        yield engine


@pytest.fixture
def bench(engine: Engine | None) -> Bench:
    """The database under contract, with nothing in it but a site."""
    return Bench(engine)


@pytest.fixture(scope="module", params=REAL)
def real_engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """A real database, for what a stand-in cannot show."""
    with opened(request, tmp_path_factory.mktemp("database")) as engine:
        yield engine


@pytest.fixture
def real_bench(real_engine: Engine) -> Bench:
    """A real database, with nothing in it but a site."""
    return Bench(real_engine)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[EmbeddedValkey]:
    """A Valkey that a test may break."""
    server = EmbeddedValkey(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def shared(valkey: EmbeddedValkey) -> str:
    """The URL of the session's Valkey, emptied."""
    with redis.Redis.from_url(valkey.url) as client:
        client.flushall()
    return valkey.url
