"""Sessions are put aside and come back, at a time or when the visitor writes."""

from datetime import datetime, timedelta

import pytest

from chat_app.domain.agent import Agent
from chat_app.domain.errors import (
    AlreadyAssigned,
    Forbidden,
    SessionClosed,
    StaleAssignment,
    Validation,
)
from chat_app.domain.events import SessionAssigned, SessionQueued, SessionSnoozed
from chat_app.domain.session import Session
from tests.builders import agent_actor, visitor_actor
from tests.use_cases.world import World


@pytest.fixture
def ada(world: World) -> Agent:
    return world.add_agent(name="Ada", capacity=1)


def later(world: World, **span: float) -> datetime:
    return world.now + timedelta(**span)


def snoozed(world: World, agent: Agent, until: datetime | None = None) -> Session:
    """A session that the agent has put aside."""
    session = world.add_session()
    world.sessions.accept(agent_actor(agent), session.id, 0)
    world.snoozing.snooze(agent_actor(agent), session.id, 1, until or later(world, hours=1))
    return world.session(session.id)


def write(world: World, session: Session) -> None:
    """The visitor writes, and the worker does what that leaves behind."""
    world.say(visitor_actor(world.visitor(session.visitor_id)), session.id, "Are you there?")
    for entry in world.work("wake_session"):
        world.snoozing.wake_for_message(**entry.payload)


def test_it_stays_its_agents_and_takes_no_slot(world: World, ada: Agent) -> None:
    before = world.add_session()
    session = snoozed(world, ada)
    assert (session.status, session.agent_id) == ("snoozed", ada.id)
    (assignment,) = world.db.copy().assignments
    assert (assignment.open_session, assignment.open_slot) == (session.id, None)
    assert len(world.realtime.of(SessionSnoozed)) == 1
    assert world.work("assign_sessions"), "somebody else may be served now"
    assert world.assigning.assign_waiting() == 1
    assert world.session(before.id).agent_id == ada.id


def test_the_visitor_is_not_told(world: World, ada: Agent) -> None:
    session = world.add_session()
    world.sessions.accept(agent_actor(ada), session.id, 0)
    told, at = world.said_in(session.id), world.session(session.id).visitor_updated_at
    world.clock.advance(5)
    world.snoozing.snooze(agent_actor(ada), session.id, 1, later(world, hours=1))
    assert len(world.said_in(session.id)) == len(told)
    assert world.session(session.id).visitor_updated_at == at


def test_it_comes_back_at_its_time(world: World, ada: Agent) -> None:
    session = snoozed(world, ada, later(world, minutes=10))
    said = len(world.said_in(session.id))
    assert world.snoozing.wake_due() == 0
    world.clock.advance(600)
    assert world.snoozing.wake_due() == 1
    awake = world.session(session.id)
    assert (awake.status, awake.agent_id, awake.snoozed_until) == ("active", ada.id, None)
    assert awake.assign_epoch == session.assign_epoch + 1
    assert len(world.said_in(session.id)) == said, "nobody joined who was not there"
    assert world.realtime.of(SessionAssigned)[-1].reason == "auto"
    assert world.snoozing.wake_due() == 0


def test_the_visitors_message_brings_it_back(world: World, ada: Agent) -> None:
    session = snoozed(world, ada)
    world.say(agent_actor(ada), session.id, "One moment", kind="note")
    assert world.work("wake_session") == []
    write(world, session)
    assert world.session(session.id).status == "active"
    write(world, session)
    assert world.session(session.id).assign_epoch == 3, "an awake one is not woken again"


def test_what_was_put_aside_again_is_not_woken_by_an_older_message(
    world: World, ada: Agent
) -> None:
    session = snoozed(world, ada)
    world.say(visitor_actor(world.visitor(session.visitor_id)), session.id)
    (entry,) = world.work("wake_session")
    world.snoozing.snooze(agent_actor(ada), session.id, session.assign_epoch, later(world, hours=2))
    assert world.snoozing.wake_for_message(**entry.payload) is False
    assert world.session(session.id).status == "snoozed"


@pytest.mark.parametrize("why", ["full", "offline", "gone", "disabled"])
def test_without_room_it_waits_before_others_for_its_agent(
    world: World, ada: Agent, why: str
) -> None:
    session = snoozed(world, ada)
    if why == "full":
        other = world.add_session()
        world.sessions.accept(agent_actor(ada), other.id, 0)
    with world.db.change() as uow:
        agent = uow.agents.locked(ada.id)
        assert agent is not None
        agent.status = "offline" if why == "offline" else agent.status
        agent.absent_since = world.now if why == "gone" else None
        agent.disabled = why == "disabled"
    said = len(world.said_in(session.id))
    write(world, session)
    waiting = world.session(session.id)
    assert (waiting.status, waiting.agent_id) == ("queued", None)
    assert waiting.queued_at == waiting.created_at
    assert waiting.preferred_agent_id == ada.id
    assert len(world.said_in(session.id)) == said + 1, "only what the visitor said"
    assert [one.view.session.id for one in world.realtime.of(SessionQueued)] == [session.id]


def test_an_away_agent_gets_its_own_back(world: World, ada: Agent) -> None:
    session = snoozed(world, ada)
    world.agents.set_status(agent_actor(ada), "away")
    write(world, session)
    assert world.session(session.id).agent_id == ada.id


def test_what_waits_becomes_the_agents_own(world: World, ada: Agent) -> None:
    session = world.add_session()
    world.snoozing.snooze(agent_actor(ada), session.id, 0, later(world, hours=1))
    assert world.session(session.id).agent_id == ada.id
    assert [one.open_slot for one in world.db.copy().assignments] == [None]


def test_accepting_it_wakes_it_and_closing_it_ends_it(world: World, ada: Agent) -> None:
    session = snoozed(world, ada)
    world.sessions.accept(agent_actor(ada), session.id, session.assign_epoch)
    assert world.session(session.id).status == "active"
    world.sessions.close(agent_actor(ada), session.id, None, session.assign_epoch + 1)
    assert world.session(session.id).snoozed_until is None
    assert all(one.open_session is None for one in world.db.copy().assignments)


def test_an_absent_agents_snoozed_ones_stay_until_they_wake(world: World, ada: Agent) -> None:
    session = snoozed(world, ada)
    world.agents.set_status(agent_actor(ada), "offline")
    world.clock.advance(600)
    assert world.leaving.sweep() == 0
    assert world.session(session.id).status == "snoozed"


def test_what_is_refused(world: World, ada: Agent) -> None:
    visitor = world.add_visitor()
    session = world.add_session(visitor)
    world.sessions.accept(agent_actor(ada), session.id, 0)
    snooze, soon = world.snoozing.snooze, later(world, hours=1)
    with pytest.raises(Validation):
        snooze(agent_actor(ada), session.id, 1, world.now)
    with pytest.raises(Validation):
        snooze(agent_actor(ada), session.id, 1, later(world, days=367))
    with pytest.raises(StaleAssignment):
        snooze(agent_actor(ada), session.id, 0, soon)
    with pytest.raises(AlreadyAssigned):
        snooze(agent_actor(world.add_agent()), session.id, 1, soon)
    with pytest.raises(Forbidden):
        snooze(visitor_actor(visitor), session.id, 1, soon)
    world.close(session)
    with pytest.raises(SessionClosed):
        snooze(agent_actor(ada), session.id, 2, soon)
