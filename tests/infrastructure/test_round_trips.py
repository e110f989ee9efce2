"""What a way to PostgreSQL costs beside the statement itself: nothing."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from chat_app.infrastructure.db.shortcut import FEWEST_BEFORE_ANOTHER_PLAN
from chat_app.infrastructure.db.shortcut_statement import PREPARE, PREPARED
from tests.builders import new_id
from tests.infrastructure.bench import Bench, engine_of
from tests.infrastructure.test_contract_shortcut import posted, said, seen

pytestmark = pytest.mark.services


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    engine = engine_of(postgres_url)
    yield engine
    engine.dispose()


def test_nobody_pays_for_changing_between_reading_and_writing(engine: Engine) -> None:
    bench = Bench(engine)
    with bench.uow.reading() as uow:
        assert uow.sessions.get(new_id()) is None
    with engine.connect() as connection:
        # Once a level has been named, psycopg2 says it again each time, in a round trip of its own.
        driver = connection.connection.driver_connection
        assert driver is not None
        assert driver.isolation_level is None


@pytest.mark.parametrize("before", ["nothing", "reading"])
def test_whatever_the_database_is_set_to_a_transaction_sees_what_is_committed(
    engine: Engine, before: str
) -> None:
    name = engine.url.database
    with engine.connect() as connection, connection.begin():
        connection.execute(
            text(f'ALTER DATABASE "{name}" SET default_transaction_isolation = serializable')
        )
    engine.dispose()
    if before == "reading":
        with Bench(engine).uow.reading() as uow:
            uow.sessions.get(new_id())
    with engine.connect() as connection:
        level = connection.execute(text("SHOW transaction_isolation")).scalar()
    assert level == "read committed"


def test_a_plan_made_while_the_tables_were_empty_stays_good(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql(PREPARE)
        connection.exec_driver_sql("SET plan_cache_mode = force_generic_plan")
        plan = connection.exec_driver_sql(f"EXPLAIN EXECUTE {PREPARED} ('[]', '[]', '[]')")
        looked_at = [line for (line,) in plan if " on message" in line]
    assert [line.strip(" ->").split("  ")[0] for line in looked_at] == ["Insert on message"]


def test_the_statement_is_planned_anew_when_it_was_used_twice_as_often(engine: Engine) -> None:
    bench = Bench(engine)
    session = seen(bench)
    counts = []
    for number in range(2 * FEWEST_BEFORE_ANOTHER_PLAN + 1):
        assert bench.shortcut.append([posted(bench, session, str(number))])
        with engine.connect() as connection:
            counts.append(
                connection.execute(
                    text(
                        "SELECT custom_plans + generic_plans FROM pg_prepared_statements"
                        " WHERE name = :name"
                    ),
                    {"name": PREPARED},
                ).scalar()
            )
    few = list(range(1, FEWEST_BEFORE_ANOTHER_PLAN + 1))
    assert counts == [*few, *few, 1]


def test_a_message_that_is_there_already_sends_its_group_the_long_way(engine: Engine) -> None:
    bench = Bench(engine)
    again, other = seen(bench), seen(bench)
    assert bench.shortcut.append([posted(bench, again)])
    assert not bench.shortcut.append([posted(bench, again), posted(bench, other)])
    assert [len(said(bench, one)) for one in (again, other)] == [1, 0]
