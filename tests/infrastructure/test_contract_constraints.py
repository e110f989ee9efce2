"""Every database refuses the same rows: what must be unique is a constraint, not only code."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import BindParameter, bindparam, text
from sqlalchemy.exc import IntegrityError

from chat_app.domain.agent import AgentToken
from chat_app.domain.session import Session
from chat_app.domain.visitor import VisitorToken
from chat_app.infrastructure.db.types import identifier
from tests.builders import (
    NOON,
    after,
    make_agent,
    make_assignment,
    make_department,
    make_message,
    make_session,
    make_site,
    make_visitor,
    new_id,
)
from tests.infrastructure.bench import Bench

Rows = Callable[[Bench], tuple[list[Any], Any]]


def _sessions(**over: Any) -> Rows:
    """Two sessions of two visitors that share some values."""

    def make(bench: Bench) -> tuple[list[Any], Any]:
        first, second = bench.visitor(), bench.visitor()
        return [make_session(first, **over)], make_session(second, **over)

    return make


def _two_open(bench: Bench) -> tuple[list[Any], Any]:
    visitor = bench.visitor()
    return [make_session(visitor)], make_session(visitor, status="active")


def _messages(first: dict[str, Any], second: dict[str, Any]) -> Rows:
    def make(bench: Bench) -> tuple[list[Any], Any]:
        session = bench.session()
        return [make_message(session, **first)], make_message(session, **second)

    return make


def _two_agents(bench: Bench) -> tuple[list[Any], Any]:
    session, one, other = bench.session(), make_agent(), make_agent()
    return [one, other, make_assignment(session, one)], make_assignment(session, other)


def _one_slot(bench: Bench) -> tuple[list[Any], Any]:
    first, second, agent = bench.session(), bench.session(), make_agent()
    return [agent, make_assignment(first, agent, 1)], make_assignment(second, agent, 1)


def _same_person(bench: Bench) -> tuple[list[Any], Any]:
    return [make_visitor(bench.site, external_id="7")], make_visitor(bench.site, external_id="7")


def _same_device(bench: Bench) -> tuple[list[Any], Any]:
    one, other = bench.visitor(), bench.visitor()
    return [VisitorToken("hash", one.id, NOON)], VisitorToken("hash", other.id, NOON)


def _same_sign_in(bench: Bench) -> tuple[list[Any], Any]:
    agent = make_agent()
    token = AgentToken("hash", agent.id, NOON, after(9))
    return [agent, token], AgentToken("hash", agent.id, NOON, after(9))


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(_two_open, id="two open sessions of a visitor"),
        pytest.param(_sessions(client_session_key="k"), id="the same client session"),
        pytest.param(_two_agents, id="two agents of a session"),
        pytest.param(_one_slot, id="a slot that is taken"),
        pytest.param(_messages({"seq": 3}, {"seq": 3, "visitor_seq": 9}), id="a seq twice"),
        pytest.param(
            _messages({"seq": 3}, {"seq": 4, "visitor_seq": 3}), id="a visitor's seq twice"
        ),
        pytest.param(
            _messages({"seq": 1, "client_msg_id": "a"}, {"seq": 2, "client_msg_id": "a"}),
            id="a client id twice",
        ),
        pytest.param(
            _messages({"seq": 1}, {"seq": 2, "kind": "note", "visitor_seq": 2}),
            id="a note with a visitor's seq",
        ),
        pytest.param(
            _messages({"seq": 1}, {"seq": 2, "visitor_seq": None}), id="a text without one"
        ),
        pytest.param(_same_person, id="a proven id twice"),
        pytest.param(_same_device, id="a visitor's token twice"),
        pytest.param(_same_sign_in, id="an agent's token twice"),
        pytest.param(lambda _: ([make_site(key="k")], make_site(key="k")), id="a site's key twice"),
        pytest.param(
            lambda _: ([make_agent(email="a@b.c")], make_agent(email="a@b.c")), id="an e-mail twice"
        ),
        pytest.param(
            lambda _: ([make_department(name="Ärzte")], make_department(name="ärzte")),
            id="a department's name twice",
        ),
        pytest.param(
            lambda b: ([], make_session(b.visitor(), open_key=None)), id="open without open_key"
        ),
        pytest.param(
            lambda b: ([], make_session(b.visitor(), status="closed", open_key="k")),
            id="closed with open_key",
        ),
        pytest.param(
            lambda b: ([], make_session(b.visitor(), last_seq=1, last_visitor_seq=2)),
            id="a visitor's number above all",
        ),
        pytest.param(lambda _: ([], make_agent(capacity=-1)), id="a capacity below nothing"),
    ],
)
def test_is_refused(bench: Bench, rows: Rows) -> None:
    stored, refused = rows(bench)
    bench.keep(*stored)
    assert bench.refuses(refused)
    assert bench.refuses(refused), "and again: nothing of it was kept"


def test_is_accepted(bench: Bench) -> None:
    visitor, agent = bench.visitor(), make_agent()
    for _ in range(2):
        bench.keep(make_session(visitor, status="closed"))
    session, other = bench.session(visitor), bench.session()
    bench.keep(
        agent,
        make_session(make_visitor_of(bench, make_site()), client_session_key=None),
        make_message(session, seq=1, kind="note", sender_kind="agent"),
        make_message(session, seq=2, kind="note", sender_kind="agent"),
        make_message(session, seq=3, visitor_seq=1, client_msg_id="a", sender_kind="agent"),
        make_message(session, seq=4, visitor_seq=2, client_msg_id="a"),
        make_message(session, seq=5, visitor_seq=3, client_msg_id="A"),
        make_message(other, seq=1, visitor_seq=1, client_msg_id="a"),
        make_assignment(session, agent, None),
        make_assignment(other, agent, None),
    )


def make_visitor_of(bench: Bench, site: Any) -> Any:
    visitor = make_visitor(site, external_id="7")
    bench.keep(site, visitor, make_visitor(bench.site, external_id="7"))
    return visitor


def test_what_is_released_may_be_taken_again(bench: Bench) -> None:
    visitor, agent = bench.visitor(), make_agent()
    session = bench.session(visitor)
    bench.keep(agent, make_assignment(session, agent))
    with bench.uow() as uow:
        found, assignment = (
            uow.sessions.locked(session.id),
            uow.assignments.open_of_session(session.id),
        )
        assert found is not None
        assert assignment is not None
        found.close("done", after(1))
        assignment.release(after(1))
        uow.commit()
    following = bench.session(visitor)
    bench.keep(make_assignment(following, agent))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM chat_session WHERE id = :id",
        "UPDATE chat_session SET id = :other WHERE id = :id",
    ],
    ids=["removed", "given another id"],
)
def test_a_session_with_messages_cannot_be(real_bench: Bench, statement: str) -> None:
    session, empty = real_bench.session(), real_bench.session()
    real_bench.keep(make_message(session, seq=1))
    assert real_bench.engine is not None
    with pytest.raises(IntegrityError), real_bench.engine.begin() as connection:
        connection.execute(text(statement).bindparams(*_ids(session, statement)))
    with real_bench.engine.begin() as connection:
        connection.execute(text(statement).bindparams(*_ids(empty, statement)))


def _ids(session: Session, statement: str) -> list[BindParameter[str]]:
    values = {"id": session.id, "other": new_id()}
    return [
        bindparam(name, value, identifier())
        for name, value in values.items()
        if f":{name}" in statement
    ]


def test_a_changed_priority_changes_the_place(real_bench: Bench) -> None:
    first, second = (real_bench.session(created_at=after(seconds)) for seconds in (0, 1))
    with real_bench.uow() as uow:
        uow.sessions.locked_among([second.id])[second.id].priority = "urgent"
        uow.commit()
    with real_bench.uow.reading() as uow:
        assert [one.id for one in uow.sessions.waiting_in(None, 9)] == [second.id, first.id]
