"""Who acts, and what can be wrong."""

import pytest

from chat_app.domain import errors
from chat_app.domain.actor import SYSTEM, Actor, Role
from chat_app.domain.errors import ChatError, RateLimited, Validation
from tests.builders import agent_actor, make_agent, make_candidate, visitor_actor


@pytest.mark.parametrize(
    ("role", "oversees"), [("agent", False), ("supervisor", True), ("admin", True)]
)
def test_supervisors_and_admins_oversee(role: Role, *, oversees: bool) -> None:
    actor = agent_actor(make_agent(role=role))
    assert actor.oversees is oversees
    assert (actor.is_agent, actor.is_visitor) == (True, False)


def test_a_visitor_never_oversees_whatever_its_role_says() -> None:
    actor = visitor_actor(role="admin")
    assert (actor.is_visitor, actor.is_agent, actor.oversees) == (True, False, False)


def test_the_system_oversees_without_being_an_agent() -> None:
    assert (SYSTEM.oversees, SYSTEM.is_agent, SYSTEM.is_visitor) == (True, False, False)


def test_an_actor_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Actor(kind="visitor", id="v").role = "admin"  # type: ignore[misc]  # it is frozen


def subclasses(kind: type[ChatError]) -> list[type[ChatError]]:
    found = kind.__subclasses__()
    return found + [deeper for one in found for deeper in subclasses(one)]


def test_every_error_has_its_own_code_and_a_sentence() -> None:
    kinds = subclasses(ChatError)
    assert len({kind.code for kind in kinds}) == len(kinds)
    for kind in kinds:
        assert kind.code.replace("_", "").islower()
        assert kind().detail == kind.title != ChatError.title


def test_the_tree_at_the_top_of_the_module_is_complete() -> None:
    drawn = errors.__doc__ or ""
    assert [kind.__name__ for kind in subclasses(ChatError) if kind.__name__ not in drawn] == []


def test_an_error_of_one_field_names_it() -> None:
    error = Validation.of("seq", "there is no such message yet")
    assert error.errors == {"seq": ["there is no such message yet"]}
    assert str(error) == "seq: there is no such message yet"


def test_a_rate_says_when_to_come_back() -> None:
    assert RateLimited("Slow down", retry_after=7).retry_after == 7


def test_room_ends_at_capacity() -> None:
    assert make_candidate(load=4, capacity=5).has_room
    assert not make_candidate(load=5, capacity=5).has_room
    assert not make_candidate(load=0, capacity=0).has_room
