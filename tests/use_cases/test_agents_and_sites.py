"""Accounts, what agents set themselves, and what anybody may know of a site."""

import pytest

from chat_app.domain.agent import AgentStatus
from chat_app.domain.errors import Forbidden, NotFound, Validation
from chat_app.domain.events import AgentStatusChanged
from chat_app.domain.repositories import Duplicate
from chat_app.use_cases.sites import DEFAULT_KEY
from tests.builders import agent_actor, visitor_actor
from tests.use_cases.world import World


def test_the_first_admin_is_made_once(world: World) -> None:
    first = world.agents.ensure_first_admin("Boss@Example.com ", "a long password")
    again = world.agents.ensure_first_admin("another@example.com", "another password")
    (agent,) = world.db.copy().agents
    assert (first.created, first.password) == (True, None), "a given password is not repeated"
    assert (again.created, again.password) == (False, None)
    assert (agent.email, agent.role) == ("boss@example.com", "admin")
    assert world.authentication.login("boss@example.com", "a long password", "::1").token


def test_a_password_that_was_made_up_is_told_once(world: World) -> None:
    first = world.agents.ensure_first_admin("boss@example.com", None)
    assert first.password is not None
    assert len(first.password) == 16
    assert world.authentication.login("boss@example.com", first.password, "::1").token
    assert world.agents.ensure_first_admin("boss@example.com", None).password is None


def test_an_address_belongs_to_one_account(world: World) -> None:
    world.agents.create_admin("boss@example.com", "a long password", "Boss")
    with pytest.raises(Duplicate):
        world.agents.create_admin(" BOSS@example.com", "a long password", "Boss")


@pytest.mark.parametrize("length", [0, 7, 129])
def test_a_password_has_8_to_128_characters(world: World, length: int) -> None:
    with pytest.raises(Validation) as refused:
        world.agents.create_admin("boss@example.com", "x" * length, "Boss")
    assert set(refused.value.errors or {}) == {"password"}
    for good in ("字" * 8, "x" * 128):
        world.agents.create_admin(f"{len(good)}@example.com", good, "Boss")


def test_the_own_account(world: World) -> None:
    agent = world.add_agent()
    assert world.agents.me(agent_actor(agent)).id == agent.id
    with pytest.raises(NotFound):
        world.agents.me(agent_actor())
    with pytest.raises(Forbidden):
        world.agents.me(visitor_actor())


def test_going_away_is_told_but_leaves_no_work(world: World) -> None:
    agent = world.add_agent(department_ids=["d1"])
    assert world.agents.set_status(agent_actor(agent), "away").status == "away"
    assert world.agent(agent.id).status == "away"
    assert world.realtime.events == [AgentStatusChanged(agent.id, "away", ("d1",))]
    assert (world.work("assign_sessions"), world.wakeup.nudges) == ([], 0)


def test_coming_back_calls_for_waiting_sessions(world: World) -> None:
    agent = world.add_agent(status="away")
    world.agents.set_status(agent_actor(agent), "online")
    assert len(world.work("assign_sessions")) == 1
    assert world.wakeup.nudges == 1


@pytest.mark.parametrize("status", ["online", "away"])
def test_what_is_chosen_without_a_socket_shows_once_there_is_one(
    world: World, status: AgentStatus
) -> None:
    agent = world.add_agent(online=False, status="offline")
    assert world.agents.set_status(agent_actor(agent), status).status == status
    world.presence.came(agent_actor(agent), "s1")
    told = [one.status for one in world.realtime.of(AgentStatusChanged)]
    assert told == ["offline", status]


def test_only_agents_have_a_status(world: World) -> None:
    with pytest.raises(Forbidden):
        world.agents.set_status(visitor_actor(), "away")


# --- Sites ---------------------------------------------------------------------------------------


def test_the_default_site_is_made_where_none_is() -> None:
    world = World()
    world.db.rows.sites.clear()
    world.sites.ensure_default()
    world.sites.ensure_default()
    (site,) = world.db.copy().sites
    assert site.key == DEFAULT_KEY
    assert world.sites.public().key == DEFAULT_KEY


def test_keys_and_secrets_of_a_new_site_are_its_own(world: World) -> None:
    first, second = world.sites.create("One"), world.sites.create("Two")
    assert first.key != second.key
    assert first.identity_secret not in (None, second.identity_secret)
    with pytest.raises(Duplicate):
        world.sites.create("Three", first.key)


def test_what_anybody_may_know_of_a_site(world: World) -> None:
    site = world.add_site(allowed_origins=["https://a.example"], prechat_fields=["email"])
    public = world.sites.public(site.key)
    assert (public.key, public.name, public.agents_online) == (site.key, site.name, False)
    assert (public.allowed_origins, public.prechat_fields) == (("https://a.example",), ("email",))
    assert site.identity_secret not in vars(public).values()
    with pytest.raises(NotFound):
        world.sites.public("nowhere")


def test_agents_are_online_for_the_sites_department(world: World) -> None:
    sales, support = world.add_department(), world.add_department()
    site = world.add_site(department_id=sales.id)
    world.add_agent(department_ids=[support.id])
    assert not world.sites.public(site.key).agents_online
    world.add_agent(department_ids=[sales.id])
    assert world.sites.public(site.key).agents_online


def test_origins(world: World) -> None:
    site = world.add_site(allowed_origins=["https://a.example"])
    assert world.sites.origins() == [[], ["https://a.example"]]
    assert world.sites.origins_of(site.id) == ["https://a.example"]
    assert world.sites.origins_of("nowhere") == []
