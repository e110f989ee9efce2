"""From the bot to people, by a visitor or an agent."""

from datetime import timedelta

import pytest

from chat_app.domain.actor import Actor
from chat_app.domain.errors import (
    Forbidden,
    NotFound,
    SessionClosed,
    StaleAssignment,
    Validation,
)
from chat_app.domain.events import MessageSent, QueueChanged, SessionQueued
from chat_app.domain.session import Session
from tests.builders import agent_actor, make_bot, new_id, visitor_actor
from tests.use_cases.world import World


@pytest.fixture
def session(world: World) -> Session:
    """A session of a bot, six minutes old."""
    session = world.add_session(status="bot", locale="en")
    world.clock.advance(minutes=6)
    return session


def owner(world: World, session: Session) -> Actor:
    return visitor_actor(world.visitor(session.visitor_id))


def lines(world: World, session: Session) -> list[str]:
    return [one.body for one in world.said_in(session.id)]


def test_a_visitor_begins_to_wait_now(world: World, session: Session) -> None:
    older = world.add_session(created_at=world.now - timedelta(minutes=1))
    view = world.handing_off.hand_off(owner(world, session), session.id)
    stored = world.session(session.id)
    assert (stored.status, stored.queued_at, stored.waiting_since) == (
        "queued", world.now, world.now,
    )  # fmt: skip
    assert view.queue_position == 2, f"behind {older.id}, which was there before"
    assert lines(world, session) == ["You are in the queue for a person"]
    assert len(world.realtime.of(SessionQueued)) == len(world.realtime.of(QueueChanged)) == 1
    assert world.work("assign_sessions")


def test_an_agent_names_the_copy_it_acts_on(world: World, session: Session) -> None:
    agent = agent_actor()
    with pytest.raises(Validation):
        world.handing_off.hand_off(agent, session.id)
    with pytest.raises(StaleAssignment):
        world.handing_off.hand_off(agent, session.id, session.assign_epoch + 1)
    assert world.session(session.id).status == "bot"
    view = world.handing_off.hand_off(agent, session.id, session.assign_epoch)
    assert view.session.status == "queued"


@pytest.mark.parametrize("status", ["queued", "active", "snoozed"])
def test_without_a_bot_nothing_changes(world: World, status: str) -> None:
    session = world.add_session(status=status)
    before = vars(world.session(session.id))
    for actor, epoch in ((owner(world, session), None), (agent_actor(), 0)):
        view = world.handing_off.hand_off(actor, session.id, epoch)
        assert view.session.status == status
    assert vars(world.session(session.id)) == before
    assert (world.realtime.events, world.db.copy().outbox, lines(world, session)) == ([], [], [])


def test_twice_is_once(world: World, session: Session) -> None:
    visitor = owner(world, session)
    first = world.handing_off.hand_off(visitor, session.id)
    world.clock.advance(minutes=1)
    second = world.handing_off.hand_off(visitor, session.id)
    assert second.session.queued_at == first.session.queued_at
    assert len(lines(world, session)) == 1


def test_a_closed_session_stays_closed(world: World) -> None:
    session = world.add_session(status="closed", closed_at=world.now)
    for actor, epoch in ((owner(world, session), None), (agent_actor(), 0)):
        with pytest.raises(SessionClosed):
            world.handing_off.hand_off(actor, session.id, epoch)


def test_what_one_may_not_see_does_not_exist(world: World) -> None:
    session = world.add_session(status="bot", department_id=world.add_department().id)
    for actor, epoch in ((visitor_actor(), None), (agent_actor(), 0)):
        for session_id in (session.id, new_id()):
            with pytest.raises(NotFound):
                world.handing_off.hand_off(actor, session_id, epoch)
    assert world.session(session.id).status == "bot"


def test_out_of_hours_the_visitor_is_asked_to_leave_a_message(world: World) -> None:
    session = world.add_session(world.add_visitor(), status="bot", locale="en")
    world.add_schedule(site_id=session.site_id)
    view = world.handing_off.hand_off(owner(world, session), session.id)
    assert (view.session.status, view.session.left_message) == ("queued", True)
    (line,) = lines(world, session)
    assert line.startswith("We are closed now")


def test_in_a_line_that_is_full_the_visitor_is_asked_to_leave_a_message(world: World) -> None:
    sales = world.add_department(max_queue=1)
    world.add_session(department_id=sales.id)
    session = world.add_session(status="bot", department_id=sales.id, locale="en")
    view = world.handing_off.hand_off(owner(world, session), session.id)
    assert (view.session.status, view.session.left_message) == ("queued", True)
    assert lines(world, session) != ["You are in the queue for a person"]


def test_nobody_waits_too_long_for_a_person_while_a_bot_answers(world: World) -> None:
    sales = world.add_department(max_wait_seconds=60)
    session = world.add_session(status="bot", department_id=sales.id, locale="en")
    world.clock.advance(minutes=5)
    world.waiting_limits.sweep()
    assert (world.session(session.id).status, lines(world, session)) == ("bot", [])
    world.handing_off.hand_off(owner(world, session), session.id)
    world.waiting_limits.sweep()
    assert not world.session(session.id).left_message, "the wait has only begun"


def test_out_of_hours_the_bot_is_there(world: World) -> None:
    world.site = world.add_site(bot=make_bot())
    world.add_schedule(site_id=world.site.id)
    opened = world.open()
    assert (opened.view.session.status, opened.view.session.left_message) == ("bot", False)
    assert lines(world, opened.view.session) == [make_bot()["greeting"]]


def test_somebody_is_written_to_once_people_are_needed(world: World) -> None:
    world.add_agent(online=False, email="wang@example.com")
    world.site = world.add_site(bot=make_bot())
    opened = world.open(locale="en")
    visitor, session = visitor_actor(opened.visitor), opened.view.session
    world.say(visitor, session.id, "Is it in stock?")
    world.bots.answer(session.id)
    assert world.work("mail_missed_messages") == [], "what a bot answers needs no letter"
    world.say(visitor, session.id, "转人工")
    world.bots.answer(session.id)
    assert [one.mail_in for one in world.realtime.of(MessageSent) if one.mail_in is not None] == [0]
    (entry,) = world.work("mail_missed_messages")
    assert world.notifications.mail_missed(**entry.payload)
    (mail,) = world.mailer.sent
    assert "Is it in stock?\n\n转人工" in mail.body


def test_only_people_hand_over(world: World, session: Session) -> None:
    with pytest.raises(Forbidden):
        world.sessions.accept(owner(world, session), session.id, 0)
    assert world.session(session.id).status == "bot"
