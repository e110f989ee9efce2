"""Groups of agents as admins keep them."""

from typing import Any

import pytest

from chat_app.domain.actor import Actor
from chat_app.domain.errors import Forbidden, NotFound, Validation
from chat_app.domain.events import SessionQueued, SessionUpdated
from chat_app.use_cases.departments import BATCH, NewDepartment
from tests.builders import agent_actor, new_id, visitor_actor
from tests.use_cases.world import World


@pytest.fixture
def boss(world: World) -> Actor:
    """An admin."""
    return agent_actor(world.add_agent(role="admin", online=False))


def field_of(refused: pytest.ExceptionInfo[Validation]) -> set[str]:
    return set(refused.value.errors or {})


def test_every_agent_may_read(world: World, boss: Actor) -> None:
    sales, support = world.add_department(), world.add_department()
    mia = world.add_agent(department_ids=[sales.id])
    page = world.departments.list(agent_actor(mia))
    assert [(one.department.id, one.agent_ids) for one in page.items] == [
        (sales.id, (mia.id,)),
        (support.id, ()),
    ]
    assert world.departments.read(agent_actor(mia), sales.id).agent_ids == (mia.id,)
    with pytest.raises(Forbidden):
        world.departments.list(visitor_actor())


def test_a_list_goes_on_where_its_cursor_says(world: World, boss: Actor) -> None:
    ids = [world.add_department().id for _ in range(3)]
    first = world.departments.list(boss, None, 2)
    second = world.departments.list(boss, first.next_cursor, 2)
    assert [one.department.id for one in (*first.items, *second.items)] == ids
    assert second.next_cursor is None


@pytest.mark.parametrize("role", ["agent", "supervisor"])
def test_only_admins_change_anything(world: World, role: str) -> None:
    sales = world.add_department()
    other = agent_actor(world.add_agent(role=role, department_ids=[sales.id]))
    with pytest.raises(Forbidden):
        world.departments.create(other, NewDepartment("Support"))
    with pytest.raises(Forbidden):
        world.departments.change(other, sales.id, {"name": "x"})
    with pytest.raises(Forbidden):
        world.departments.delete(other, sales.id)


def test_a_new_one_has_members_at_once(world: World, boss: Actor) -> None:
    mia = world.add_agent()
    made = world.departments.create(boss, NewDepartment("Sales", agent_ids=[mia.id]))
    assert made.agent_ids == (mia.id,)
    assert made.department.strategy == "least_busy"
    assert world.agent(mia.id).department_ids == [made.department.id]
    assert len(world.work("assign_sessions")) == 1


@pytest.mark.parametrize("name", ["Sales", "SALES", "straße"])
def test_no_two_have_the_same_name(world: World, boss: Actor, name: str) -> None:
    sales = world.add_department(name="sales")
    world.add_department(name="STRASSE")
    with pytest.raises(Validation) as refused:
        world.departments.create(boss, NewDepartment(name))
    assert field_of(refused) == {"name"}
    other = world.add_department()
    with pytest.raises(Validation):
        world.departments.change(boss, other.id, {"name": name})
    assert world.departments.change(boss, sales.id, {"name": "Sales"}).department.name == "Sales"


def test_only_what_is_named_changes(world: World, boss: Actor) -> None:
    mia = world.add_agent()
    sales = world.add_department(max_queue=3)
    world.departments.change(boss, sales.id, {"agent_ids": [mia.id]})
    changed = world.departments.change(boss, sales.id, {"strategy": "manual"})
    assert (changed.department.strategy, changed.department.max_queue) == ("manual", 3)
    assert changed.agent_ids == (mia.id,)
    before = len(world.work("assign_sessions"))
    assert world.departments.change(boss, sales.id, {}).department.name == sales.name
    assert len(world.work("assign_sessions")) == before


def test_new_members_are_given_its_sessions(world: World, boss: Actor) -> None:
    sales, mia = world.add_department(), world.add_agent()
    waiting = world.add_session(department_id=sales.id)
    assert world.assigning.assign_waiting() == 0
    world.departments.change(boss, sales.id, {"agent_ids": [mia.id]})
    assert len(world.work("assign_sessions")) == 1
    assert world.assigning.assign_waiting() == 1
    assert world.session(waiting.id).agent_id == mia.id


