"""PostgreSQL's connections that die in our hands, and what their users hear."""

from collections.abc import Iterator
from typing import NoReturn

import psycopg2
import pytest
from sqlalchemy import Engine

from chat_app.domain.errors import Unavailable
from chat_app.domain.session import Session
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


def seen_again(bench: Bench, session: Session) -> Session:
    with bench.uow() as uow:
        return uow.sessions.locked_among([session.id])[session.id]


def refuse(*_: object) -> NoReturn:
    raise psycopg2.InterfaceError("connection already closed")


def test_a_connection_that_died_in_the_pool_is_replaced(pool: Engine) -> None:
    bench = Bench(pool)
    session = seen(bench)
    close_all_that_wait(pool)
    with bench.uow.reading() as uow:
        assert uow.sessions.get(session.id) is not None
    close_all_that_wait(pool)
    assert bench.shortcut.append([posted(bench, session)]) == {session.id}


def test_what_the_driver_says_while_it_is_prepared_is_that_the_database_is_away(
    pool: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool.dialect, "set_isolation_level", refuse)
    with pytest.raises(Unavailable), Bench(pool).uow.reading():
        pass


def test_what_the_driver_says_to_the_shortcut_is_that_the_database_is_away(
    pool: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(pool)
    event = posted(bench, seen(bench))
    monkeypatch.setattr(pool, "raw_connection", refuse)
    with pytest.raises(Unavailable):
        bench.shortcut.append([event])


def test_a_connection_that_broke_in_the_shortcut_is_not_used_again(pool: Engine) -> None:
    bench = Bench(pool)
    session = seen(bench)
    with pool.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE message RENAME TO hidden")
        connection.commit()
    try:
        with pytest.raises(Unavailable):
            bench.shortcut.append([posted(bench, session)])
    finally:
        with pool.connect() as connection:
            connection.exec_driver_sql("ALTER TABLE hidden RENAME TO message")
            connection.commit()
    bench.shortcut.seen(session)
    assert bench.shortcut.append([posted(bench, session)]) == {session.id}


@pytest.mark.parametrize("pooler", ["forgets", "remembers"])
def test_a_statement_that_a_pooler_mislays_costs_a_detour(pool: Engine, pooler: str) -> None:
    bench = Bench(pool)
    session = seen(bench)
    assert bench.shortcut.append([posted(bench, session)]) == {session.id}
    with pool.connect() as connection:
        if pooler == "forgets":
            connection.exec_driver_sql("DEALLOCATE ALL")
            connection.commit()
        else:
            connection.connection.info.clear()
    again = bench.shortcut.append([posted(bench, session, "b")])
    assert again == (frozenset() if pooler == "forgets" else {session.id})
    bench.shortcut.seen(seen_again(bench, session))
    assert bench.shortcut.append([posted(bench, session, "c")]) == {session.id}
