"""Queues have an end: so many may wait, and so long."""

import pytest

from chat_app.domain.department import Department
from chat_app.domain.events import (
    QueueChanged,
    SessionQueued,
    SessionUpdated,
)
from tests.builders import agent_actor, make_assignment
from tests.use_cases.world import World


@pytest.fixture
def sales(world: World) -> Department:
    return world.add_department(name="Sales", max_queue=2, max_wait_seconds=60)


def test_who_comes_when_the_queue_is_full_is_asked_to_leave_a_message(
    world: World, sales: Department
) -> None:
    opened = [world.open(department_id=sales.id, locale="zh-CN").view for _ in range(3)]
    assert [one.session.left_message for one in opened] == [False, False, True]
    (line,) = world.said_in(opened[2].session.id)
    assert line.body == "现在客服都在忙。请留言，我们会尽快回复你。"
    assert world.session(opened[2].session.id).status == "queued", "it waits for an answer"
    elsewhere = world.open().view.session
    assert not elsewhere.left_message, "the limit is the department's own"


def test_who_is_served_at_once_waits_in_no_queue(world: World, sales: Department) -> None:
    with world.db.change() as uow:
        stored = uow.departments.get(sales.id)
        assert stored is not None
        stored.max_queue = 0
    agent = world.add_agent(department_ids=[sales.id], capacity=2)
    held = world.add_session(status="active", agent_id=agent.id)
    with world.db.change() as uow:
        uow.assignments.add(make_assignment(held, agent))
    opened = [world.open(department_id=sales.id).view.session for _ in range(2)]
    assert [one.left_message for one in opened] == [False, True]


def test_who_has_waited_too_long_is_asked_to_leave_a_message_once(
    world: World, sales: Department
) -> None:
    session = world.open(department_id=sales.id).view.session
    world.clock.advance(59)
    assert world.waiting_limits.sweep() == 0
    world.clock.advance(1)
    assert world.waiting_limits.sweep() == 1
    assert world.session(session.id).left_message
    assert "longer than usual" in world.said_in(session.id)[-1].body
    assert [one.view.session.id for one in world.realtime.of(SessionUpdated)] == [session.id]
    assert world.waiting_limits.sweep() == 0


def test_another_department_helps_where_one_is_named(world: World, sales: Department) -> None:
    support = world.add_department(name="Support", max_wait_seconds=30)
    with world.db.change() as uow:
        stored = uow.departments.get(sales.id)
        assert stored is not None
        stored.fallback_department_id = support.id
    session = world.open(department_id=sales.id).view.session
    world.realtime.clear()
    world.clock.advance(60)
    assert world.waiting_limits.sweep() == 1
    moved = world.session(session.id)
    assert (moved.department_id, moved.waiting_since) == (support.id, world.now)
    assert moved.queued_at == session.queued_at, "its turn stays"
    assert not moved.left_message
    assert world.said_in(session.id)[-1].body == "You are being passed on to Support"
    assert {one.department_id for one in world.realtime.of(QueueChanged)} == {sales.id, support.id}
    assert [one.view.session.id for one in world.realtime.of(SessionQueued)] == [session.id]
    assert world.left_departments() == [(session.id, sales.id)]

    helper = world.add_agent(department_ids=[support.id])
    world.assigning.assign_waiting()
    assert world.session(session.id).agent_id == helper.id


def test_after_the_last_department_a_message_is_left(world: World, sales: Department) -> None:
    support = world.add_department(max_wait_seconds=30)
    with world.db.change() as uow:
        stored = uow.departments.get(sales.id)
        assert stored is not None
        stored.fallback_department_id = support.id
    session = world.open(department_id=sales.id).view.session
    world.clock.advance(60)
    assert world.waiting_limits.sweep() == 1
    assert world.waiting_limits.sweep() == 0, "it waits there from now on"
    world.clock.advance(30)
    assert world.waiting_limits.sweep() == 1
    assert world.session(session.id).left_message


def test_who_is_served_meanwhile_is_left_in_peace(world: World, sales: Department) -> None:
    world.add_agent(department_ids=[sales.id])
    session = world.open(department_id=sales.id).view.session
    world.clock.advance(60)
    world.assigning.assign_waiting()
    assert world.waiting_limits.sweep() == 0
    assert world.waiting_limits._end_wait(session.id, sales.id) is False
    assert not world.session(session.id).left_message


def test_one_that_comes_back_from_an_agent_waits_as_others_do(
    world: World, sales: Department
) -> None:
    agent = world.add_agent(department_ids=[sales.id])
    session = world.add_session(department_id=sales.id, left_message=True)
    world.assigning.assign_waiting()
    assert world.session(session.id).left_message
    boss = world.add_agent(role="admin")
    world.staff.change(agent_actor(boss), agent.id, {"disabled": True})
    assert not world.session(session.id).left_message
