"""What is known already is neither asked for nor sent again."""

from collections.abc import Iterator

import pytest
from sqlalchemy import event

from tests.builders import make_visitor
from tests.infrastructure.bench import Bench


@pytest.fixture
def statements(real_bench: Bench) -> Iterator[list[str]]:
    """Whatever is sent to the database from now on."""
    engine, sent = real_bench.engine, list[str]()
    assert engine is not None

    def note(_: object, __: object, statement: str, *___: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def test_about_nothing_nobody_is_asked(real_bench: Bench, statements: list[str]) -> None:
    added = make_visitor(real_bench.site)
    with real_bench.uow() as uow:
        uow.visitors.add(added)
        statements.clear()
        assert uow.visitors.among([added.id]) == {added.id: added}
        assert uow.visitors.among([]) == {}
        assert uow.visitors.blocked_among([]) == set()
        assert uow.sessions.taken_client_keys([]) == set()
        assert statements == []


def test_what_was_sent_is_not_sent_again(real_bench: Bench, statements: list[str]) -> None:
    visitor = make_visitor(real_bench.site, name="Ann")
    with real_bench.uow() as uow:
        uow.visitors.add(visitor)
        uow.flush()
        visitor.name = "Ben"
        uow.flush()
        assert statements[-1].startswith("UPDATE visitor")
        statements.clear()
        uow.commit()
        assert statements == []
