"""Reading, listing, accepting and closing sessions."""

import pytest

from chat_app.domain.actor import Actor
from chat_app.domain.agent import Agent
from chat_app.domain.errors import (
    AlreadyAssigned,
    CapacityReached,
    Forbidden,
    NotFound,
    StaleAssignment,
    Validation,
)
from chat_app.domain.errors import SessionClosed as Closed
from chat_app.domain.events import MessageSent, SessionAssigned, SessionClosed
from chat_app.domain.repositories import Counts, SessionFilter
from chat_app.domain.session import Session
from tests.builders import after, agent_actor, make_agent, new_id, visitor_actor
from tests.use_cases.world import World


def accept(world: World, agent: Agent, session: Session, **options: bool) -> Session:
    epoch = world.session(session.id).assign_epoch
    return world.sessions.accept(agent_actor(agent), session.id, epoch, **options).session


def owner(world: World, session: Session) -> Actor:
    return visitor_actor(world.visitor(session.visitor_id))


# --- Accepting -----------------------------------------------------------------------------------


def test_accepting_takes_the_session_and_a_slot(world: World) -> None:
    agent, session = world.add_agent(name="Wang"), world.add_session(locale="zh-CN")
    view = world.sessions.accept(agent_actor(agent), session.id, 0)

    now = world.session(session.id)
    assert (now.status, now.agent_id, now.assign_epoch) == ("active", agent.id, 1)
    assert (view.agent and view.agent.id, view.queue_position) == (agent.id, None)
    (assignment,) = world.db.copy().assignments
    assert (assignment.open_session, assignment.open_slot) == (session.id, f"{agent.id}:1")
    assert world.agent(agent.id).last_assigned_at == world.now
    assert [one.body for one in world.said_in(session.id)] == ["Wang 加入了会话"]


def test_accepting_is_told_with_its_reason(world: World) -> None:
    session = world.add_session()
    accept(world, world.add_agent(), session)
    (assigned,) = world.realtime.of(SessionAssigned)
    assert (assigned.reason, assigned.view.session.id) == ("accept", session.id)
    assert [one.message.kind for one in world.realtime.of(MessageSent)] == ["system"]


def test_an_away_agent_may_accept_by_hand(world: World) -> None:
    agent = world.add_agent(online=False, status="away")
    assert accept(world, agent, world.add_session()).agent_id == agent.id


@pytest.mark.parametrize("epoch", [-1, 1, 7])
def test_an_outdated_copy_is_refused(world: World, epoch: int) -> None:
    session = world.add_session()
    with pytest.raises(StaleAssignment):
        world.sessions.accept(agent_actor(world.add_agent()), session.id, epoch)
    assert world.session(session.id).agent_id is None


def test_anothers_session_is_not_accepted(world: World) -> None:
    session, first, second = world.add_session(), world.add_agent(), world.add_agent()
    accept(world, first, session)
    with pytest.raises(AlreadyAssigned):
        accept(world, second, session)
    with pytest.raises(StaleAssignment):
        world.sessions.accept(agent_actor(second), session.id, 0)
    assert world.session(session.id).agent_id == first.id


def test_accepting_twice_changes_nothing(world: World) -> None:
    session, agent = world.add_session(), world.add_agent()
    accept(world, agent, session)
    world.realtime.clear()
    assert accept(world, agent, session).assign_epoch == 1
    assert len(world.db.copy().assignments) == 1
    assert world.realtime.events == []


def test_a_closed_session_is_not_accepted(world: World) -> None:
    session = world.add_session(status="closed")
    for options in ({}, {"force": True}):
        with pytest.raises(Closed):
            accept(world, world.add_agent(role="admin"), session, **options)
    assert world.db.copy().assignments == []


def test_a_full_agent_accepts_nothing_more(world: World) -> None:
    agent = world.add_agent(capacity=2)
    for _ in range(2):
        accept(world, agent, world.add_session())
    session = world.add_session()
    with pytest.raises(CapacityReached):
        accept(world, agent, session)
    assert world.session(session.id).status == "queued"


