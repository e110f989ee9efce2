"""Visitors nobody has seen before: what cannot be there is not asked for."""

import pytest

from tests.builders import make_draft, visitor_actor
from tests.fake_conversations import FakeMessages, FakeSessions
from tests.fake_people import FakeVisitors
from tests.use_cases.world import World


def test_of_a_stranger_no_earlier_session_is_looked_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("open_of", "last_agent_of"):
        monkeypatch.setattr(FakeSessions, name, None)
    opened = world.open()
    assert opened.created
    assert world.session(opened.view.session.id).preferred_agent_id is None


def test_of_a_strangers_first_message_nothing_earlier_is_looked_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeMessages, "by_client_ids", None)
    monkeypatch.setattr(FakeVisitors, "blocked_among", None)
    opened = world.open(message=make_draft("你好"))
    assert [one.body for one in world.said_in(opened.view.session.id)] == ["你好"]


def test_who_has_a_token_is_none(world: World) -> None:
    opened = world.open()
    again = world.open(visitor_actor(opened.visitor))
    assert (again.created, again.view.session.id) == (False, opened.view.session.id)
