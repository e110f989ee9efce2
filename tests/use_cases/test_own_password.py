"""Replacing one's own password."""

import pytest

from chat_app.domain.errors import Forbidden, RateLimited, Unauthorized, Validation
from tests.builders import agent_actor, visitor_actor
from tests.use_cases.world import World

OLD, NEW = "the old password", "the new password"
EMAIL = "mia@example.com"


def test_it_ends_every_sign_in_and_the_new_one_works(world: World) -> None:
    agent = agent_actor(world.add_agent(email=EMAIL, password_hash=f"plain:{OLD}"))
    tokens = [world.authentication.login(EMAIL, OLD, "").token for _ in range(2)]
    world.authentication.change_password(agent, OLD, NEW, "")
    for token in tokens:
        with pytest.raises(Unauthorized):
            world.authentication.agent_by_token(token)
    with pytest.raises(Unauthorized):
        world.authentication.login(EMAIL, OLD, "")
    assert world.authentication.login(EMAIL, NEW, "").token


@pytest.mark.parametrize("new", ["short", "x" * 129, "password123"])
def test_a_bad_new_one_is_refused(world: World, new: str) -> None:
    agent = agent_actor(world.add_agent(email=EMAIL, password_hash=f"plain:{OLD}"))
    with pytest.raises(Validation) as refused:
        world.authentication.change_password(agent, OLD, new, "")
    assert set(refused.value.errors or {}) == {"new_password"}
    assert world.authentication.login(EMAIL, OLD, "").token


def test_guesses_count_as_failed_logins(world: World) -> None:
    agent = agent_actor(world.add_agent(email=EMAIL, password_hash=f"plain:{OLD}"))
    for _ in range(5):
        with pytest.raises(Validation) as refused:
            world.authentication.change_password(agent, "a guess", NEW, "::1")
        assert set(refused.value.errors or {}) == {"current_password"}
    with pytest.raises(RateLimited):
        world.authentication.change_password(agent, OLD, NEW, "::1")
    with pytest.raises(RateLimited):
        world.authentication.login(EMAIL, OLD, "::1")


def test_only_agents_have_one(world: World) -> None:
    with pytest.raises(Forbidden):
        world.authentication.change_password(visitor_actor(), OLD, NEW, "")
    with pytest.raises(Unauthorized):
        world.authentication.change_password(agent_actor(), OLD, NEW, "")
