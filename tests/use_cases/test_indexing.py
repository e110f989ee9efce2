"""Search learns new texts behind their senders, and changed ones at once."""

import pytest

from chat_app.domain.visitor import Identity
from chat_app.use_cases import indexing
from chat_app.use_cases.indexing import Indexing
from tests.builders import agent_actor, visitor_actor
from tests.use_cases.world import World


def known(world: World) -> dict[str, str]:
    """The texts that search knows, by the ids of what they belong to."""
    return {one.id: one.text.strip() for one in world.db.copy().search_texts}


def test_a_sweep_learns_messages_subjects_and_names_once(world: World) -> None:
    opened = world.open(name="Ann", email="ann@example.com", subject="Shoes")
    session, visitor = opened.view.session, opened.visitor
    message = world.say(visitor_actor(visitor), session.id, "退款").message
    assert known(world) == {}, "nobody who opens or writes waits for it"
    assert Indexing(world.db).sweep() == 3
    assert known(world) == {
        message.id: "退款", session.id: "Shoes", visitor.id: "Ann\nann@example.com"
    }  # fmt: skip
    assert Indexing(world.db).sweep() == 0


def test_a_sweep_ends_and_the_next_one_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "BATCH", 2)
    monkeypatch.setattr(indexing, "MOST_BATCHES", 2)
    session = world.add_session(world.add_visitor(name=None, email=None))
    for number in range(7):
        world.say(visitor_actor(world.visitor(session.visitor_id)), session.id, f"{number}")
    assert [Indexing(world.db).sweep() for _ in range(3)] == [4, 3, 0]


def test_an_edited_message_is_known_as_it_is_now_and_a_recalled_one_as_nothing(
    world: World,
) -> None:
    session, agent = world.add_session(), agent_actor(world.add_agent())
    edited = world.say(agent, session.id, "helo").message
    recalled = world.say(agent, session.id, "a secret").message
    Indexing(world.db).sweep()
    world.revising.edit(agent, session.id, edited.id, "hello")
    world.revising.recall(agent, session.id, recalled.id)
    assert (known(world)[edited.id], known(world)[recalled.id]) == ("hello", "")
    Indexing(world.db).sweep()
    assert (known(world)[edited.id], known(world)[recalled.id]) == ("hello", "")


def test_a_subject_is_known_as_agents_change_it(world: World) -> None:
    session, agent = world.add_session(subject="Shoes"), agent_actor(world.add_agent())
    world.labelling.change(agent, session.id, {"tags": ["vip"]})
    assert known(world) == {}
    world.labelling.change(agent, session.id, {"subject": "Boots"})
    assert known(world)[session.id] == "Boots"
    world.labelling.change(agent, session.id, {"subject": None})
    assert known(world)[session.id] == ""


def test_a_visitor_that_comes_back_with_another_name(world: World) -> None:
    visitor = world.add_visitor(name="Ann", email=None)
    world.open(visitor_actor(visitor), name="Ann")
    assert known(world) == {}
    world.open(visitor_actor(visitor), name="Anna", email="anna@example.com")
    assert known(world)[visitor.id] == "Anna\nanna@example.com"


def test_a_proven_visitor_whose_site_calls_it_otherwise(world: World) -> None:
    world.tokens.identities["a jwt"] = Identity("7", "Ann", None, {})
    visitor = world.open(identity_token="a jwt").visitor
    world.tokens.identities["a jwt"] = Identity("7", "Ann Li", None, {})
    world.open(identity_token="a jwt")
    assert known(world)[visitor.id] == "Ann Li"
