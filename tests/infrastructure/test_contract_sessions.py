"""Every database finds the same sessions in the same order."""

from typing import Any

from chat_app.domain.routing import Assignment
from chat_app.domain.session import Session
from tests.builders import (
    NOON,
    after,
    make_agent,
    make_assignment,
    make_department,
    make_message,
    make_session,
    new_id,
)
from tests.infrastructure.bench import Bench


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
        assert uow.sessions.line(sales.id, 9) == ids(urgent, early, late)
        assert uow.sessions.line(sales.id, 2) == ids(urgent, early)
        assert uow.sessions.line(None, 9) == ids(elsewhere)


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


def test_which_client_keys_are_taken(bench: Bench) -> None:
    bench.session(client_session_key="a")
    bench.session()
    with bench.uow() as uow:
        assert uow.sessions.taken_client_keys(["a", "b"]) == {"a"}
        assert uow.sessions.taken_client_keys([]) == set()


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
