"""Waiting visitors learn where they stand."""

from datetime import timedelta

from chat_app.domain.events import QueueChanged, QueueMoved
from chat_app.domain.session import Session
from tests.builders import after, agent_actor, make_assignment
from tests.use_cases.world import World


def handled(world: World, seconds: int) -> Session:
    """A session that somebody had for so long, until now."""
    agent = world.add_agent(online=False)
    session = world.add_session(status="closed", agent_id=agent.id)
    assignment = make_assignment(session, agent)
    assignment.assigned_at = world.now - timedelta(seconds=seconds)
    assignment.release(world.now)
    with world.db.change() as uow:
        uow.assignments.add(assignment)
    return session


def test_everybody_in_the_line_but_those_who_left_a_message(world: World) -> None:
    first = world.add_session(created_at=after(-5))
    world.add_session(created_at=after(-4), left_message=True)
    third = world.add_session(created_at=after(-3))
    sales = world.add_department()
    world.add_session(department_id=sales.id, created_at=after(-9))
    assert world.queueing.places(None) == [
        QueueMoved(first.id, 1, None),
        QueueMoved(third.id, 3, None),
    ]
    assert world.queueing.places(world.add_department().id) == []


def test_the_estimate_comes_from_recent_handling_times(world: World) -> None:
    world.add_agent(capacity=2)
    for seconds in (100, 200, 900):
        handled(world, seconds)
    world.add_session(created_at=after(-5))
    session = world.add_session(created_at=after(-3))
    assert [one.wait_seconds for one in world.queueing.places(None)] == [100, 200]
    assert world.sessions.read(agent_actor(), session.id).wait_seconds == 200
    world.clock.advance(25 * 3_600)
    assert world.sessions.read(agent_actor(), session.id).wait_seconds is None


def test_whoever_is_served_moves_the_queue(world: World) -> None:
    agent = world.add_agent(capacity=1)
    for second in range(3):
        world.add_session(created_at=after(second))
    world.assigning.assign_waiting()
    assert [one.department_id for one in world.realtime.of(QueueChanged)] == [None], "told once"
    world.assigning.assign_waiting()
    assert len(world.realtime.of(QueueChanged)) == 1, "nobody was served"

    waiting = [one for one in world.db.copy().sessions if one.status == "queued"]
    world.sessions.close(agent_actor(agent), waiting[0].id, None, 0)
    assert len(world.realtime.of(QueueChanged)) == 2
    (held,) = (one for one in world.db.copy().sessions if one.status == "active")
    world.sessions.close(agent_actor(agent), held.id, None, held.assign_epoch)
    assert len(world.realtime.of(QueueChanged)) == 2, "who had an agent did not wait"
    world.sessions.accept(agent_actor(agent), waiting[1].id, 0)
    assert len(world.realtime.of(QueueChanged)) == 3
