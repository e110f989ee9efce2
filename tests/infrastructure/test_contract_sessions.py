"""Every database finds the same sessions in the same order."""

import random
from typing import Any

import pytest

from chat_app.domain.actor import SYSTEM, Actor
from chat_app.domain.repositories import MOST_CLOSED, Counts, Cursor, SessionFilter
from chat_app.domain.routing import Assignment
from chat_app.domain.session import LISTED_WITHIN, Session
from tests.builders import (
    NOON,
    after,
    agent_actor,
    make_agent,
    make_assignment,
    make_department,
    make_message,
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


# --- The queue -----------------------------------------------------------------------------------


def test_urgent_before_high_before_normal_before_low_then_by_age(bench: Bench) -> None:
    low = bench.session(priority="low", created_at=after(0))
    late = bench.session(priority="normal", created_at=after(2))
    early = bench.session(priority="normal", created_at=after(1))
    high = bench.session(priority="high", created_at=after(3))
    urgent = bench.session(priority="urgent", created_at=after(4))
    bench.session(status="active", priority="urgent", created_at=after(0))

    served = []
    with bench.uow() as uow:
        while (found := uow.sessions.next_waiting(())) is not None:
            served.append(found.id)
            found.status = "active"
            uow.flush()
    assert served == ids(urgent, high, early, late, low)


def test_at_the_same_moment_the_smaller_id_is_first(bench: Bench) -> None:
    first, second = bench.session(), bench.session()
    with bench.uow() as uow:
        found = uow.sessions.next_waiting(())
        assert found is not None
        assert found.id == min(first.id, second.id)


def test_passed_departments_are_left_out(bench: Bench) -> None:
    sales, support = make_department(), make_department()
    bench.keep(sales, support)
    a = bench.session(department_id=sales.id, created_at=after(1))
    b = bench.session(created_at=after(2))
    c = bench.session(department_id=support.id, created_at=after(3))
    expected: list[tuple[set[str | None], str | None]] = [
        (set(), a.id),
        ({sales.id}, b.id),
        ({None}, a.id),
        ({sales.id, None}, c.id),
        ({sales.id, support.id}, b.id),
        ({sales.id, support.id, None}, None),
    ]
    with bench.uow() as uow:
        for passed, first in expected:
            found = uow.sessions.next_waiting(passed)
            assert (found.id if found else None) == first


def test_open_ones_of_several_visitors(bench: Bench) -> None:
    queued, active, closed, _ = (bench.session(status=one) for one in
                                 ("queued", "active", "closed", "queued"))  # fmt: skip
    wanted = [one.visitor_id for one in (queued, active, closed)]
    with bench.uow.reading() as uow:
        found = uow.sessions.open_among(wanted)
        assert {one.id for one in found} == {queued.id, active.id}
        assert uow.sessions.open_among([]) == []


def test_a_place_is_counted_in_the_own_department(bench: Bench) -> None:
    sales = make_department()
    bench.keep(sales)
    first = bench.session(department_id=sales.id, created_at=after(1))
    second = bench.session(department_id=sales.id, created_at=after(2))
    urgent = bench.session(department_id=sales.id, created_at=after(9), priority="urgent")
    same = [bench.session(created_at=after(5)), bench.session(created_at=after(5))]
    active = bench.session(status="active", created_at=after(0))
    with bench.uow.reading() as uow:
        together = [first, second, urgent, *same, active]
        positions = uow.sessions.queue_positions(together)
        alone = [uow.sessions.queue_positions([one]) for one in together]
    smaller, larger = sorted(ids(*same))
    assert positions == {urgent.id: 1, first.id: 2, second.id: 3, smaller: 1, larger: 2}
    assert alone == [*({one.id: positions[one.id]} for one in together[:-1]), {}]


def test_who_waits_in_a_department_is_read_in_its_turn(bench: Bench) -> None:
    sales = make_department()
    bench.keep(sales)
    late = bench.session(department_id=sales.id, created_at=after(9))
    early = bench.session(department_id=sales.id, created_at=after(1))
    urgent = bench.session(department_id=sales.id, created_at=after(10), priority="urgent")
    bench.session(department_id=sales.id, status="active")
    elsewhere = bench.session()
    with bench.uow.reading() as uow:
        assert ids(*uow.sessions.waiting_in(sales.id, 9)) == ids(urgent, early, late)
        assert ids(*uow.sessions.waiting_in(sales.id, 2)) == ids(urgent, early)
        assert ids(*uow.sessions.waiting_in(None, 9)) == ids(elsewhere)


def test_who_has_waited_too_long_in_a_department(bench: Bench) -> None:
    sales, other = make_department(max_wait_seconds=60), make_department()
    bench.keep(sales, other)
    here: dict[str, Any] = {"department_id": sales.id}
    late = bench.session(waiting_since=after(1), **here)
    left = bench.session(waiting_since=after(0), left_message=True, **here)
    bench.session(waiting_since=after(2), **here)
    bench.session(waiting_since=after(0), department_id=other.id)
    bench.session(waiting_since=after(0), status="active", **here)
    with bench.uow.reading() as uow:
        assert [one.id for one in uow.departments.with_longest_wait()] == [sales.id]
        overdue = uow.sessions.overdue
        assert list(overdue(sales.id, after(1), 9, left_too=False)) == ids(late)
        assert list(overdue(sales.id, after(1), 9, left_too=True)) == ids(left, late)
        assert list(overdue(sales.id, after(1), 1, left_too=True)) == ids(left)


def test_a_visitor_comes_back_to_the_agent_it_had_last(bench: Bench) -> None:
    visitor, first, last = bench.visitor(), make_agent(), make_agent()
    bench.keep(first, last)
    bench.session(visitor, status="closed", agent_id=last.id, created_at=after(2))
    bench.session(visitor, status="closed", agent_id=first.id, created_at=after(1))
    bench.session(visitor, status="closed", created_at=after(3))
    with bench.uow.reading() as uow:
        assert uow.sessions.last_agent_of(visitor.id) == last.id
        assert uow.sessions.last_agent_of(bench.visitor().id) is None


def test_snoozed_ones_are_due_when_their_time_has_come(bench: Bench) -> None:
    second = bench.session(status="snoozed", snoozed_until=after(5))
    first = bench.session(status="snoozed", snoozed_until=after(1))
    bench.session(status="snoozed", snoozed_until=after(6))
    bench.session(status="active", snoozed_until=after(1))
    with bench.uow.reading() as uow:
        assert list(uow.sessions.to_wake(after(5), 9)) == ids(first, second)
        assert list(uow.sessions.to_wake(after(5), 1)) == ids(first)


def test_handling_times_are_the_newest_of_the_department(bench: Bench) -> None:
    sales, agent = make_department(), make_agent()
    bench.keep(sales, agent)
    here, elsewhere = bench.session(department_id=sales.id), bench.session()
    for session, released in ((here, 60), (here, 120), (elsewhere, 600), (here, None), (here, 30)):
        assignment = make_assignment(session, agent, None)
        assignment.open_session = session.id if released is None else None
        assignment.released_at = None if released is None else after(released)
        bench.keep(assignment)
    with bench.uow.reading() as uow:
        assert list(uow.assignments.handling_seconds(sales.id, NOON, 2)) == [120, 60]
        assert list(uow.assignments.handling_seconds(sales.id, after(60), 9)) == [120]
        assert list(uow.assignments.handling_seconds(None, NOON, 9)) == [600]


# --- Lists ---------------------------------------------------------------------------------------


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


def test_idle_is_what_was_not_touched_since(bench: Bench) -> None:
    oldest = bench.session(updated_at=after(1))
    bench.session(updated_at=after(4), listed_at=after(1))
    older = bench.session(status="active", updated_at=after(2), left_message=True)
    bench.session(updated_at=after(0), left_message=True)
    bench.session(updated_at=after(3))
    bench.session(status="closed", updated_at=after(0))
    bench.session(status="snoozed", updated_at=after(0))
    with bench.uow.reading() as uow:
        assert uow.sessions.idle_since(after(3), 10) == ids(oldest, older)
        assert uow.sessions.idle_since(after(3), 1) == ids(oldest)


def test_what_an_agent_holds_and_what_is_open_in_a_department(bench: Bench) -> None:
    sales, agent = make_department(), make_agent()
    bench.keep(sales, agent)
    mine = [bench.session(status="active", agent_id=agent.id) for _ in range(3)]
    bench.session(status="closed", agent_id=agent.id, department_id=sales.id)
    waiting = [bench.session(department_id=sales.id) for _ in range(2)]
    with bench.uow() as uow:
        assert ids(*uow.sessions.held_by(agent.id, 9)) == sorted(ids(*mine))
        assert ids(*uow.sessions.held_by(agent.id, 2)) == sorted(ids(*mine))[:2]
        assert ids(*uow.sessions.open_in(sales.id, 9)) == sorted(ids(*waiting))
        assert uow.sessions.held_by(new_id(), 9) == []


def test_slots_are_those_in_use(bench: Bench) -> None:
    agent, sessions = make_agent(), [bench.session() for _ in range(3)]
    bench.keep(
        agent,
        make_assignment(sessions[0], agent, 1),
        make_assignment(sessions[1], agent, 3),
        make_assignment(sessions[2], agent, None),
    )
    with bench.uow() as uow:
        assert uow.assignments.taken_slots(agent.id) == {f"{agent.id}:1", f"{agent.id}:3"}
        first = uow.assignments.open_of_session(sessions[0].id)
        assert first is not None
        first.release(after(1))
        uow.flush()
        assert uow.assignments.taken_slots(agent.id) == {f"{agent.id}:3"}
        assert uow.assignments.open_of_session(sessions[0].id) is None
        assert uow.assignments.open_of_session(sessions[2].id) is not None


def test_the_open_session_is_the_open_one(bench: Bench) -> None:
    visitor = bench.visitor()
    bench.session(visitor, status="closed")
    current = bench.session(visitor, status="snoozed")
    with bench.uow.reading() as uow:
        found = uow.sessions.open_of(bench.site.id, visitor.id)
        assert found is not None
        assert found.id == current.id
        assert uow.sessions.open_of(make_session().site_id, visitor.id) is None


def test_what_an_absent_agent_should_not_keep(bench: Bench) -> None:
    agent = make_agent()
    bench.keep(agent)
    unanswered, answered = (bench.session(status="active", agent_id=agent.id) for _ in range(2))
    put_aside = bench.session(status="snoozed", agent_id=agent.id)
    for session in (unanswered, answered, put_aside):
        bench.keep(
            Assignment(
                id=new_id(), session_id=session.id, agent_id=agent.id, reason="auto",
                assign_epoch=1, assigned_at=NOON, open_session=session.id,
            )
        )  # fmt: skip
    mine = {"sender_kind": "agent", "sender_id": agent.id, "created_at": NOON}
    bench.keep(make_message(answered, **mine))
    with bench.uow() as uow:
        assert list(uow.assignments.to_take_back(agent.id, 120)) == [], "the agent is there"
        assert list(uow.agents.absent()) == []
        uow.agents.mark_absent([agent.id])
        uow.commit()
    with bench.uow.reading() as uow:
        assert list(uow.agents.absent()) == [agent.id]
        assert list(uow.assignments.to_take_back(agent.id, 120)) == [unanswered.id]
        later = sorted([unanswered.id, answered.id])
        assert list(uow.assignments.to_take_back(agent.id, 0)) == later
