"""Every database lists the same sessions in the same order."""

import random

import pytest

from chat_app.domain.actor import SYSTEM, Actor
from chat_app.domain.repositories import MOST_CLOSED, Counts, Cursor, SessionFilter
from chat_app.domain.session import LISTED_WITHIN, Belonging, Session
from tests.builders import (
    after,
    agent_actor,
    make_agent,
    make_department,
    make_session,
    make_site,
    make_visitor,
    new_id,
    visitor_actor,
)
from tests.infrastructure.bench import Bench


def listed(bench: Bench, actor: Actor = SYSTEM, **wanted: object) -> list[str]:
    with bench.uow.reading() as uow:
        found = uow.sessions.page_for(actor, SessionFilter(**wanted), None, 50)  # type: ignore[arg-type]  # names are checked when it runs
        return [one.id for one in found]


def ids(*sessions: Session) -> list[str]:
    return [one.id for one in sessions]


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_meet_without_gap_or_overlap(bench: Bench, limit: int) -> None:
    sessions = [
        bench.session(created_at=after(number), updated_at=after(minutes=number // 3))
        for number in range(7)
    ]
    seen: list[str] = []
    cursor = None
    for _ in range(8):
        with bench.uow.reading() as uow:
            page = uow.sessions.page_for(SYSTEM, SessionFilter(), cursor, limit)
        assert len(page) <= limit
        seen += ids(*page)
        if page:
            cursor = Cursor(page[-1].updated_at, page[-1].id)
    assert seen == ids(*reversed(sessions))


@pytest.mark.parametrize("limit", [1, 4, 25, 60])
def test_lists_are_in_order_wherever_their_index_has_them(bench: Bench, limit: int) -> None:
    """A session's place is up to ten seconds old."""
    chance = random.Random(limit)
    moved = [after(chance.randrange(30)) for _ in range(50)]
    sessions = [
        bench.session(updated_at=at, listed_at=at - LISTED_WITHIN * chance.random()) for at in moved
    ]
    sessions.sort(key=lambda one: (one.updated_at, one.id), reverse=True)
    seen: list[str] = []
    cursor = None
    while len(seen) < len(sessions):
        with bench.uow.reading() as uow:
            page = uow.sessions.page_for(SYSTEM, SessionFilter(), cursor, limit)
        seen += ids(*page)
        assert seen == ids(*sessions[: len(seen)])
        cursor = Cursor(page[-1].updated_at, page[-1].id)


def test_visitors_see_their_own_by_creation_agents_by_activity(bench: Bench) -> None:
    visitor = bench.visitor()
    old = bench.session(visitor, status="closed", created_at=after(1), updated_at=after(9))
    new = bench.session(visitor, created_at=after(2), updated_at=after(3))
    foreign = bench.session(created_at=after(5), updated_at=after(5))
    assert listed(bench, visitor_actor(visitor)) == ids(new, old)
    assert listed(bench, agent_actor(make_agent(role="admin"))) == ids(old, foreign, new)
    assert listed(bench, visitor_actor()) == []


def test_an_agent_sees_its_departments_the_unassigned_and_its_own(bench: Bench) -> None:
    sales, support = make_department(), make_department()
    agent = make_agent(department_ids=[sales.id])
    bench.keep(sales, support, agent)
    actor = agent_actor(agent)
    own = bench.session(department_id=sales.id, updated_at=after(4))
    nobodys = bench.session(updated_at=after(3))
    held = bench.session(
        department_id=support.id, agent_id=agent.id, status="active", updated_at=after(2)
    )
    hidden = bench.session(department_id=support.id, updated_at=after(1))

    assert listed(bench, actor) == ids(own, nobodys, held)
    assert listed(bench, agent_actor()) == ids(nobodys)
    with bench.uow.reading() as uow:
        among = uow.sessions.visible_among(actor, [*ids(own, hidden, held), new_id()])
        assert {one.id for one in among} == {own.id, held.id}
        whose = uow.sessions.belongings([own.id, held.id, new_id()])
        assert whose == {
            own.id: Belonging(own.visitor_id, sales.id, None),
            held.id: Belonging(held.visitor_id, support.id, agent.id),
        }
        assert uow.sessions.counts_for(actor) == Counts(queued=2, mine=1, active=1, closed=0)
        admin = agent_actor(make_agent(role="admin"))
        assert uow.sessions.counts_for(admin) == Counts(queued=3, mine=0, active=1, closed=0)


def test_closed_sessions_are_counted_among_the_last_ones(bench: Bench) -> None:
    sales, support = make_department(), make_department()
    bench.keep(sales, support)
    visitor = bench.visitor()
    actor = agent_actor(department_ids=frozenset({sales.id}))
    bench.session(visitor, department_id=sales.id, status="closed", updated_at=after(0))
    others = [
        make_session(visitor, department_id=support.id, status="closed", updated_at=after(second))
        for second in range(1, MOST_CLOSED)
    ]
    bench.keep(*others)
    with bench.uow.reading() as uow:
        assert uow.sessions.counts_for(actor).closed == 1
        assert uow.sessions.counts_for(agent_actor(role="admin")).closed == MOST_CLOSED
    bench.session(department_id=support.id, status="closed", updated_at=after(MOST_CLOSED))
    with bench.uow.reading() as uow:
        assert uow.sessions.counts_for(actor).closed == 0
        assert uow.sessions.counts_for(agent_actor(role="admin")).closed == MOST_CLOSED


def test_several_by_id(bench: Bench) -> None:
    one, other = bench.session(tags=["vip"]), bench.session(status="closed")
    bench.session()
    with bench.uow.reading() as uow:
        found = uow.sessions.among(iter([one.id, other.id, new_id(), "no id", one.id.upper()]))
        assert {key: (of.id, of.status, of.tags) for key, of in found.items()} == {
            one.id: (one.id, "queued", ["vip"]),
            other.id: (other.id, "closed", []),
        }
        assert uow.sessions.among([]) == {}


def test_every_filter(bench: Bench) -> None:
    sales, site, agent = make_department(), make_site(), make_agent()
    elsewhere = make_visitor(site)
    bench.keep(sales, site, agent, elsewhere)
    a = bench.session(status="active", agent_id=agent.id, updated_at=after(4))
    b = bench.session(department_id=sales.id, tags=["vip", "大客户"], updated_at=after(3))
    c = bench.session(elsewhere, tags=["vip2", "50%", 'say "hi"'], updated_at=after(2))
    d = bench.session(status="closed", updated_at=after(1))

    assert listed(bench) == ids(a, b, c, d)
    assert listed(bench, status="queued") == ids(b, c)
    assert listed(bench, open_only=True) == ids(a, b, c)
    assert listed(bench, assignee=agent.id) == ids(a)
    assert listed(bench, assignee="none") == ids(b, c, d)
    assert listed(bench, department_id=sales.id) == ids(b)
    assert listed(bench, site_id=site.id) == ids(c)
    assert listed(bench, status="queued", site_id=bench.site.id) == ids(b)


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ("vip", True),
        ("大客户", True),
        ("50%", True),
        ('say "hi"', True),
        ("a_b", True),
        ("vi", False),
        ("VIP", False),
        ("aXb", False),
        ("%", False),
        ("客户", False),
    ],
)
def test_a_tag_is_meant_exactly(bench: Bench, tag: str, *, found: bool) -> None:
    session = bench.session(tags=["vip", "大客户", "50%", 'say "hi"', "a_b"])
    assert listed(bench, tag=tag) == (ids(session) if found else [])
