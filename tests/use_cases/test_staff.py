"""Accounts as admins keep them."""

from typing import Any

import pytest

from chat_app.domain.actor import Actor
from chat_app.domain.agent import Agent
from chat_app.domain.errors import Forbidden, NotFound, Unauthorized, Validation
from chat_app.domain.events import AgentStatusChanged, SessionQueued, SessionUpdated
from chat_app.use_cases.staff import BATCH, NewAgent
from tests.builders import agent_actor, make_assignment, new_id, visitor_actor
from tests.use_cases.world import World

PASSWORD = "a long password"


@pytest.fixture
def boss(world: World) -> Actor:
    """An admin."""
    return agent_actor(world.add_agent(role="admin", online=False, name="Boss"))


def serve(world: World, agent: Agent, **over: Any) -> str:
    """A session in the agent's hands, in its first slot; its id."""
    session = world.add_session(status="active", agent_id=agent.id, assign_epoch=1, **over)
    with world.db.change() as uow:
        uow.assignments.add(make_assignment(session, agent))
    return session.id


def field_of(refused: pytest.ExceptionInfo[Validation]) -> set[str]:
    return set(refused.value.errors or {})


class TestReading:
    def test_every_agent_may_read(self, world: World, boss: Actor) -> None:
        reader = agent_actor(world.add_agent(online=False))
        page = world.staff.list(reader)
        assert [one.id for one in page.items] == [boss.id, reader.id]
        assert page.next_cursor is None
        assert world.staff.read(reader, boss.id).name == "Boss"
        with pytest.raises(Forbidden):
            world.staff.list(visitor_actor())

    def test_a_list_goes_on_where_its_cursor_says(self, world: World, boss: Actor) -> None:
        ids = [boss.id, *(world.add_agent(online=False).id for _ in range(4))]
        found: list[str] = []
        cursor = None
        for _ in range(3):
            page = world.staff.list(boss, cursor, 2)
            found += [one.id for one in page.items]
            cursor = page.next_cursor
        assert found == ids
        assert cursor is None

    def test_what_is_unknown_or_deleted_is_not_there(self, world: World, boss: Actor) -> None:
        gone = world.add_agent(online=False)
        world.staff.delete(boss, gone.id)
        for agent_id in (gone.id, new_id()):
            with pytest.raises(NotFound):
                world.staff.read(boss, agent_id)
            with pytest.raises(NotFound):
                world.staff.change(boss, agent_id, {"name": "x"})
            with pytest.raises(NotFound):
                world.staff.delete(boss, agent_id)
        assert [one.id for one in world.staff.list(boss).items] == [boss.id]


class TestCreating:
    def test_what_is_left_out_has_a_default(self, world: World, boss: Actor) -> None:
        made = world.staff.create(boss, NewAgent("Mia", " Mia@Example.com", PASSWORD))
        assert (made.email, made.role, made.capacity) == ("mia@example.com", "agent", 5)
        assert world.authentication.login("mia@example.com", PASSWORD, "::1").token

    def test_a_new_agent_calls_for_waiting_sessions(self, world: World, boss: Actor) -> None:
        world.staff.create(boss, NewAgent("Mia", "mia@example.com", PASSWORD))
        assert len(world.work("assign_sessions")) == 1

    @pytest.mark.parametrize(
        ("over", "field"),
        [
            ({"email": "BOSS@example.com"}, "email"),
            ({"password": "short"}, "password"),
            ({"password": "Password123"}, "password"),
            ({"department_ids": (new_id(),)}, "department_ids"),
        ],
    )
    def test_what_does_not_fit_is_refused(
        self, world: World, boss: Actor, over: dict[str, Any], field: str
    ) -> None:
        world.staff.change(boss, boss.id, {"email": "boss@example.com"})
        given = {"name": "Mia", "email": "mia@example.com", "password": PASSWORD} | over
        with pytest.raises(Validation) as refused:
            world.staff.create(boss, NewAgent(**given))
        assert field_of(refused) == {field}
        assert len(world.db.copy().agents) == 1

    @pytest.mark.parametrize("role", ["agent", "supervisor"])
    def test_only_admins_change_anything(self, world: World, boss: Actor, role: str) -> None:
        other = agent_actor(world.add_agent(role=role))
        with pytest.raises(Forbidden):
            world.staff.create(other, NewAgent("Mia", "mia@example.com", PASSWORD))
        with pytest.raises(Forbidden):
            world.staff.change(other, other.id, {"role": "admin"})
        with pytest.raises(Forbidden):
            world.staff.delete(other, boss.id)


