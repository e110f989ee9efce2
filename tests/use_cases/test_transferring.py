"""Sessions are passed on: to a colleague or a department, with a note."""

from typing import Any

import pytest

from chat_app.domain.actor import Actor
from chat_app.domain.agent import Agent
from chat_app.domain.errors import (
    AlreadyAssigned,
    CapacityReached,
    ChatError,
    Forbidden,
    NotFound,
    SessionClosed,
    StaleAssignment,
    Validation,
)
from chat_app.domain.events import (
    QueueChanged,
    SessionAssigned,
    SessionQueued,
)
from chat_app.domain.session import Session
from chat_app.use_cases.transferring import Transfer
from tests.builders import agent_actor, new_id, visitor_actor
from tests.use_cases.world import World


@pytest.fixture
def ada(world: World) -> Agent:
    return world.add_agent(name="Ada")


@pytest.fixture
def bob(world: World) -> Agent:
    return world.add_agent(name="Bob", capacity=1)


def held(world: World, agent: Agent, **over: Any) -> Session:
    """A session in the agent's hands."""
    session = world.add_session(**over)
    world.sessions.accept(agent_actor(agent), session.id, session.assign_epoch)
    return world.session(session.id)


def slots(world: World, agent: Agent) -> int:
    taken = [one for one in world.db.copy().assignments if one.agent_id == agent.id]
    return sum(one.open_slot is not None for one in taken)


def test_a_colleague_gets_it_with_a_note(world: World, ada: Agent, bob: Agent) -> None:
    session = held(world, ada)
    view = world.transferring.transfer(
        agent_actor(ada), session.id, session.assign_epoch, Transfer(bob.id, note="Wants a refund")
    )
    assert (view.session.status, view.session.agent_id) == ("active", bob.id)
    assert view.session.assign_epoch == session.assign_epoch + 1
    assert (slots(world, ada), slots(world, bob)) == (0, 1)
    note, line = world.said_in(session.id)[-2:]
    assert (note.kind, note.body, note.sender_id) == ("note", "Wants a refund", ada.id)
    assert (line.kind, line.body) == ("system", "Bob will help you from here")
    assert note.visitor_seq is None
    assert world.realtime.of(SessionAssigned)[-1].reason == "transfer"
    assert world.left_agents() == [(session.id, ada.id)]
    assert world.left_departments() == []
    with pytest.raises(StaleAssignment):
        world.sessions.close(agent_actor(ada), session.id, None, session.assign_epoch)


def test_a_department_gets_it_back_into_its_queue_before_later_ones(
    world: World, ada: Agent
) -> None:
    sales = world.add_department(name="Sales")
    world.clock.advance(60)
    later = world.add_session(department_id=sales.id)
    world.clock.advance(60)
    session = held(world, ada, created_at=later.created_at.replace(year=2020), locale="zh-CN")
    view = world.transferring.transfer(
        agent_actor(ada), session.id, session.assign_epoch, Transfer(department_id=sales.id)
    )
    now = world.session(session.id)
    assert (now.status, now.agent_id, now.department_id) == ("queued", None, sales.id)
    assert now.waiting_since == world.now
    assert view.queue_position == 1
    assert world.said_in(session.id)[-1].body == "会话已转接到Sales，请稍候"
    assert [one.view.session.id for one in world.realtime.of(SessionQueued)] == [session.id]
    assert {one.department_id for one in world.realtime.of(QueueChanged)} == {None, sales.id}
    assert world.left_departments() == [(session.id, None)]
    assert world.left_agents() == [(session.id, ada.id)]
    assert len(world.work("assign_sessions")) == 1


def test_an_agent_of_the_department_may_be_named_as_well(world: World, ada: Agent) -> None:
    sales = world.add_department()
    member = world.add_agent(department_ids=[sales.id])
    session = held(world, ada)
    to = Transfer(member.id, sales.id)
    view = world.transferring.transfer(agent_actor(ada), session.id, session.assign_epoch, to)
    assert (view.session.agent_id, view.session.department_id) == (member.id, sales.id)


