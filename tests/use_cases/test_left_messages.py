"""Visitors who come out of hours are asked to leave a message."""

import pytest

from chat_app.domain.errors import SessionClosed
from chat_app.domain.events import MessageSent, SessionQueued
from tests.builders import agent_actor, make_draft, make_session, visitor_actor
from tests.use_cases.world import World

# It is Sunday, 2026-03-01, 12:00 UTC.
ENGLISH = (
    "We are closed now and open again Monday 09:00 (UTC+8)."
    " Leave your message, we will answer then."
)
CHINESE = "现在是非营业时间，周一 09:00（UTC+8）恢复服务。请留言，届时我们会回复你。"


def close_the_site(world: World) -> None:
    world.add_schedule((0, "09:00", "18:00"), time_zone="Asia/Shanghai", site_id=world.site.id)


@pytest.mark.parametrize(("locale", "line"), [("en", ENGLISH), ("zh-CN", CHINESE), (None, ENGLISH)])
def test_the_line_comes_after_the_first_message(
    world: World, locale: str | None, line: str
) -> None:
    close_the_site(world)
    opened = world.open(message=make_draft("Is it in stock?"), locale=locale)
    session = world.session(opened.view.session.id)
    assert (session.status, session.left_message) == ("queued", True)
    assert [(one.seq, one.kind, one.body) for one in world.said_in(session.id)] == [
        (1, "text", "Is it in stock?"),
        (2, "system", line),
    ]
    assert (session.last_seq, session.last_visitor_seq) == (2, 2)
    pushed = [one.message.body for one in world.realtime.of(MessageSent)]
    assert pushed == ["Is it in stock?", line]
    (queued,) = world.realtime.of(SessionQueued)
    assert queued.view.session.left_message


def test_without_a_message_the_line_is_the_first(world: World) -> None:
    close_the_site(world)
    opened = world.open(locale="en")
    assert [(one.seq, one.body) for one in world.said_in(opened.view.session.id)] == [(1, ENGLISH)]


def test_whoever_never_opens_says_so(world: World) -> None:
    world.add_schedule(site_id=world.site.id)
    english, chinese = (world.open(locale=one).view.session.id for one in ("en", "zh"))
    assert [one.body for one in (*world.said_in(english), *world.said_in(chinese))] == [
        "We are closed now. Leave your message, we will answer as soon as we are back.",
        "现在是非营业时间。请留言，我们会尽快回复你。",
    ]


def test_within_the_hours_nothing_is_said(world: World) -> None:
    world.add_schedule((6, "09:00", "18:00"), site_id=world.site.id)
    session = world.session(world.open().view.session.id)
    assert (session.left_message, world.said_in(session.id)) == (False, [])


def test_the_hours_of_the_wanted_department_count(world: World) -> None:
    close_the_site(world)
    sales = world.add_department()
    world.add_schedule((6, "09:00", "18:00"), department_id=sales.id)
    assert not world.session(world.open(department_id=sales.id).view.session.id).left_message
    assert world.session(world.open().view.session.id).left_message


def test_it_is_said_once(world: World) -> None:
    close_the_site(world)
    visitor = world.add_visitor()
    session_id = world.open(visitor_actor(visitor)).view.session.id
    again = world.open(visitor_actor(visitor), message=make_draft("Still there?"))
    assert (again.view.session.id, again.created) == (session_id, False)
    assert [one.kind for one in world.said_in(session_id)] == ["system", "text"]


def test_hours_that_end_leave_an_open_session_alone(world: World) -> None:
    visitor = world.add_visitor()
    session_id = world.open(visitor_actor(visitor)).view.session.id
    close_the_site(world)
    world.open(visitor_actor(visitor))
    assert not world.session(session_id).left_message


def test_agents_who_are_there_serve_it_as_any_other(world: World) -> None:
    close_the_site(world)
    mia = world.add_agent()
    session_id = world.open(message=make_draft()).view.session.id
    assert world.assigning.assign_waiting() == 1
    session = world.session(session_id)
    assert (session.agent_id, session.status, session.left_message) == (mia.id, "active", True)
    assert world.sessions.read(agent_actor(mia), session_id).session.left_message


def test_what_is_over_takes_no_message() -> None:
    session = make_session(status="closed")
    with pytest.raises(SessionClosed):
        session.leave_message()
    assert not session.left_message
