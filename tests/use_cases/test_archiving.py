"""What nobody touches any more is closed."""

import pytest

from chat_app.domain.session import Session
from chat_app.use_cases.sessions import Sessions
from tests.builders import visitor_actor
from tests.use_cases.world import IDLE_MINUTES, World


def test_idle_sessions_are_closed_with_a_line_in_their_language(world: World) -> None:
    idle = world.add_session(locale="zh-CN", status="active")
    world.clock.advance(minutes=IDLE_MINUTES, seconds=0.001)
    fresh = world.add_session()
    assert world.archiving.close_idle() == 1

    now = world.session(idle.id)
    assert (now.status, now.close_reason, now.closed_at) == ("closed", "idle", world.now)
    assert [one.body for one in world.said_in(idle.id)] == ["会话因长时间没有消息已自动结束"]
    assert not world.session(fresh.id).is_closed
    assert world.archiving.close_idle() == 0


def test_exactly_on_time_is_not_yet_idle(world: World) -> None:
    world.add_session()
    world.clock.advance(minutes=IDLE_MINUTES)
    assert world.archiving.close_idle() == 0


def test_a_message_begins_the_time_again(world: World) -> None:
    session = world.add_session()
    world.clock.advance(minutes=IDLE_MINUTES - 1)
    world.say(visitor_actor(world.visitor(session.visitor_id)), session.id)
    world.clock.advance(minutes=IDLE_MINUTES - 1)
    assert world.archiving.close_idle() == 0


def test_a_message_that_was_left_waits_until_somebody_comes(world: World) -> None:
    """It may have been left on a Friday evening, and an answer was promised."""
    session = world.add_session(left_message=True)
    world.clock.advance(minutes=5 * IDLE_MINUTES)
    assert world.archiving.close_idle() == 0
    world.add_agent()
    assert world.assigning.assign_waiting() == 1
    world.clock.advance(minutes=IDLE_MINUTES, seconds=1)
    assert world.archiving.close_idle() == 1
    assert world.session(session.id).is_closed


@pytest.mark.parametrize("status", ["snoozed", "closed"])
def test_what_sleeps_or_is_over_stays_as_it_is(world: World, status: str) -> None:
    session = world.add_session(status=status)
    world.clock.advance(minutes=2 * IDLE_MINUTES)
    assert world.archiving.close_idle() == 0
    assert world.session(session.id).status == status


def test_a_message_at_the_last_moment_keeps_it_open(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    session: Session = world.add_session()
    world.clock.advance(minutes=IDLE_MINUTES + 1)
    visitor = visitor_actor(world.visitor(session.visitor_id))
    close_idle = Sessions.close_idle

    def after_a_message(self: Sessions, *arguments: object) -> bool:
        world.say(visitor, session.id, "I am still here")
        return close_idle(self, *arguments)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(Sessions, "close_idle", after_a_message)
    assert world.archiving.close_idle() == 0
    assert not world.session(session.id).is_closed
