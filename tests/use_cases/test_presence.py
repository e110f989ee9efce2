"""Whose sockets are alive."""

from datetime import timedelta

import pytest

from chat_app.domain.actor import Actor
from chat_app.domain.events import AgentStatusChanged
from tests.builders import agent_actor, visitor_actor
from tests.use_cases.world import World


@pytest.fixture
def agent(world: World) -> Actor:
    return agent_actor(world.add_agent(online=False))


def available(world: World) -> set[str]:
    with world.db.reading() as uow:
        return {one.agent_id for one in uow.agents.candidates(None)}


def test_a_socket_makes_an_agent_available(world: World, agent: Actor) -> None:
    assert available(world) == set()
    world.presence.came(agent, "s1")
    assert available(world) == {agent.id}
    assert world.realtime.events == [AgentStatusChanged(agent.id, "online", ())]
    assert len(world.work("assign_sessions")) == 1


def test_an_away_agents_socket_calls_for_nothing(world: World) -> None:
    away = agent_actor(world.add_agent(online=False, status="away"))
    world.presence.came(away, "s1")
    assert available(world) == set()
    assert world.work("assign_sessions") == []


def test_a_lease_lasts_75_seconds_unless_it_is_renewed(world: World, agent: Actor) -> None:
    world.presence.came(agent, "s1")
    world.clock.advance(60)
    world.presence.agents_alive({"s1": agent.id})
    world.clock.advance(74)
    assert available(world) == {agent.id}
    world.clock.advance(1)
    assert available(world) == set()


def test_a_heartbeat_brings_back_what_was_given_up(world: World, agent: Actor) -> None:
    world.presence.came(agent, "s1")
    world.clock.advance(100)
    assert world.leaving.sweep() == 0
    world.presence.agents_alive({"s1": agent.id})
    assert available(world) == {agent.id}


def test_who_was_given_up_and_lives_is_back(world: World, agent: Actor) -> None:
    world.presence.came(agent, "s1")
    world.clock.advance(100)
    world.leaving.sweep()
    assert world.agent(agent.id).absent_since is not None
    world.realtime.clear()
    world.presence.agents_alive({"s1": agent.id})
    assert world.agent(agent.id).absent_since is None, "its sessions stay"
    assert world.realtime.events == [AgentStatusChanged(agent.id, "online", ())]
    world.presence.agents_alive({"s1": agent.id})
    assert len(world.realtime.events) == 1, "told once"


def test_a_heartbeat_does_not_bring_back_a_disabled_account(world: World, agent: Actor) -> None:
    with world.db.change() as uow:
        stored = uow.agents.get(agent.id)
        assert stored is not None
        stored.disabled = True
    world.presence.agents_alive({"s1": agent.id})
    assert world.realtime.events == []


def test_nothing_is_written_for_nobody(world: World) -> None:
    before = world.db.rows
    world.presence.agents_alive({})
    assert world.db.rows is before


@pytest.mark.parametrize(("cleanly", "seconds"), [(True, 30), (False, 75)])
def test_after_a_socket_closed_there_is_some_grace(
    world: World, agent: Actor, *, cleanly: bool, seconds: int
) -> None:
    world.presence.came(agent, "s1")
    world.presence.left(agent, "s1", cleanly=cleanly)
    (lease,) = world.db.copy().leases
    assert lease.lease_until == world.now + timedelta(seconds=seconds)


def test_closing_never_lengthens_a_lease(world: World, agent: Actor) -> None:
    world.presence.came(agent, "s1")
    world.clock.advance(60)
    world.presence.left(agent, "s1", cleanly=True)
    (lease,) = world.db.copy().leases
    assert lease.lease_until == world.now + timedelta(seconds=15)


def test_one_of_two_sockets_is_enough(world: World, agent: Actor) -> None:
    world.presence.came(agent, "s1")
    world.presence.came(agent, "s2")
    world.presence.left(agent, "s1", cleanly=True)
    world.clock.advance(40)
    assert available(world) == {agent.id}
    assert world.leaving.sweep() == 0
    assert [one.sid for one in world.db.copy().leases] == ["s2"]


def test_visitors_are_only_displayed(world: World) -> None:
    visitor = visitor_actor(world.add_visitor())
    world.presence.came(visitor, "v1")
    world.whereabouts.alive({"v2": visitor.id})
    assert visitor.id in world.visitor_presence.present([visitor.id])
    world.presence.left(visitor, "v1", cleanly=True)
    world.presence.left(visitor, "v2", cleanly=False)
    assert world.visitor_presence.present([visitor.id]) == {}
    assert (world.db.copy().leases, world.realtime.events) == ([], [])