def test_a_full_colleague_is_filled_on_purpose_only(world: World, ada: Agent, bob: Agent) -> None:
    held(world, bob)
    session = held(world, ada)
    with pytest.raises(CapacityReached):
        world.transferring.transfer(
            agent_actor(ada), session.id, session.assign_epoch, Transfer(bob.id, note="x")
        )
    with pytest.raises(Forbidden):
        world.transferring.transfer(
            agent_actor(ada), session.id, session.assign_epoch, Transfer(bob.id, force=True)
        )
    assert world.session(session.id).agent_id == ada.id
    assert [one for one in world.said_in(session.id) if one.kind == "note"] == []
    boss = agent_actor(world.add_agent(role="supervisor"))
    to = Transfer(bob.id, force=True)
    world.transferring.transfer(boss, session.id, session.assign_epoch, to)
    assert world.session(session.id).agent_id == bob.id
    assert slots(world, bob) == 1, "a forced one takes no slot"


def test_waiting_ones_are_given_to_somebody(world: World, ada: Agent, bob: Agent) -> None:
    session = world.add_session()
    world.transferring.transfer(agent_actor(ada), session.id, 0, Transfer(bob.id))
    assert world.session(session.id).agent_id == bob.id
    assert world.realtime.of(QueueChanged) != []


def test_to_whoever_has_it_changes_nothing(world: World, ada: Agent) -> None:
    session = held(world, ada)
    epoch = session.assign_epoch
    world.transferring.transfer(agent_actor(ada), session.id, epoch, Transfer(ada.id))
    assert world.session(session.id).assign_epoch == epoch
    assert len(world.said_in(session.id)) == 1


@pytest.mark.parametrize(
    ("case", "error"),
    [
        ("no target", Validation),
        ("no such agent", Validation),
        ("a disabled agent", Validation),
        ("no such department", Validation),
        ("an agent of another department", Validation),
        ("an empty note", Validation),
        ("an old copy", StaleAssignment),
        ("a closed session", SessionClosed),
        ("a colleague's session", AlreadyAssigned),
        ("a foreign session", NotFound),
        ("a visitor", Forbidden),
    ],
)
def test_what_is_refused_changes_nothing(
    world: World, ada: Agent, bob: Agent, case: str, error: type[ChatError]
) -> None:
    sales = world.add_department()
    visitor = world.add_visitor()
    session = world.add_session(visitor, department_id=sales.id)
    member = world.add_agent(department_ids=[sales.id])
    actor, to, epoch = agent_actor(member), Transfer(member.id, note="x"), 1
    world.sessions.accept(actor, session.id, 0)
    cases: dict[str, tuple[Actor, Transfer, int]] = {
        "no target": (actor, Transfer(), epoch),
        "no such agent": (actor, Transfer(new_id()), epoch),
        "a disabled agent": (actor, Transfer(world.add_agent(disabled=True).id), epoch),
        "no such department": (actor, Transfer(department_id=new_id()), epoch),
        "an agent of another department": (actor, Transfer(bob.id, sales.id), epoch),
        "an empty note": (actor, Transfer(bob.id, note="  "), epoch),
        "an old copy": (actor, to, 0),
        "a closed session": (actor, to, epoch + 1),
        "a colleague's session": (
            agent_actor(world.add_agent(department_ids=[sales.id])), to, epoch,
        ),
        "a foreign session": (agent_actor(world.add_agent()), to, epoch),
        "a visitor": (visitor_actor(visitor), to, epoch),
    }  # fmt: skip
    if case == "a closed session":
        world.close(session)
    before, commits = world.session(session.id), world.db.commits
    who, where, known = cases[case]
    with pytest.raises(error):
        world.transferring.transfer(who, session.id, known, where)
    assert vars(world.session(session.id)) == vars(before)
    assert world.db.commits == commits
