"""The databases that the contract runs against: a stand-in, SQLite, PostgreSQL, MySQL if given."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.infrastructure.bench import Bench
from tests.infrastructure.databases import REAL, opened


@pytest.fixture(scope="module", params=["fake", *REAL])
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine | None]:
    """The database under contract; None for the stand-in."""
    if request.param == "fake":
        yield None
        return
    with opened(request, tmp_path_factory.mktemp("database")) as engine:
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