def test_closing_makes_room(world: World) -> None:
    agent, first = world.add_agent(capacity=1), world.add_session()
    accept(world, agent, first)
    world.sessions.close(agent_actor(agent), first.id, assign_epoch=1)
    assert accept(world, agent, world.add_session()).agent_id == agent.id


def test_only_overseers_may_force(world: World) -> None:
    with pytest.raises(Forbidden):
        accept(world, world.add_agent(capacity=0), world.add_session(), force=True)


def test_a_forced_one_above_capacity_takes_no_slot(world: World) -> None:
    supervisor, session = world.add_agent(role="supervisor", capacity=0), world.add_session()
    assert accept(world, supervisor, session, force=True).agent_id == supervisor.id
    (assignment,) = world.db.copy().assignments
    assert (assignment.open_session, assignment.open_slot) == (session.id, None)


def test_a_supervisor_takes_over_by_force_and_frees_the_others_slot(world: World) -> None:
    first, supervisor = world.add_agent(capacity=1), world.add_agent(role="supervisor")
    session = world.add_session()
    accept(world, first, session)
    assert accept(world, supervisor, session, force=True).assign_epoch == 2
    held = [one.agent_id for one in world.db.copy().assignments if one.open_session]
    assert held == [supervisor.id]
    assert accept(world, first, world.add_session()).agent_id == first.id


def test_visitors_accept_nothing(world: World) -> None:
    session = world.add_session()
    with pytest.raises(Forbidden):
        world.sessions.accept(owner(world, session), session.id, 0)


# --- Closing -------------------------------------------------------------------------------------


def test_a_visitor_closes_without_an_epoch(world: World) -> None:
    agent, session = world.add_agent(), world.add_session()
    accept(world, agent, session)
    world.realtime.clear()
    view = world.sessions.close(owner(world, session), session.id, "thanks")

    assert (view.session.status, view.session.close_reason) == ("closed", "thanks")
    assert world.session(session.id).closed_at == world.now
    assert [type(event) for event in world.realtime.events] == [MessageSent, SessionClosed]
    assert world.said_in(session.id)[-1].body == "The conversation was ended"
    assert [one.open_slot for one in world.db.copy().assignments] == [None]


def test_closing_wakes_the_assignment_of_others(world: World) -> None:
    session = world.add_session()
    world.sessions.close(owner(world, session), session.id)
    assert len(world.work("assign_sessions")) == 1


def test_an_agent_names_the_copy_it_closes(world: World) -> None:
    agent, session = world.add_agent(name="Wang"), world.add_session()
    accept(world, agent, session)
    with pytest.raises(Validation) as refused:
        world.sessions.close(agent_actor(agent), session.id)
    assert set(refused.value.errors or {}) == {"assign_epoch"}
    with pytest.raises(StaleAssignment):
        world.sessions.close(agent_actor(agent), session.id, assign_epoch=0)
    view = world.sessions.close(agent_actor(agent), session.id, assign_epoch=1)
    assert view.session.is_closed
    assert world.said_in(session.id)[-1].body == "Wang closed the conversation"


def test_closing_a_closed_session_changes_nothing_whatever_the_epoch(world: World) -> None:
    session, agent = world.add_session(), world.add_agent()
    world.sessions.close(owner(world, session), session.id, "first")
    world.realtime.clear()
    for epoch in (None, 0, 99):
        again = world.sessions.close(agent_actor(agent), session.id, "second", epoch)
        assert again.session.close_reason == "first"
    assert len(world.said_in(session.id)) == 1
    assert world.realtime.events == []


def test_an_agent_does_not_close_anothers_session_but_an_overseer_does(world: World) -> None:
    session = world.add_session()
    accept(world, world.add_agent(), session)
    with pytest.raises(AlreadyAssigned):
        world.sessions.close(agent_actor(world.add_agent()), session.id, assign_epoch=1)
    admin = agent_actor(world.add_agent(role="admin"))
    assert world.sessions.close(admin, session.id, assign_epoch=1).session.is_closed


def test_an_agent_may_close_what_still_waits(world: World) -> None:
    session = world.add_session()
    agent = agent_actor(world.add_agent())
    assert world.sessions.close(agent, session.id, assign_epoch=0).session.is_closed