class TestChanging:
    def test_only_what_is_named_changes(self, world: World, boss: Actor) -> None:
        sales = world.add_department()
        agent = world.add_agent(languages=["en"], department_ids=[sales.id])
        changed = world.staff.change(boss, agent.id, {"name": "New", "skills": ["sofas"]})
        assert (changed.name, changed.skills) == ("New", ["sofas"])
        assert (changed.email, changed.languages) == (agent.email, ["en"])
        assert world.agent(agent.id).department_ids == [sales.id]

    def test_nothing_named_changes_nothing(self, world: World, boss: Actor) -> None:
        agent = world.add_agent()
        assert world.staff.change(boss, agent.id, {}).id == agent.id
        assert world.realtime.events == []
        assert world.work("assign_sessions") == []

    @pytest.mark.parametrize("key", ["capacity", "department_ids"])
    def test_more_room_calls_for_waiting_sessions(
        self, world: World, boss: Actor, key: str
    ) -> None:
        agent, sales = world.add_agent(capacity=0), world.add_department()
        visitor = world.add_visitor()
        waiting = world.add_session(visitor, department_id=sales.id)
        changes: dict[str, Any] = {"capacity": 1, "department_ids": [sales.id]}
        world.staff.change(boss, agent.id, {key: changes.pop(key)})
        assert world.assigning.assign_waiting() == 0
        before = len(world.work("assign_sessions"))
        world.staff.change(boss, agent.id, changes)
        assert len(world.work("assign_sessions")) == before + 1
        assert world.assigning.assign_waiting() == 1
        assert world.session(waiting.id).agent_id == agent.id

    def test_an_address_of_another_is_refused(self, world: World, boss: Actor) -> None:
        agent, other = world.add_agent(), world.add_agent()
        with pytest.raises(Validation) as refused:
            world.staff.change(boss, agent.id, {"email": other.email.upper()})
        assert field_of(refused) == {"email"}
        world.staff.change(boss, agent.id, {"email": agent.email.upper()})

    def test_a_new_password_ends_every_sign_in(self, world: World, boss: Actor) -> None:
        agent = world.add_agent(email="mia@example.com", password_hash="plain:old password")
        tokens = [world.authentication.login(agent.email, "old password", "").token] * 2
        world.staff.change(boss, agent.id, {"password": PASSWORD})
        for token in tokens:
            with pytest.raises(Unauthorized):
                world.authentication.agent_by_token(token)
        assert world.authentication.login(agent.email, PASSWORD, "").token

    def test_a_lowered_capacity_counts_the_slots_above_it(self, world: World, boss: Actor) -> None:
        agent = world.add_agent(capacity=3)
        for number in (2, 3):
            session = world.add_session(status="active", agent_id=agent.id)
            with world.db.change() as uow:
                uow.assignments.add(make_assignment(session, agent, number))
        world.add_session()
        world.staff.change(boss, agent.id, {"capacity": 2})
        with world.db.change() as uow:
            locked = uow.agents.locked(agent.id)
            waiting = uow.sessions.next_waiting([])
            assert locked is not None
            assert waiting is not None
            assert world.staff._hands.give(uow, waiting, locked, "auto") is None
        assert world.assigning.assign_waiting() == 0


