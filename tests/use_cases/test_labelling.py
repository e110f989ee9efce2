"""What agents write on sessions."""

import pytest

from chat_app.domain.errors import Forbidden, NotFound, Validation
from chat_app.domain.events import (
    QueueChanged,
    SessionQueued,
    SessionUpdated,
)
from tests.builders import agent_actor, new_id, visitor_actor
from tests.use_cases.world import World


def test_subject_and_tags(world: World) -> None:
    session = world.add_session()
    world.clock.advance(5)
    changes = {"subject": "退货", "tags": ["a", "b"]}
    view = world.labelling.change(agent_actor(), session.id, changes)
    assert (view.session.subject, view.session.tags) == ("退货", ["a", "b"])
    assert world.session(session.id).updated_at == world.now
    assert len(world.realtime.of(SessionUpdated)) == 1
    assert world.realtime.of(SessionQueued) == []


def test_a_waiting_one_that_becomes_urgent_overtakes(world: World) -> None:
    world.add_session(created_at=world.now.replace(year=2020))
    session = world.add_session()
    view = world.labelling.change(agent_actor(), session.id, {"priority": "urgent"})
    assert view.queue_position == 1
    assert [one.department_id for one in world.realtime.of(QueueChanged)] == [None]


def test_a_waiting_one_goes_to_another_queue(world: World) -> None:
    sales = world.add_department()
    session = world.add_session()
    world.clock.advance(60)
    world.labelling.change(agent_actor(), session.id, {"department_id": sales.id})
    moved = world.session(session.id)
    assert (moved.department_id, moved.waiting_since) == (sales.id, world.now)
    assert moved.queued_at == session.queued_at, "its turn stays"
    assert {one.department_id for one in world.realtime.of(QueueChanged)} == {None, sales.id}
    assert world.work("assign_sessions")


def test_one_in_somebodys_hands_stays_there(world: World) -> None:
    sales, agent = world.add_department(), world.add_agent()
    session = world.add_session()
    world.sessions.accept(agent_actor(agent), session.id, 0)
    world.labelling.change(agent_actor(agent), session.id, {"department_id": sales.id})
    assert world.session(session.id).agent_id == agent.id
    assert world.realtime.of(SessionQueued) == []
    assert world.left_departments() == [(session.id, None)]
    world.labelling.change(agent_actor(agent), session.id, {"department_id": sales.id})
    assert world.left_departments() == [(session.id, None)], "it stayed where it was"


def test_nothing_named_changes_nothing(world: World) -> None:
    session = world.add_session()
    world.clock.advance(5)
    world.labelling.change(agent_actor(), session.id, {})
    assert world.session(session.id).updated_at == session.updated_at
    assert world.realtime.events == []


def test_what_is_refused(world: World) -> None:
    sales, visitor = world.add_department(), world.add_visitor()
    session = world.add_session(visitor, department_id=sales.id)
    with pytest.raises(NotFound):
        world.labelling.change(agent_actor(), session.id, {"subject": "x"})
    with pytest.raises(Forbidden):
        world.labelling.change(visitor_actor(visitor), session.id, {"subject": "x"})
    boss = agent_actor(role="supervisor")
    with pytest.raises(Validation):
        world.labelling.change(boss, session.id, {"department_id": new_id()})
    assert world.session(session.id).department_id == sales.id
