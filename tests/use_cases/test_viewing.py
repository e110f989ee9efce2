"""Agents see who else looks at a session."""

from dataclasses import replace

import pytest

from chat_app.domain.actor import Actor
from chat_app.domain.events import ViewersChanged
from chat_app.domain.viewing import Viewer
from tests.builders import agent_actor
from tests.use_cases.world import World

SESSION, OTHER = "a session", "another session"


@pytest.fixture
def ada(world: World) -> Actor:
    return replace(agent_actor(world.add_agent(name="Ada")), sid="ada-1")


@pytest.fixture
def bo(world: World) -> Actor:
    return replace(agent_actor(world.add_agent(name="Bo")), sid="bo-1")


def told(world: World) -> list[tuple[str, list[str]]]:
    """Who is said to look at which session, since the last time."""
    events = world.realtime.of(ViewersChanged)
    world.realtime.clear()
    return [(one.session_id, [viewer.name for viewer in one.viewers]) for one in events]


def test_coming_and_going_are_told(world: World, ada: Actor, bo: Actor) -> None:
    assert world.viewing.begin(bo, SESSION) == (Viewer(bo.id, "Bo"),)
    assert world.viewing.begin(ada, SESSION) == (Viewer(ada.id, "Ada"), Viewer(bo.id, "Bo"))
    assert told(world) == [(SESSION, ["Bo"]), (SESSION, ["Ada", "Bo"])]
    world.viewing.end(bo, [SESSION])
    world.viewing.end(ada, [SESSION])
    assert told(world) == [(SESSION, ["Ada"]), (SESSION, [])]


def test_every_session_is_told_for_itself(world: World, ada: Actor, bo: Actor) -> None:
    for actor, session_id in ((ada, SESSION), (ada, OTHER), (bo, OTHER)):
        world.viewing.begin(actor, session_id)
    told(world)
    world.viewing.end(ada, [SESSION, OTHER])
    assert told(world) == [(SESSION, []), (OTHER, ["Bo"])]


def test_two_tabs_of_one_agent_are_one_viewer(world: World, ada: Actor) -> None:
    tab = replace(ada, sid="ada-2")
    world.viewing.begin(ada, SESSION)
    told(world)
    assert world.viewing.begin(tab, SESSION) == (Viewer(ada.id, "Ada"),)
    world.viewing.end(ada, [SESSION])
    assert told(world) == [], "the other tab still looks"
    world.viewing.end(tab, [SESSION])
    assert told(world) == [(SESSION, [])]


def test_joining_again_tells_nobody(world: World, ada: Actor) -> None:
    world.viewing.begin(ada, SESSION)
    told(world)
    world.viewing.begin(ada, SESSION)
    assert told(world) == []


def test_the_dead_are_told_of_by_those_who_live(world: World, ada: Actor, bo: Actor) -> None:
    world.viewing.begin(ada, SESSION)
    world.viewing.begin(bo, SESSION)
    told(world)
    world.viewing.alive({SESSION: [ada]})
    assert told(world) == []
    world.session_viewers.dead.add("bo-1")
    world.viewing.alive({SESSION: [ada]})
    world.viewing.alive({SESSION: [ada]})
    assert told(world) == [(SESSION, ["Ada"])]
