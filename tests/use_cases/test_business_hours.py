"""The hours of sites and departments as admins keep them."""

from typing import Any

import pytest

from chat_app.domain.actor import Actor
from chat_app.domain.business_hours import Interval
from chat_app.domain.errors import Forbidden, NotFound, Validation
from chat_app.use_cases.business_hours import NewSchedule
from tests.builders import agent_actor, new_id, visitor_actor
from tests.use_cases.world import World

MORNING = [Interval(weekday=0, opens="09:00", closes="12:00")]


@pytest.fixture
def boss(world: World) -> Actor:
    """An admin."""
    return agent_actor(world.add_agent(role="admin", online=False))


def new(**over: Any) -> NewSchedule:
    return NewSchedule(**{"time_zone": "Asia/Shanghai", "intervals": MORNING, **over})


def test_every_agent_may_read(world: World) -> None:
    first, second = world.add_schedule(), world.add_schedule()
    mia = agent_actor(world.add_agent())
    page = world.business_hours.list(mia, None, 1)
    assert [one.id for one in page.items] == [first.id]
    rest = world.business_hours.list(mia, page.next_cursor)
    assert ([one.id for one in rest.items], rest.next_cursor) == ([second.id], None)
    assert world.business_hours.read(mia, first.id).time_zone == "UTC"
    for behaviour in (
        lambda: world.business_hours.list(visitor_actor()),
        lambda: world.business_hours.read(visitor_actor(), first.id),
    ):
        with pytest.raises(Forbidden):
            behaviour()


@pytest.mark.parametrize("role", ["agent", "supervisor"])
def test_only_admins_change_anything(world: World, role: str) -> None:
    schedule = world.add_schedule()
    other = agent_actor(world.add_agent(role=role))
    for behaviour in (
        lambda: world.business_hours.create(other, new(site_id=world.site.id)),
        lambda: world.business_hours.change(other, schedule.id, {"enabled": False}),
        lambda: world.business_hours.delete(other, schedule.id),
    ):
        with pytest.raises(Forbidden):
            behaviour()
    assert [one.enabled for one in world.db.copy().business_hours] == [True]


def test_hours_are_made_changed_and_forgotten(world: World, boss: Actor) -> None:
    made = world.business_hours.create(boss, new(site_id=world.site.id))
    assert (made.site_id, made.department_id, made.enabled) == (world.site.id, None, True)
    assert (made.created_at, made.intervals) == (world.now, MORNING)
    changed = world.business_hours.change(boss, made.id, {"time_zone": "UTC", "enabled": False})
    assert (changed.time_zone, changed.enabled, changed.intervals) == ("UTC", False, MORNING)
    assert world.business_hours.change(boss, made.id, {"intervals": []}).intervals == []
    world.business_hours.delete(boss, made.id)
    for behaviour in (
        lambda: world.business_hours.read(boss, made.id),
        lambda: world.business_hours.change(boss, made.id, {}),
        lambda: world.business_hours.delete(boss, made.id),
    ):
        with pytest.raises(NotFound):
            behaviour()


def test_they_belong_to_exactly_one(world: World, boss: Actor) -> None:
    sales = world.add_department()
    both = {"site_id": world.site.id, "department_id": sales.id}
    for owner in ({}, both):
        with pytest.raises(Validation) as refused:
            world.business_hours.create(boss, new(**owner))
        assert set(refused.value.errors or {}) == {"site_id", "department_id"}
    for name, owner_id in both.items():
        assert world.business_hours.create(boss, new(**{name: owner_id})).enabled
        with pytest.raises(Validation) as refused:
            world.business_hours.create(boss, new(**{name: owner_id}))
        assert refused.value.errors == {name: ["has business hours already"]}


@pytest.mark.parametrize("name", ["site_id", "department_id"])
def test_their_owner_must_exist(world: World, boss: Actor, name: str) -> None:
    world.add_site()
    sales = world.add_department()
    world.departments.delete(boss, sales.id)
    world.site_settings.delete(boss, world.site.id)
    gone = world.site.id if name == "site_id" else sales.id
    for owner_id in (gone, new_id()):
        with pytest.raises(Validation) as refused:
            world.business_hours.create(boss, new(**{name: owner_id}))
        assert set(refused.value.errors or {}) == {name}


def test_what_is_deleted_takes_its_hours_along(world: World, boss: Actor) -> None:
    kept = world.add_schedule(site_id=world.add_site().id)
    sales = world.add_department()
    world.add_schedule(department_id=sales.id)
    world.add_schedule(site_id=world.site.id)
    world.departments.delete(boss, sales.id)
    world.site_settings.delete(boss, world.site.id)
    assert [one.id for one in world.db.copy().business_hours] == [kept.id]


def test_what_anybody_may_know_of_the_hours(world: World, boss: Actor) -> None:
    public = world.sites.public(world.site.key)
    assert (public.open, public.opens_at) == (True, None)
    # It is Sunday noon.
    sites = world.add_schedule((6, "14:00", "15:00"), site_id=world.site.id)
    public = world.sites.public(world.site.key)
    assert (public.open, public.agents_online) == (False, False)
    assert public.opens_at is not None
    assert public.opens_at.isoformat() == "2026-03-01T14:00:00+00:00"
    world.add_agent()
    assert (world.sites.public().open, world.sites.public().agents_online) == (False, True)
    world.business_hours.delete(boss, sites.id)
    assert world.sites.public(world.site.key).open


def test_a_sites_department_has_hours_of_its_own(world: World, boss: Actor) -> None:
    sales = world.add_department()
    site = world.add_site(department_id=sales.id)
    world.add_schedule(site_id=site.id)
    assert not world.sites.public(site.key).open
    departments = world.add_schedule((6, "10:00", "13:00"), department_id=sales.id)
    assert world.sites.public(site.key).open
    world.business_hours.change(boss, departments.id, {"enabled": False})
    assert not world.sites.public(site.key).open
