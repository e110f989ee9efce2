"""Waiting sessions find their agents: fairly, within capacity, and all that can be served."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat_app.domain.events import SessionAssigned
from chat_app.domain.repositories import Duplicate
from chat_app.domain.routing import Assignment
from chat_app.domain.session import Session
from tests.builders import after, make_assignment, visitor_actor
from tests.fake_conversations import FakeAssignments, FakeSessions
from tests.use_cases.world import World


def loads(world: World) -> dict[str, int]:
    found = {agent.id: 0 for agent in world.db.copy().agents}
    for session in world.db.copy().sessions:
        if session.status == "active" and session.agent_id:
            found[session.agent_id] += 1
    return found


def waiting(world: World) -> list[Session]:
    return [one for one in world.db.copy().sessions if one.status == "queued"]


def test_everybody_gets_the_same_number(world: World) -> None:
    for _ in range(3):
        world.add_agent()
    for _ in range(9):
        world.add_session()
    assert world.assigning.assign_waiting() == 9
    assert list(loads(world).values()) == [3, 3, 3]


def test_whoever_has_least_to_do_comes_first(world: World) -> None:
    busy, idle = world.add_agent(), world.add_agent()
    for slot in (1, 2):
        session = world.add_session(status="active", agent_id=busy.id)
        with world.db.change() as uow:
            uow.assignments.add(make_assignment(session, busy, slot))
    world.add_session()
    world.assigning.assign_waiting()
    assert loads(world) == {busy.id: 2, idle.id: 1}


def test_it_is_said_why(world: World) -> None:
    agent = world.add_agent(name="Wang")
    world.add_agent()
    session = world.add_session(locale="zh-CN")
    world.add_agent(online=False)
    world.assigning.assign_waiting()
    now = world.session(session.id)
    assert now.agent_id == agent.id, "never assigned before, and the smaller id"
    assert now.assigned_because == {"strategy": "least_busy", "candidates": 2}
    (event,) = world.realtime.of(SessionAssigned)
    assert event.reason == "auto"
    assert [one.body for one in world.said_in(session.id)] == ["Wang 加入了会话"]


def test_urgent_ones_first_then_the_oldest(world: World) -> None:
    world.add_agent(capacity=3)
    made = {
        "old": world.add_session(created_at=after(1)),
        "young": world.add_session(created_at=after(2)),
        "low": world.add_session(created_at=after(0), priority="low"),
        "urgent": world.add_session(created_at=after(3), priority="urgent"),
    }
    world.assigning.assign_waiting()
    served = [event.view.session.id for event in world.realtime.of(SessionAssigned)]
    assert served == [made[name].id for name in ("urgent", "old", "young")]
    assert [one.id for one in waiting(world)] == [made["low"].id]


def test_nobody_gets_more_than_its_capacity(world: World) -> None:
    small, large = world.add_agent(capacity=1), world.add_agent(capacity=3)
    world.add_agent(capacity=0)
    for _ in range(6):
        world.add_session()
    assert world.assigning.assign_waiting() == 4
    assert {loads(world)[small.id], loads(world)[large.id]} == {1, 3}
    assert len(waiting(world)) == 2
    assert world.assigning.assign_waiting() == 0


@pytest.mark.parametrize(
    "state", [{"status": "away"}, {"status": "offline"}, {"disabled": True}, {"online": False}]
)
def test_only_those_who_are_there(world: World, state: dict[str, object]) -> None:
    world.add_agent(**state)  # type: ignore[arg-type]  # fields of an agent, or `online`
    world.add_session()
    assert world.assigning.assign_waiting() == 0
    assert len(waiting(world)) == 1


def test_a_lease_that_ran_out_makes_nobody_available(world: World) -> None:
    world.add_agent()
    world.add_session()
    world.clock.advance(75)
    assert world.assigning.assign_waiting() == 0


def test_a_full_department_does_not_hold_up_the_others(world: World) -> None:
    sales, support = world.add_department(), world.add_department()
    world.add_agent(department_ids=[sales.id], capacity=1)
    helper = world.add_agent(department_ids=[support.id], capacity=5)
    for second in range(4):
        world.add_session(department_id=sales.id, created_at=after(second))
    last = world.add_session(department_id=support.id, created_at=after(99))
    assert world.assigning.assign_waiting() == 2
    assert world.session(last.id).agent_id == helper.id
    assert {one.department_id for one in waiting(world)} == {sales.id}


def test_a_department_is_served_by_its_members_only(world: World) -> None:
    sales = world.add_department()
    world.add_agent()
    world.add_session(department_id=sales.id)
    assert world.assigning.assign_waiting() == 0


def test_without_a_department_everybody_serves(world: World) -> None:
    sales = world.add_department()
    member = world.add_agent(department_ids=[sales.id])
    session = world.add_session()
    world.assigning.assign_waiting()
    assert world.session(session.id).agent_id == member.id


def test_another_worker_took_the_slot_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.add_agent()
    session = world.add_session()
    original, refusals = FakeAssignments.add, iter([True, True])

    def add(assignments: FakeAssignments, assignment: Assignment) -> None:
        if next(refusals, False):
            raise Duplicate("open_slot")
        original(assignments, assignment)

    monkeypatch.setattr(FakeAssignments, "add", add)
    assert world.assigning.assign_waiting() == 1
    assert world.session(session.id).assign_epoch == 1
    assert len(world.said_in(session.id)) == 1


class Held:
    """The first in the line is in somebody's hands until it is waited for."""

    def __init__(self, session: Session, patch: pytest.MonkeyPatch) -> None:
        self.waited_for: list[str] = []
        self._held: str | None = session.id
        find, lock = FakeSessions.next_waiting, FakeSessions.locked

        def next_waiting(sessions: FakeSessions, passed: Iterable[str | None]) -> Session | None:
            found = find(sessions, passed)
            if found is None or found.id != self._held:
                return found
            behind = [one for one in sessions.waiting_in(found.department_id, 9) if one != found]
            return behind[0] if behind else None

        def locked(sessions: FakeSessions, session_id: str) -> Session | None:
            self.waited_for.append(session_id)
            self._held = None
            return lock(sessions, session_id)

        patch.setattr(FakeSessions, "next_waiting", next_waiting)
        patch.setattr(FakeSessions, "locked", locked)


