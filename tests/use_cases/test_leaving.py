"""Agents who are gone: nobody waits for an empty chair."""

import pytest

from chat_app.domain.actor import Actor
from chat_app.domain.agent import Agent
from chat_app.domain.errors import StaleAssignment
from chat_app.domain.events import AgentStatusChanged, SessionQueued
from chat_app.domain.session import Session
from chat_app.use_cases.leaving import ANSWERED_SECONDS
from tests.builders import agent_actor
from tests.use_cases.world import World


@pytest.fixture
def agent(world: World) -> Agent:
    return world.add_agent(name="Ada")


@pytest.fixture
def actor(agent: Agent) -> Actor:
    return agent_actor(agent)


def given_to(world: World, actor: Actor) -> Session:
    """A session in the agent's hands."""
    session = world.add_session()
    world.sessions.accept(actor, session.id, session.assign_epoch)
    return world.session(session.id)


def test_offline_returns_unanswered_sessions_at_once_and_answered_ones_later(
    world: World, actor: Actor
) -> None:
    unanswered, answered = given_to(world, actor), given_to(world, actor)
    world.say(actor, answered.id, "Hello")
    world.say(actor, unanswered.id, "only a note", kind="note")
    world.agents.set_status(actor, "offline")
    assert [one.payload for one in world.work("take_back_sessions")] == [{"agent_id": actor.id}]

    assert world.leaving.take_back(actor.id) == 1
    assert world.session(unanswered.id).status == "queued"
    world.clock.advance(ANSWERED_SECONDS - 1)
    assert world.leaving.sweep() == 0
    world.clock.advance(1)
    assert world.leaving.sweep() == 1
    assert world.session(answered.id).status == "queued"


def test_a_returned_session_tells_everybody_and_refuses_stale_hands(
    world: World, actor: Actor
) -> None:
    held = given_to(world, actor)
    world.agents.set_status(actor, "offline")
    world.leaving.sweep()
    returned = world.session(held.id)
    assert (returned.agent_id, returned.assign_epoch) == (None, held.assign_epoch + 1)
    assert "Ada" in world.said_in(held.id)[-1].body
    assert [one.view.session.id for one in world.realtime.of(SessionQueued)] == [held.id]
    assert all(one.open_slot is None for one in world.db.copy().assignments)
    with pytest.raises(StaleAssignment):
        world.sessions.close(actor, held.id, None, held.assign_epoch)


def test_who_lost_the_last_socket_is_gone_when_its_lease_ends(world: World, actor: Actor) -> None:
    held = given_to(world, actor)
    world.clock.advance(74)
    assert world.leaving.sweep() == 0
    world.clock.advance(1)
    assert world.leaving.sweep() == 1
    assert world.session(held.id).status == "queued"


def test_others_see_that_an_agent_is_gone_and_its_choice_stays(world: World, actor: Actor) -> None:
    world.clock.advance(74)
    world.leaving.sweep()
    assert world.realtime.of(AgentStatusChanged) == []
    world.clock.advance(1)
    world.leaving.sweep()
    world.leaving.sweep()
    assert world.realtime.of(AgentStatusChanged) == [AgentStatusChanged(actor.id, "offline", ())]
    assert world.agent(actor.id).status == "online"
    world.realtime.clear()
    world.presence.came(actor, "back again")
    assert world.realtime.of(AgentStatusChanged) == [AgentStatusChanged(actor.id, "online", ())]


def test_who_is_offline_by_choice_is_not_told_of_again(world: World, actor: Actor) -> None:
    world.agents.set_status(actor, "offline")
    world.realtime.clear()
    world.clock.advance(75)
    world.leaving.sweep()
    assert world.realtime.of(AgentStatusChanged) == []


def test_another_socket_keeps_the_sessions(world: World, actor: Actor) -> None:
    given_to(world, actor)
    world.clock.advance(60)
    world.presence.came(actor, "a second socket")
    world.clock.advance(20)
    assert world.leaving.sweep() == 0


def test_who_comes_back_in_time_keeps_what_was_answered(world: World, actor: Actor) -> None:
    held = given_to(world, actor)
    world.say(actor, held.id, "Hello")
    world.clock.advance(75)
    world.leaving.sweep()
    world.presence.came(actor, "back again")
    world.clock.advance(ANSWERED_SECONDS)
    world.presence.agents_alive({"back again": actor.id})
    assert world.leaving.sweep() == 0
    assert world.session(held.id).agent_id == actor.id


def test_away_keeps_sessions(world: World, actor: Actor) -> None:
    held = given_to(world, actor)
    world.agents.set_status(actor, "away")
    assert world.leaving.sweep() == 0
    assert world.session(held.id).agent_id == actor.id


def test_an_agent_who_never_had_a_socket_is_not_missed(world: World) -> None:
    by_rest = agent_actor(world.add_agent(online=False))
    held = given_to(world, by_rest)
    world.clock.advance(3_600)
    assert world.leaving.sweep() == 0
    assert world.session(held.id).agent_id == by_rest.id


def test_closed_sessions_stay_closed(world: World, actor: Actor) -> None:
    held = given_to(world, actor)
    world.sessions.close(actor, held.id, None, held.assign_epoch)
    world.agents.set_status(actor, "offline")
    assert world.leaving.sweep() == 0
