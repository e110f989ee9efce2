"""What agents are told of where visitors are."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest

from chat_app.domain.actor import Actor
from chat_app.domain.errors import RateLimited
from chat_app.domain.events import VisitorPresenceChanged
from chat_app.domain.limits import Limits
from chat_app.domain.session import Session
from chat_app.domain.visitor import Page
from chat_app.use_cases import whereabouts
from tests.builders import visitor_actor
from tests.use_cases.gathering import at_once
from tests.use_cases.world import World

SHOP, CART = Page("https://shop.test/", "Shop"), Page("https://shop.test/cart", "Cart")
GRACE_SECONDS = 6


@pytest.fixture
def session(world: World) -> Session:
    return world.add_session()


@pytest.fixture
def visitor(session: Session) -> Actor:
    return Actor(kind="visitor", id=session.visitor_id)


def told(world: World) -> list[tuple[bool, Page | None]]:
    """What was announced since the last time."""
    world.whereabouts.announce()
    events = world.realtime.of(VisitorPresenceChanged)
    world.realtime.clear()
    return [(one.online, one.page) for one in events]


def test_the_first_socket_and_the_end_of_the_last_are_told(world: World, visitor: Actor) -> None:
    world.presence.came(visitor, "s1")
    assert told(world) == [(True, None)]
    world.presence.came(visitor, "s2")
    world.presence.left(visitor, "s1", cleanly=True)
    world.clock.advance(GRACE_SECONDS)
    assert told(world) == []
    world.presence.left(visitor, "s2", cleanly=False)
    assert told(world) == []
    world.clock.advance(GRACE_SECONDS)
    assert told(world) == [(False, None)]
    assert told(world) == [], "once"


def test_the_event_holds_the_open_session(world: World, session: Session, visitor: Actor) -> None:
    world.presence.came(visitor, "s1")
    world.whereabouts.announce()
    [event] = world.realtime.of(VisitorPresenceChanged)
    assert event.session.id == session.id


def test_a_reload_tells_nobody_that_the_visitor_left(world: World, visitor: Actor) -> None:
    world.presence.came(visitor, "s1")
    told(world)
    world.presence.left(visitor, "s1", cleanly=True)
    world.clock.advance(GRACE_SECONDS - 1)
    told(world)
    world.presence.came(visitor, "s2")
    world.clock.advance(GRACE_SECONDS)
    assert all(online for online, _ in told(world))


def test_who_only_looked_in_between_two_rounds_is_not_called_present(
    world: World, visitor: Actor
) -> None:
    world.presence.came(visitor, "s1")
    world.presence.left(visitor, "s1", cleanly=True)
    assert told(world) == []


def test_nothing_is_told_of_visitors_without_an_open_session(
    world: World, session: Session, visitor: Actor
) -> None:
    world.close(session)
    for one in (visitor, visitor_actor(world.add_visitor())):
        world.presence.came(one, f"socket of {one.id}")
    assert told(world) == []


def test_another_page_is_told_and_the_same_is_not(world: World, visitor: Actor) -> None:
    world.presence.came(visitor, "s1")
    world.whereabouts.view_page(visitor, SHOP)
    assert told(world) == [(True, SHOP)], "one push for both"
    world.whereabouts.view_page(visitor, SHOP)
    assert told(world) == []
    world.whereabouts.view_page(visitor, CART)
    assert told(world) == [(True, CART)]


def test_agents_see_the_page_beside_the_session(
    world: World, session: Session, visitor: Actor
) -> None:
    agent = Actor(kind="agent", id="a", role="admin")
    assert world.sessions.read(agent, session.id).visitor_page is None
    world.presence.came(visitor, "s1")
    world.whereabouts.view_page(visitor, CART)
    view = world.sessions.read(agent, session.id)
    assert (view.visitor_online, view.visitor_page) == (True, CART)
    world.presence.left(visitor, "s1", cleanly=True)
    view = world.sessions.read(agent, session.id)
    assert (view.visitor_online, view.visitor_page) == (False, None)


def test_pages_are_limited(world: World, visitor: Actor) -> None:
    for _ in range(Limits().page_views_per_minute):
        world.whereabouts.view_page(visitor, SHOP)
    with pytest.raises(RateLimited):
        world.whereabouts.view_page(visitor, CART)
    assert world.visitor_presence.pages[visitor.id] == SHOP


def test_a_storm_is_told_in_parts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whereabouts, "MOST_AT_ONCE", 2)
    for _ in range(5):
        one = Actor(kind="visitor", id=world.add_session().visitor_id)
        world.presence.came(one, f"socket of {one.id}")
    assert [len(told(world)) for _ in range(4)] == [2, 2, 1, 0]


def test_a_quiet_round_asks_the_database_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(world.db), "reading", None)
    world.whereabouts.announce()


def test_sockets_that_open_or_close_at_the_same_moment_are_kept_by_one_command(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitors = [Actor(kind="visitor", id=world.add_session().visitor_id) for _ in range(3)]
    commands: list[int] = []
    for name in ("came", "left"):
        command = getattr(world.visitor_presence, name)

        def counted(sockets: Mapping[str, str], command: Any = command) -> Any:
            commands.append(len(sockets))
            return command(sockets)

        monkeypatch.setattr(world.visitor_presence, name, counted)
    here, sids = world.whereabouts, [one.id for one in visitors]
    at_once(here._coming, *(partial(here.came, one.id, one.id) for one in visitors))
    assert (commands, len(told(world))) == ([3], 3)
    at_once(here._leaving, *(partial(here.left, sid, sid) for sid in sids))
    assert commands == [3, 3]
    assert world.visitor_presence.present(sids) == {}