@pytest.mark.parametrize("room", [1, 2])
def test_the_last_room_is_for_the_first_in_line(
    world: World, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    world.add_agent(capacity=room)
    first, second = (world.add_session(created_at=after(number)) for number in (1, 2))
    held = Held(first, monkeypatch)
    assert world.assigning.assign_waiting() == 1
    waits = room == 1
    assert held.waited_for == ([first.id] if waits else [])
    assert [one.id for one in waiting(world)] == [second.id if waits else first.id]


def test_nobody_is_waited_for_where_nobody_has_room(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.add_agent(capacity=0)
    first, _ = (world.add_session(created_at=after(number)) for number in (1, 2))
    held = Held(first, monkeypatch)
    assert world.assigning.assign_waiting() == 0
    assert held.waited_for == []


def test_where_people_choose_nothing_is_assigned(world: World) -> None:
    sales = world.add_department(strategy="manual")
    agent = world.add_agent(department_ids=[sales.id])
    world.add_session(department_id=sales.id)
    other = world.add_session(created_at=after(9))
    assert world.assigning.assign_waiting() == 1
    assert world.session(other.id).agent_id == agent.id


def test_a_department_takes_turns_when_it_says_so(world: World) -> None:
    sales = world.add_department(strategy="round_robin")
    agents = [world.add_agent(department_ids=[sales.id]) for _ in range(2)]
    for slot in (1, 2):
        busy = world.add_session(status="active", agent_id=agents[0].id)
        with world.db.change() as uow:
            uow.assignments.add(make_assignment(busy, agents[0], slot))
    for second in range(4):
        world.add_session(department_id=sales.id, created_at=after(second))
        world.clock.advance(1)
        world.assigning.assign_waiting()
    assert loads(world) == {agents[0].id: 4, agents[1].id: 2}


def test_a_visitor_who_comes_back_gets_the_agent_it_knows(world: World) -> None:
    agents = [world.add_agent() for _ in range(3)]
    visitor = world.add_visitor()
    world.add_session(visitor, status="closed", agent_id=agents[2].id)
    opened = world.open(visitor_actor(visitor))
    world.assigning.assign_waiting()
    session = world.session(opened.view.session.id)
    assert session.agent_id == agents[2].id
    assert session.assigned_because == {"strategy": "last_agent", "candidates": 3}


def test_who_speaks_the_visitors_language_comes_first(world: World) -> None:
    world.add_agent(languages=["en"])
    chinese = world.add_agent(languages=["zh"], capacity=1)
    first = world.add_session(locale="zh-CN", created_at=after(1))
    second = world.add_session(locale="zh-CN", created_at=after(2))
    assert world.assigning.assign_waiting() == 2
    assert world.session(first.id).agent_id == chinese.id
    assert world.session(second.id).status == "active", "nobody waits for a language"


def test_after_other_hands_it_is_said_to_be_so(world: World) -> None:
    world.add_agent()
    world.add_session(assign_epoch=2)
    world.assigning.assign_waiting()
    (event,) = world.realtime.of(SessionAssigned)
    assert event.reason == "requeue"


DEPARTMENTS = st.sampled_from([None, 0, 1])


@settings(max_examples=40)
@given(
    agents=st.lists(st.tuples(st.sets(st.sampled_from([0, 1])), st.integers(0, 3)), max_size=4),
    sessions=st.lists(DEPARTMENTS, max_size=8),
)
def test_nobody_waits_beside_somebody_who_could_serve(
    agents: list[tuple[set[int], int]], sessions: list[int | None]
) -> None:
    world = World()
    departments = [world.add_department().id, world.add_department().id]
    for of, capacity in agents:
        world.add_agent(department_ids=[departments[one] for one in of], capacity=capacity)
    for number in sessions:
        world.add_session(department_id=None if number is None else departments[number])
    world.assigning.assign_waiting()

    load = loads(world)
    for agent in world.db.copy().agents:
        assert load[agent.id] <= agent.capacity
        if load[agent.id] < agent.capacity:
            could = [
                one
                for one in waiting(world)
                if one.department_id is None or one.department_id in agent.department_ids
            ]
            assert could == []