def test_after_the_end_the_visitor_may_open_another(world: World) -> None:
    opened = world.open()
    actor = visitor_actor(opened.visitor)
    world.sessions.close(actor, opened.view.session.id)
    assert world.open(actor).created


def test_a_foreign_session_is_not_closed(world: World) -> None:
    session = world.add_session()
    with pytest.raises(NotFound):
        world.sessions.close(visitor_actor(), session.id)
    assert not world.session(session.id).is_closed


# --- Reading and listing -------------------------------------------------------------------------


def test_reading_shows_what_stands_beside_it(world: World) -> None:
    department = world.add_department()
    ahead = world.add_session(department_id=department.id)
    visitor = world.add_visitor(name="Ann")
    world.clock.advance(1)
    session = world.add_session(visitor, department_id=department.id)
    world.visitor_presence.came({"a socket": visitor.id})
    world.say(visitor_actor(visitor), session.id)
    view = world.sessions.read(visitor_actor(visitor), session.id)

    assert (view.visitor.name, view.visitor_online) == ("Ann", True)
    assert view.department is not None
    assert (view.department.id, view.agent) == (department.id, None)
    unread = (view.session.unread("agent"), view.session.unread("visitor"))
    assert (view.queue_position, *unread) == (2, 1, 0)
    assert ahead.id != session.id


def test_the_view_for_pushes_is_none_when_the_session_is_gone(world: World) -> None:
    session = world.add_session()
    (shown,) = world.sessions.views([session.id])
    assert shown is not None
    assert shown.session.id == session.id
    assert world.sessions.views([new_id()]) == []


def test_pages_of_a_list_meet_without_gap_or_overlap(world: World) -> None:
    moments = [after(minutes=minute // 2) for minute in range(7)]  # some at the same moment
    sessions = [world.add_session(created_at=at, updated_at=at) for at in moments]
    admin = agent_actor(make_agent(role="admin"))
    seen: list[str] = []
    cursor = None
    for _ in range(4):
        page = world.sessions.list(admin, cursor=cursor, limit=2)
        seen += [view.session.id for view in page.items]
        cursor = page.next_cursor
    assert cursor is None
    assert seen == [one.id for one in reversed(sessions)]


def test_a_visitors_list_is_its_own_newest_first(world: World) -> None:
    visitor = world.add_visitor()
    old = world.add_session(visitor, status="closed", created_at=after(1), updated_at=after(9))
    new = world.add_session(visitor, created_at=after(2), updated_at=after(2))
    world.add_session()
    page = world.sessions.list(visitor_actor(visitor))
    assert [view.session.id for view in page.items] == [new.id, old.id]
    assert page.next_cursor is None


def test_a_list_is_what_was_asked_for(world: World) -> None:
    agent = world.add_agent()
    mine = world.add_session(status="active", agent_id=agent.id)
    waiting = world.add_session()
    closed = world.add_session(status="closed")
    actor = agent_actor(agent)

    def ids(**wanted: object) -> set[str]:
        page = world.sessions.list(actor, SessionFilter(**wanted))  # type: ignore[arg-type]  # names are checked when it runs
        return {view.session.id for view in page.items}

    assert ids() == {mine.id, waiting.id, closed.id}
    assert ids(open_only=True) == {mine.id, waiting.id}
    assert ids(status="closed") == {closed.id}
    assert ids(assignee=agent.id) == {mine.id}
    assert ids(assignee="none") == {waiting.id, closed.id}


def test_counts_are_for_agents(world: World) -> None:
    agent = world.add_agent()
    world.add_session(status="active", agent_id=agent.id)
    world.add_session(status="active", agent_id=world.add_agent().id)
    world.add_session()
    world.add_session(status="closed")
    expected = Counts(queued=1, mine=1, active=2, closed=1)
    assert world.sessions.counts(agent_actor(agent)) == expected
    with pytest.raises(Forbidden):
        world.sessions.counts(visitor_actor())


def test_after_a_restore_every_session_has_another_epoch(world: World) -> None:
    before = [world.add_session().epoch, world.add_session().epoch]
    assert world.sessions.renew_epochs() == 2
    after_restore = {one.epoch for one in world.db.copy().sessions}
    assert not after_restore & set(before)