class TestLeaving:
    def test_a_disabled_agent_is_out_at_once(self, world: World, boss: Actor) -> None:
        agent = world.add_agent(email="mia@example.com", password_hash=f"plain:{PASSWORD}")
        token = world.authentication.login(agent.email, PASSWORD, "").token
        world.staff.change(boss, agent.id, {"disabled": True})
        with pytest.raises(Unauthorized):
            world.authentication.agent_by_token(token)
        with pytest.raises(Unauthorized):
            world.authentication.login(agent.email, PASSWORD, "")
        (told,) = world.realtime.of(AgentStatusChanged)
        assert (told.agent_id, told.status) == (agent.id, "offline")
        world.staff.change(boss, agent.id, {"disabled": False})
        assert world.realtime.of(AgentStatusChanged)[-1].status == "online", "its socket lives"
        with pytest.raises(Unauthorized):
            world.authentication.agent_by_token(token)

    def test_one_that_is_enabled_again_is_not_there_by_that(
        self, world: World, boss: Actor
    ) -> None:
        agent = world.add_agent(online=False, disabled=True)
        world.staff.change(boss, agent.id, {"disabled": False})
        (told,) = world.realtime.of(AgentStatusChanged)
        assert (told.agent_id, told.status) == (agent.id, "offline")

    @pytest.mark.parametrize("way", ["disable", "delete"])
    def test_its_open_sessions_wait_again(self, world: World, boss: Actor, way: str) -> None:
        agent = world.add_agent(name="Mia", capacity=1)
        session_id = serve(world, agent, locale="zh-CN")
        closed = world.add_session(status="closed", agent_id=agent.id)
        leave(world, boss, agent, way)

        session = world.session(session_id)
        assert (session.status, session.agent_id, session.assign_epoch) == ("queued", None, 2)
        assert session.queued_at == session.created_at, "before those that came later"
        (assignment,) = world.db.copy().assignments
        assert (assignment.open_session, assignment.open_slot) == (None, None)
        assert assignment.released_at == world.now
        (line,) = world.said_in(session_id)
        assert (line.kind, line.body) == ("system", "Mia 已离开会话，正在为你安排其他客服")
        assert [one.view.session.id for one in world.realtime.of(SessionQueued)] == [session_id]
        assert [one.view.session.id for one in world.realtime.of(SessionUpdated)] == [session_id]
        assert world.session(closed.id).agent_id == agent.id

    def test_nothing_is_put_into_hands_that_were_just_disabled(self, world: World) -> None:
        agent = world.add_agent(disabled=True)
        session = world.add_session()
        with world.db.change() as uow:
            waiting, chosen = uow.sessions.locked(session.id), uow.agents.locked(agent.id)
            assert waiting is not None
            assert chosen is not None
            for force in (False, True):
                given = world.staff._hands.give(uow, waiting, chosen, "auto", force=force)
                assert given is None

    def test_another_agent_gets_them(self, world: World, boss: Actor) -> None:
        agent = world.add_agent()
        session_id = serve(world, agent)
        other = world.add_agent()
        world.staff.change(boss, agent.id, {"disabled": True})
        assert world.assigning.assign_waiting() == 1
        assert world.session(session_id).agent_id == other.id

    def test_a_worker_does_what_was_left_undone(self, world: World, boss: Actor) -> None:
        agent = world.add_agent()
        for _ in range(BATCH + 1):
            world.add_session(status="active", agent_id=agent.id)
        with world.db.change() as uow:
            stored = uow.agents.locked(agent.id)
            assert stored is not None
            stored.disabled = True
        assert world.staff.requeue_sessions(agent.id) == BATCH + 1
        assert world.staff.requeue_sessions(agent.id) == 0

    def test_the_work_is_written_with_the_change(self, world: World, boss: Actor) -> None:
        agent = world.add_agent()
        world.staff.change(boss, agent.id, {"disabled": True})
        (entry,) = world.work("requeue_sessions")
        assert entry.payload == {"agent_id": agent.id}

    def test_nothing_is_taken_from_one_who_is_back(self, world: World, boss: Actor) -> None:
        agent = world.add_agent()
        session_id = serve(world, agent)
        assert world.staff.requeue_sessions(agent.id) == 0
        assert world.staff.requeue_sessions(new_id()) == 0
        assert world.session(session_id).agent_id == agent.id

    def test_a_deleted_agent_leaves_its_name_and_frees_its_address(
        self, world: World, boss: Actor
    ) -> None:
        sales = world.add_department()
        agent = world.add_agent(name="Mia", email="mia@example.com", department_ids=[sales.id])
        session = world.add_session(status="closed", agent_id=agent.id)
        world.staff.delete(boss, agent.id)
        rows = world.db.copy()
        stored = next(one for one in rows.agents if one.id == agent.id)
        assert (stored.disabled, stored.department_ids, stored.name) == (True, [], "Mia")
        assert "mia" not in stored.email
        assert [one for one in rows.leases if one.agent_id == agent.id] == []
        shown = world.sessions.read(boss, session.id).agent
        assert shown is not None
        assert shown.name == "Mia"
        world.staff.create(boss, NewAgent("Mia", "mia@example.com", PASSWORD))


class TestTheLastAdmin:
    @pytest.mark.parametrize(
        ("changes", "field"),
        [({"disabled": True}, "disabled"), ({"role": "supervisor"}, "role")],
    )
    def test_it_stays(self, world: World, boss: Actor, changes: dict[str, Any], field: str) -> None:
        world.add_agent(role="admin", disabled=True)
        with pytest.raises(Validation) as refused:
            world.staff.change(boss, boss.id, changes)
        assert field_of(refused) == {field}
        with pytest.raises(Validation):
            world.staff.delete(boss, boss.id)
        assert world.agent(boss.id).is_admin

    def test_one_of_two_may_go(self, world: World, boss: Actor) -> None:
        other = agent_actor(world.add_agent(role="admin"))
        world.staff.delete(other, boss.id)
        with pytest.raises(Validation):
            world.staff.delete(other, other.id)

    def test_it_may_change_the_rest_of_itself(self, world: World, boss: Actor) -> None:
        assert world.staff.change(boss, boss.id, {"name": "Chief", "role": "admin"}).is_admin


def leave(world: World, boss: Actor, agent: Agent, way: str) -> None:
    if way == "delete":
        world.staff.delete(boss, agent.id)
    else:
        world.staff.change(boss, agent.id, {"disabled": True})
