"""Visitors whose site proves who they are open sessions (PROTOCOL.md, 3.1)."""

from typing import Any

import pytest

from chat_app.domain.errors import Blocked, Unauthorized
from chat_app.domain.visitor import Identity
from tests.builders import make_site, visitor_actor
from tests.use_cases.world import World


def identify(world: World, **said: Any) -> None:
    """Let the token "a jwt" be a good one."""
    given = {"subject": "user-7", "name": "Ann", "email": "ann@example.com"} | said
    world.tokens.identities["a jwt"] = Identity(**given)


def test_an_identity_is_checked_with_the_sites_secret_and_key(world: World) -> None:
    identify(world)
    world.open(identity_token="a jwt")
    assert world.tokens.asked == [
        {
            "token": "a jwt",
            "secret": world.site.identity_secret,
            "audience": world.site.key,
            "now": world.now,
        }
    ]


def test_an_identity_makes_a_verified_visitor(world: World) -> None:
    identify(world, attributes={"plan": "pro"})
    opened = world.open(identity_token="a jwt", name="Liar", attributes={"plan": "free", "x": 1})
    visitor = world.visitor(opened.visitor.id)
    assert visitor.verified
    assert (visitor.external_id, visitor.user_id) == ("user-7", "user-7")
    assert (visitor.name, visitor.email) == ("Ann", "ann@example.com")
    assert visitor.attributes == {"plan": "pro", "x": 1}


def test_an_identity_that_does_not_say_them_leaves_name_and_address(world: World) -> None:
    identify(world)
    visitor = world.open(identity_token="a jwt").visitor
    identify(world, name=None, email=None)
    world.open(identity_token="a jwt")
    now = world.visitor(visitor.id)
    assert (now.name, now.email) == ("Ann", "ann@example.com")


def test_the_same_person_on_a_second_device_joins_its_open_session(world: World) -> None:
    identify(world)
    first = world.open(identity_token="a jwt")
    second = world.open(identity_token="a jwt")
    assert second.view.session.id == first.view.session.id
    assert (second.visitor.id, second.created) == (first.visitor.id, False)
    assert second.token not in (None, first.token)


def test_the_same_person_without_an_open_session_begins_a_new_one(world: World) -> None:
    identify(world)
    first = world.open(identity_token="a jwt")
    world.sessions.close(visitor_actor(first.visitor), first.view.session.id)
    second = world.open(identity_token="a jwt")
    assert (second.visitor.id, second.created) == (first.visitor.id, True)


def test_the_same_user_id_of_another_site_is_somebody_else(world: World) -> None:
    identify(world)
    here = world.open(identity_token="a jwt")
    there = world.open(identity_token="a jwt", site_key=world.add_site().key)
    assert there.visitor.id != here.visitor.id


def test_an_unproven_user_id_never_joins_a_proven_one(world: World) -> None:
    identify(world)
    proven = world.open(identity_token="a jwt")
    claimed = world.open(user_id="user-7", email="ann@example.com")
    assert claimed.visitor.id != proven.visitor.id
    assert not claimed.visitor.verified


def test_an_identity_that_is_not_valid_stores_nothing(world: World) -> None:
    with pytest.raises(Unauthorized):
        world.open(identity_token="forged")
    assert (world.db.copy().visitors, world.db.copy().sessions) == ([], [])


def test_a_site_without_a_secret_hands_on_an_empty_one(world: World) -> None:
    site = make_site(identity_secret=None)
    with world.db.change() as uow:
        uow.sites.add(site)
    with pytest.raises(Unauthorized):
        world.open(identity_token="a jwt", site_key=site.key)
    assert world.tokens.asked[0]["secret"] == ""


def test_a_blocked_person_is_blocked_on_every_device(world: World) -> None:
    identify(world)
    visitor = world.add_visitor(external_id="user-7", verified=True, blocked=True)
    with pytest.raises(Blocked):
        world.open(identity_token="a jwt")
    assert [one.visitor_id for one in world.db.copy().visitor_tokens] == [visitor.id]
