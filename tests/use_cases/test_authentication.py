"""Signing in and out, and what a token is worth."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial

import pytest

from chat_app.domain.actor import ROLES, Actor
from chat_app.domain.agent import Agent
from chat_app.domain.errors import RateLimited, Unauthorized
from chat_app.use_cases.authentication import TOKEN_LIFETIME
from tests.builders import visitor_actor
from tests.fake_people import FakeBearers
from tests.use_cases.gathering import at_once
from tests.use_cases.world import World

PASSWORD = "password of an agent"


@pytest.fixture
def agent(world: World) -> Agent:
    return world.add_agent(email="wang@example.com", name="Wang", role="supervisor")


def test_signing_in_gives_a_token_that_works(world: World, agent: Agent) -> None:
    login = world.authentication.login("wang@example.com", PASSWORD, "::1")
    assert (login.agent.id, login.expires_at) == (agent.id, world.now + TOKEN_LIFETIME)
    actor = world.authentication.agent_by_token(login.token)
    assert (actor.kind, actor.id, actor.name, actor.role) == (
        "agent", agent.id, "Wang", "supervisor",
    )  # fmt: skip


def test_only_the_hash_of_a_token_is_stored(world: World, agent: Agent) -> None:
    login = world.authentication.login("wang@example.com", PASSWORD, "::1")
    (stored,) = world.db.copy().agent_tokens
    assert stored.token_hash == world.tokens.digest(login.token) != login.token


def test_an_address_is_the_same_in_capitals_and_with_spaces(world: World, agent: Agent) -> None:
    login = world.authentication.login("  Wang@Example.COM ", PASSWORD, "::1")
    assert login.agent.id == agent.id


def test_wrong_password_and_unknown_account_look_the_same(world: World, agent: Agent) -> None:
    details = []
    for email, password in (("wang@example.com", "wrong"), ("nobody@example.com", PASSWORD)):
        with pytest.raises(Unauthorized) as refused:
            world.authentication.login(email, password, "::1")
        details.append(refused.value.detail)
    assert details[0] == details[1]
    assert world.passwords.checked == [agent.password_hash, None], "both cost a comparison"


def test_a_disabled_agent_does_not_come_in(world: World) -> None:
    world.add_agent(email="gone@example.com", disabled=True)
    with pytest.raises(Unauthorized):
        world.authentication.login("gone@example.com", PASSWORD, "::1")
    assert world.limiter.hits["login:account", "gone@example.com"] == 1


def fail(world: World, email: str, address: str, times: int) -> None:
    for _ in range(times):
        with pytest.raises(Unauthorized):
            world.authentication.login(email, "wrong", address)


def test_five_failures_close_the_door_to_an_address(world: World, agent: Agent) -> None:
    for number in range(5):
        fail(world, f"guess{number}@example.com", "192.0.2.1", 1)
    checked = len(world.passwords.checked)
    with pytest.raises(RateLimited) as refused:
        world.authentication.login("wang@example.com", PASSWORD, "192.0.2.1")
    assert refused.value.retry_after == 300
    assert len(world.passwords.checked) == checked, "no password is looked at any more"
    assert world.authentication.login("wang@example.com", PASSWORD, "192.0.2.2").token


def test_ten_failures_close_the_door_to_an_account(world: World, agent: Agent) -> None:
    for number in range(10):
        fail(world, "Wang@example.com", f"192.0.2.{number}", 1)
    with pytest.raises(RateLimited) as refused:
        world.authentication.login("wang@example.com", PASSWORD, "198.51.100.1")
    assert refused.value.retry_after == 900
    world.limiter.pass_time()
    assert world.authentication.login("wang@example.com", PASSWORD, "198.51.100.1").token


def test_signing_in_properly_is_not_counted(world: World, agent: Agent) -> None:
    for _ in range(12):
        world.authentication.login("wang@example.com", PASSWORD, "192.0.2.1")
    assert world.limiter.hits.total() == 0


def test_signing_out_ends_only_the_own_token(world: World, agent: Agent) -> None:
    tokens = [world.authentication.login(agent.email, PASSWORD, "::1").token for _ in range(2)]
    world.authentication.logout(world.authentication.agent_by_token(tokens[0]))
    with pytest.raises(Unauthorized):
        world.authentication.agent_by_token(tokens[0])
    assert world.authentication.agent_by_token(tokens[1]).id == agent.id


def test_signing_out_without_a_token_changes_nothing(world: World, agent: Agent) -> None:
    token = world.authentication.login(agent.email, PASSWORD, "::1").token
    world.authentication.logout(visitor_actor())
    assert world.authentication.agent_by_token(token).id == agent.id


def test_a_token_ends_by_itself(world: World, agent: Agent) -> None:
    token = world.authentication.login(agent.email, PASSWORD, "::1").token
    world.clock.at += TOKEN_LIFETIME - timedelta(milliseconds=1)
    assert world.authentication.agent_by_token(token).id == agent.id
    world.clock.at += timedelta(milliseconds=1)
    with pytest.raises(Unauthorized):
        world.authentication.agent_by_token(token)


def test_disabling_ends_every_token(world: World, agent: Agent) -> None:
    token = world.authentication.login(agent.email, PASSWORD, "::1").token
    with world.db.change() as uow:
        row = uow.agents.get(agent.id)
        assert row is not None
        row.disabled = True
    with pytest.raises(Unauthorized):
        world.authentication.agent_by_token(token)


def test_an_actor_has_its_present_rights(world: World, agent: Agent) -> None:
    department = world.add_department()
    token = world.authentication.login(agent.email, PASSWORD, "::1").token
    digest = world.tokens.digest(token)
    with world.db.change() as uow:
        row = uow.agents.get(agent.id)
        assert row is not None
        row.role, row.department_ids = "agent", [department.id]
    valid = world.authentication.still_valid([digest, "another digest"])
    assert set(valid) == {digest}
    assert valid[digest].role == "agent"
    assert valid[digest].department_ids == frozenset({department.id})
    assert valid[digest].token_id == digest


def test_a_visitors_token_is_its_own(world: World, agent: Agent) -> None:
    opened = world.open(name="Ann")
    assert opened.token is not None
    actor = world.authentication.actor_by_token(opened.token)
    assert (actor.kind, actor.id, actor.name) == ("visitor", opened.visitor.id, "Ann")
    assert actor.site_id == world.site.id
    with pytest.raises(Unauthorized):
        world.authentication.agent_by_token(opened.token)


def test_an_agents_token_is_no_visitors(world: World, agent: Agent) -> None:
    token = world.authentication.login(agent.email, PASSWORD, "::1").token
    assert world.authentication.actor_by_token(token).kind == "agent"
    with pytest.raises(Unauthorized):
        world.authentication.visitor_by_token(token)


@pytest.mark.parametrize("token", ["", "unknown", "\ud800"])
def test_an_unknown_token_is_nobody(world: World, token: str) -> None:
    with pytest.raises(Unauthorized):
        world.authentication.actor_by_token(token)


def test_tokens_that_are_shown_at_the_same_moment_are_looked_up_by_one_query(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = [world.open() for _ in range(3)]
    asked: list[set[str]] = []
    look_up = FakeBearers.of

    def counted(bearers: FakeBearers, hashes: Iterable[str], now: datetime) -> Mapping[str, Actor]:
        asked.append(set(hashes))
        return look_up(bearers, asked[-1], now)

    monkeypatch.setattr(FakeBearers, "of", counted)
    tokens = [*(one.token or "" for one in opened), "a foreign one", opened[0].token or ""]
    authentication = world.authentication
    *found, foreign, again = at_once(
        authentication._callers,
        *(partial(authentication.visitor_by_token, token) for token in tokens),
    )
    assert [getattr(one, "id", None) for one in found] == [
        one.view.session.visitor_id for one in opened
    ]
    assert isinstance(foreign, Unauthorized)
    assert again == found[0]
    assert [len(one) for one in asked] == [4]


def test_each_agent_of_those_who_come_together_has_its_own_rights(world: World) -> None:
    agents = [world.add_agent(email=f"{role}@example.com", role=role) for role in ROLES]
    tokens = [world.authentication.login(one.email, PASSWORD, "::1").token for one in agents]
    authentication = world.authentication
    found = at_once(
        authentication._callers,
        *(partial(authentication.agent_by_token, token) for token in [*tokens, "nonsense"]),
    )
    assert [(getattr(one, "id", None), getattr(one, "role", None)) for one in found[:-1]] == [
        (one.id, one.role) for one in agents
    ]
    assert isinstance(found[-1], Unauthorized)
