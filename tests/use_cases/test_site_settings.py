"""Websites as admins set them."""

import pytest

from chat_app.domain.actor import Actor
from chat_app.domain.errors import Forbidden, NotFound, Validation
from chat_app.use_cases.site_settings import NewSite
from tests.builders import agent_actor, new_id, visitor_actor
from tests.use_cases.world import World


@pytest.fixture
def boss(world: World) -> Actor:
    """An admin."""
    return agent_actor(world.add_agent(role="admin", online=False))


def test_supervisors_read_and_only_admins_change(world: World, boss: Actor) -> None:
    supervisor = agent_actor(world.add_agent(role="supervisor"))
    agent = agent_actor(world.add_agent())
    assert [one.id for one in world.site_settings.list(supervisor).items] == [world.site.id]
    assert world.site_settings.read(supervisor, world.site.id).key == world.site.key
    for other in (agent, visitor_actor()):
        with pytest.raises(Forbidden):
            world.site_settings.list(other)
        with pytest.raises(Forbidden):
            world.site_settings.read(other, world.site.id)
    for other in (agent, supervisor):
        with pytest.raises(Forbidden):
            world.site_settings.create(other, NewSite("Shop"))
        with pytest.raises(Forbidden):
            world.site_settings.change(other, world.site.id, {})
        with pytest.raises(Forbidden):
            world.site_settings.delete(other, world.site.id)
        with pytest.raises(Forbidden):
            world.site_settings.renew_identity_secret(other, world.site.id)


def test_a_new_site_has_a_key_of_its_own(world: World, boss: Actor) -> None:
    made = world.site_settings.create(boss, NewSite("Shop", theme={"position": "left"}))
    assert made.key != world.site.key
    assert world.sites.public(made.key).theme == {"position": "left"}


def test_only_what_is_named_changes(world: World, boss: Actor) -> None:
    sales = world.add_department()
    made = world.site_settings.create(boss, NewSite("Shop", locale="zh-CN"))
    changed = world.site_settings.change(boss, made.id, {"department_id": sales.id})
    assert (changed.name, changed.locale, changed.department_id) == ("Shop", "zh-CN", sales.id)
    assert world.site_settings.change(boss, made.id, {}).department_id == sales.id


def test_its_department_must_exist(world: World, boss: Actor) -> None:
    for attempt in (
        lambda: world.site_settings.create(boss, NewSite("Shop", department_id=new_id())),
        lambda: world.site_settings.change(boss, world.site.id, {"department_id": new_id()}),
    ):
        with pytest.raises(Validation) as refused:
            attempt()
        assert set(refused.value.errors or {}) == {"department_id"}


def test_the_last_site_stays(world: World, boss: Actor) -> None:
    with pytest.raises(Validation):
        world.site_settings.delete(boss, world.site.id)
    other = world.site_settings.create(boss, NewSite("Shop"))
    world.site_settings.delete(boss, world.site.id)
    with pytest.raises(Validation):
        world.site_settings.delete(boss, other.id)
    assert world.sites.public().key == other.key, "the default site is now the oldest that is left"


def test_a_deleted_site_takes_nobody_in(world: World, boss: Actor) -> None:
    made = world.site_settings.create(boss, NewSite("Shop", ["https://shop.example"]))
    opened = world.open(site_key=made.key)
    visitor = visitor_actor(opened.visitor)
    world.site_settings.delete(boss, made.id)
    for attempt in (
        lambda: world.sites.public(made.key),
        lambda: world.open(site_key=made.key),
        lambda: world.open(visitor, site_key=None),
        lambda: world.site_settings.read(boss, made.id),
        lambda: world.site_settings.change(boss, made.id, {"name": "x"}),
        lambda: world.site_settings.delete(boss, made.id),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert ["https://shop.example"] not in world.sites.origins()
    world.say(visitor, opened.view.session.id)
    assert world.sites.origins_of(made.id) == ["https://shop.example"]


def test_the_old_identity_secret_ends(world: World, boss: Actor) -> None:
    secret = world.site_settings.renew_identity_secret(boss, world.site.id)
    stored = world.site_settings.read(boss, world.site.id)
    assert stored.identity_secret == secret != world.site.identity_secret