def test_members_and_fallback_must_exist(world: World, boss: Actor) -> None:
    gone_agent, gone = world.add_agent(), world.add_department()
    world.staff.delete(boss, gone_agent.id)
    world.departments.delete(boss, gone.id)
    wrong: dict[str, Any]
    for wrong in (
        {"agent_ids": [gone_agent.id]},
        {"agent_ids": [new_id()]},
        {"fallback_department_id": gone.id},
        {"fallback_department_id": new_id()},
    ):
        with pytest.raises(Validation) as refused:
            world.departments.create(boss, NewDepartment("Sales", **wrong))
        assert field_of(refused) == set(wrong)
        sales = world.add_department()
        with pytest.raises(Validation) as refused:
            world.departments.change(boss, sales.id, wrong)
        assert field_of(refused) == set(wrong)


def test_fallbacks_lead_nowhere_back(world: World, boss: Actor) -> None:
    a, b, c = (world.add_department() for _ in range(3))
    world.departments.change(boss, a.id, {"fallback_department_id": b.id})
    world.departments.change(boss, b.id, {"fallback_department_id": c.id})
    for department, fallback in ((a, a), (b, a), (c, a)):
        with pytest.raises(Validation) as refused:
            world.departments.change(boss, department.id, {"fallback_department_id": fallback.id})
        assert field_of(refused) == {"fallback_department_id"}
    cleared = world.departments.change(boss, a.id, {"fallback_department_id": None})
    assert cleared.department.fallback_department_id is None


def test_a_deleted_one_is_referred_to_by_nothing_new(world: World, boss: Actor) -> None:
    sales = world.add_department(name="Sales")
    mia = world.add_agent(department_ids=[sales.id])
    site = world.add_site(department_id=sales.id)
    other = world.add_department(fallback_department_id=sales.id)
    closed = world.add_session(status="closed", department_id=sales.id)
    world.departments.delete(boss, sales.id)

    assert world.agent(mia.id).department_ids == []
    assert world.site_settings.read(boss, site.id).department_id is None
    assert world.departments.read(boss, other.id).department.fallback_department_id is None
    shown = world.sessions.read(boss, closed.id).department
    assert shown is not None
    assert shown.name == "Sales", "what is over keeps what it was"
    with pytest.raises(NotFound):
        world.departments.read(boss, sales.id)
    with pytest.raises(Validation):
        world.open(department_id=sales.id)
    world.departments.create(boss, NewDepartment("Sales"))


@pytest.mark.parametrize("with_fallback", [True, False])
def test_its_open_sessions_go_elsewhere(world: World, boss: Actor, with_fallback: bool) -> None:
    fallback = world.add_department() if with_fallback else None
    mia = world.add_agent(online=False)
    sales = world.add_department(fallback_department_id=fallback.id if fallback else None)
    waiting = world.add_session(department_id=sales.id)
    active = world.add_session(department_id=sales.id, status="active", agent_id=mia.id)
    world.departments.delete(boss, sales.id)

    for session in (waiting, active):
        moved = world.session(session.id)
        assert moved.department_id == (fallback.id if fallback else None)
        assert (moved.status, moved.assign_epoch) == (session.status, session.assign_epoch)
    told = [one.view.session.id for one in world.realtime.of(SessionUpdated)]
    assert sorted(told) == sorted([waiting.id, active.id])
    assert [one.view.session.id for one in world.realtime.of(SessionQueued)] == [waiting.id]
    assert set(world.left_departments()) == {(waiting.id, sales.id), (active.id, sales.id)}


def test_a_worker_moves_the_rest(world: World, boss: Actor) -> None:
    sales = world.add_department()
    for _ in range(BATCH + 2):
        world.add_session(department_id=sales.id)
    assert world.departments.empty(sales.id) == 0, "not deleted"
    world.departments.delete(boss, sales.id)
    (entry,) = world.work("empty_department")
    assert world.departments.empty(entry.payload["department_id"]) == 2
    assert all(one.department_id is None for one in world.db.copy().sessions)
