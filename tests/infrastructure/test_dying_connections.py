"""PostgreSQL's connections that die in our hands, and what their users hear."""

from collections.abc import Iterator
from typing import NoReturn

import psycopg2
import pytest
from sqlalchemy import Engine

from chat_app.domain.errors import Unavailable
from tests.infrastructure.bench import Bench
from tests.infrastructure.databases import opened
from tests.infrastructure.test_contract_shortcut import posted, seen

pytestmark = pytest.mark.services


@pytest.fixture(scope="module", params=["postgresql"])
def pool(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    with opened(request, tmp_path_factory.mktemp("database")) as engine:
        yield engine


def close_all_that_wait(engine: Engine) -> None:
    """Close the connection that was used a moment ago, behind the pool's back."""
    with engine.connect() as connection:
        driver = connection.connection.dbapi_connection
    assert driver is not None
    driver.close()


def test_a_connection_that_died_in_the_pool_is_replaced(pool: Engine) -> None:
    bench = Bench(pool)
    session = seen(bench)
    close_all_that_wait(pool)
    with bench.uow.reading() as uow:
        assert uow.sessions.get(session.id) is not None
    close_all_that_wait(pool)
    assert bench.shortcut.append([posted(bench, session)]) == {session.id}


def test_a_driver_that_refuses_is_a_database_that_is_away(
    pool: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(pool)
    session = seen(bench)
    event = posted(bench, session)

    def refuse(*_: object) -> NoReturn:
        raise psycopg2.InterfaceError("connection already closed")

    monkeypatch.setattr(pool.dialect, "set_isolation_level", refuse)
    with pytest.raises(Unavailable):
        bench.shortcut.append([event])
    with pytest.raises(Unavailable), bench.uow.reading():
        pass
