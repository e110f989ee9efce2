"""Closed conversations are taken up again."""

import pytest

from chat_app.domain.agent import Agent
from chat_app.domain.errors import AlreadyOpen, Forbidden, SessionOpen, StaleAssignment
from chat_app.domain.events import SessionAssigned, SessionQueued
from chat_app.domain.session import Session
from tests.builders import agent_actor, visitor_actor
from tests.use_cases.world import World


@pytest.fixture
def ada(world: World) -> Agent:
    return world.add_agent(name="Ada", capacity=1)


@pytest.fixture
def closed(world: World, ada: Agent) -> Session:
    session = world.add_session()
    world.sessions.accept(agent_actor(ada), session.id, 0)
    world.sessions.close(agent_actor(ada), session.id, "solved", 1)
    return world.session(session.id)


def test_it_is_the_agents_own(world: World, ada: Agent, closed: Session) -> None:
    view = world.reopening.reopen(agent_actor(ada), closed.id, closed.assign_epoch)
    assert (view.session.status, view.session.agent_id) == ("active", ada.id)
    stored = world.session(closed.id)
    assert (stored.closed_at, stored.close_reason) == (None, None)
    assert stored.open_key == f"{stored.site_id}:{stored.visitor_id}"
    assert world.said_in(closed.id)[-1].body == "Ada opened the conversation again"
    assert world.realtime.of(SessionAssigned)[-1].reason == "accept"
    assert world.open(visitor_actor(view.visitor)).view.session.id == closed.id


def test_without_room_it_waits_for_the_agent_who_had_it(
    world: World, ada: Agent, closed: Session
) -> None:
    other = world.add_session()
    world.sessions.accept(agent_actor(ada), other.id, 0)
    world.reopening.reopen(agent_actor(ada), closed.id, closed.assign_epoch)
    waiting = world.session(closed.id)
    assert (waiting.status, waiting.agent_id) == ("queued", None)
    assert waiting.preferred_agent_id == ada.id
    assert waiting.queued_at == waiting.created_at
    assert len(world.realtime.of(SessionQueued)) == 1


def test_who_had_it_and_gets_it_back_has_not_lost_it(
    world: World, ada: Agent, closed: Session
) -> None:
    world.reopening.reopen(agent_actor(ada), closed.id, closed.assign_epoch)
    assert world.left_agents() == []


def test_who_had_it_loses_it_to_whoever_takes_it_up(world: World, ada: Agent) -> None:
    sales = world.add_department()
    member = world.add_agent(department_ids=[sales.id], capacity=1)
    for takes in (True, False):  # the second time the one who takes it up has no room
        closed = world.add_session(
            department_id=sales.id, status="closed", agent_id=ada.id, open_key=None
        )
        world.reopening.reopen(agent_actor(member), closed.id, closed.assign_epoch)
        now = world.session(closed.id)
        assert now.agent_id == (member.id if takes else None)
        assert world.left_agents()[-1] == (closed.id, ada.id)
        assert world.followers.sifted[-1] == (closed.id, now.belonging)


def test_an_open_one_and_an_old_copy_are_refused(world: World, ada: Agent, closed: Session) -> None:
    with pytest.raises(StaleAssignment):
        world.reopening.reopen(agent_actor(ada), closed.id, closed.assign_epoch - 1)
    visitor = world.visitor(closed.visitor_id)
    with pytest.raises(Forbidden):
        world.reopening.reopen(visitor_actor(visitor), closed.id, closed.assign_epoch)
    epoch = world.reopening.reopen(
        agent_actor(ada), closed.id, closed.assign_epoch
    ).session.assign_epoch
    with pytest.raises(SessionOpen):
        world.reopening.reopen(agent_actor(ada), closed.id, epoch)


def test_a_visitor_has_one_open_session(world: World, ada: Agent, closed: Session) -> None:
    world.add_session(world.visitor(closed.visitor_id))
    with pytest.raises(AlreadyOpen):
        world.reopening.reopen(agent_actor(ada), closed.id, closed.assign_epoch)
    assert world.session(closed.id).status == "closed"
