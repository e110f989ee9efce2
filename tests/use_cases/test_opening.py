"""Every way but a proven identity in which a visitor comes to an open session (PROTOCOL.md, 3.1)."""

import pytest

from chat_app.domain.errors import (
    Blocked,
    Forbidden,
    NotFound,
    RateLimited,
    SessionClosed,
    Unauthorized,
    Unavailable,
    Validation,
)
from chat_app.domain.events import MessageSent, SessionQueued
from chat_app.domain.repositories import Duplicate
from chat_app.domain.session import Session
from chat_app.use_cases.sites import DEFAULT_KEY
from tests.builders import agent_actor, make_draft, new_id, visitor_actor
from tests.fake_conversations import FakeSessions
from tests.fake_people import FakeDepartments
from tests.use_cases.world import World


def test_a_stranger_gets_a_session_a_visitor_and_a_token(world: World) -> None:
    opened = world.open(
        name="Ann",
        email="ann@example.com",
        user_id="42",
        subject="Shoes",
        locale="de",
        page={"url": "https://shop.example.com/"},
        attributes={"plan": "pro"},
    )
    session, visitor = world.session(opened.view.session.id), world.visitor(opened.visitor.id)

    assert (opened.created, session.status) == (True, "queued")
    assert (session.subject, session.locale) == ("Shoes", "de")
    assert session.page == {"url": "https://shop.example.com/"}
    assert (visitor.name, visitor.email, visitor.user_id) == ("Ann", "ann@example.com", "42")
    assert visitor.locale == "de"
    assert (visitor.verified, visitor.external_id) == (False, None)
    assert visitor.attributes == {"plan": "pro"}
    assert opened.token is not None
    assert world.authentication.visitor_by_token(opened.token).id == visitor.id


def test_two_strangers_with_the_same_labels_are_two_visitors(world: World) -> None:
    first = world.open(user_id="42", email="ann@example.com")
    second = world.open(user_id="42", email="ann@example.com")
    assert first.visitor.id != second.visitor.id
    assert first.view.session.id != second.view.session.id


def test_a_new_session_is_announced_to_the_inbox_and_to_the_workers(world: World) -> None:
    opened = world.open()
    (queued,) = world.realtime.of(SessionQueued)
    assert queued.view.session.id == opened.view.session.id
    assert len(world.work("assign_sessions")) == 1
    assert world.wakeup.nudges == 1


def test_without_a_key_the_oldest_site_is_meant(world: World) -> None:
    world.add_site()
    assert world.open(site_key=None).visitor.site_id == world.site.id


def test_a_site_that_is_not_there(world: World) -> None:
    with pytest.raises(NotFound):
        world.open(site_key="nowhere")
    assert world.db.copy().visitors == []


def test_the_sites_language_and_department_are_taken_over(world: World) -> None:
    department = world.add_department()
    site = world.add_site(locale="zh-CN", department_id=department.id)
    session = world.open(site_key=site.key).view.session
    assert (session.locale, session.department_id) == ("zh-CN", department.id)


def test_a_site_that_follows_the_visitors_language_has_none_of_its_own(world: World) -> None:
    site = world.add_site(locale="auto")
    assert world.open(site_key=site.key).view.session.locale is None


def test_the_visitors_own_wishes_come_first(world: World) -> None:
    sales, support = world.add_department(), world.add_department()
    site = world.add_site(locale="zh-CN", department_id=sales.id)
    session = world.open(site_key=site.key, locale="en", department_id=support.id).view.session
    assert (session.locale, session.department_id) == ("en", support.id)


def test_a_department_that_is_not_there(world: World) -> None:
    with pytest.raises(Validation) as refused:
        world.open(department_id=new_id())
    assert set(refused.value.errors or {}) == {"department_id"}
    assert (world.db.copy().visitors, world.db.copy().sessions) == ([], [])


# --- With a visitor's bearer token ---------------------------------------------------------------


def test_a_known_visitor_gets_a_new_session_but_no_token(world: World) -> None:
    visitor = world.add_visitor(name="Ann")
    world.add_session(visitor, status="closed", closed_at=world.now)
    opened = world.open(visitor_actor(visitor))
    assert (opened.visitor.id, opened.token, opened.created) == (visitor.id, None, True)
    assert len(world.db.copy().sessions) == 2


@pytest.mark.parametrize("status", ["queued", "active", "bot", "snoozed"])
def test_a_known_visitor_gets_its_open_session_back(world: World, status: str) -> None:
    visitor = world.add_visitor()
    session = world.add_session(visitor, status=status)
    opened = world.open(visitor_actor(visitor), subject="Another")
    assert (opened.view.session.id, opened.created, opened.token) == (session.id, False, None)
    assert world.session(session.id).subject is None
    assert world.realtime.of(SessionQueued) == []


def test_who_has_an_open_session_is_asked_nothing_that_a_new_one_needs(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = world.add_visitor()
    session = world.add_session(visitor)
    monkeypatch.setattr(FakeSessions, "last_agent_of", None)
    monkeypatch.setattr(FakeDepartments, "among", lambda _, ids: dict.fromkeys(ids, "asked for"))
    opened = world.open(visitor_actor(visitor), department_id=new_id())
    assert (opened.view.session.id, opened.created) == (session.id, False)


def test_a_known_visitor_needs_no_site_key(world: World) -> None:
    other = world.add_site()
    visitor = world.open(site_key=other.key).visitor
    assert world.open(visitor_actor(visitor), site_key=None).visitor.site_id == other.id


def test_a_token_of_another_site_is_refused(world: World) -> None:
    visitor = world.add_visitor()
    with pytest.raises(Unauthorized):
        world.open(visitor_actor(visitor), site_key=world.add_site().key)


def test_a_token_of_a_visitor_that_is_gone(world: World) -> None:
    gone = visitor_actor(site_id=world.site.id)
    with pytest.raises(Unauthorized):
        world.open(gone)


def test_a_known_visitor_may_correct_its_labels(world: World) -> None:
    visitor = world.add_visitor(name="An", email="ann@example.com", attributes={"a": 1})
    world.open(visitor_actor(visitor), name="Ann", user_id="42", attributes={"b": 2})
    world.open(visitor_actor(visitor))  # saying nothing of itself
    now = world.visitor(visitor.id)
    assert (now.name, now.email, now.user_id) == ("Ann", "ann@example.com", "42")
    assert now.attributes == {"a": 1, "b": 2}


def test_a_proven_identity_is_not_overwritten_by_labels(world: World) -> None:
    visitor = world.add_visitor(name="Ann", user_id="42", external_id="42", verified=True)
    world.open(visitor_actor(visitor), name="The boss", user_id="1", email="boss@example.com")
    now = world.visitor(visitor.id)
    assert (now.name, now.user_id, now.email) == ("Ann", "42", None)


def test_agents_do_not_open_sessions(world: World) -> None:
    with pytest.raises(Forbidden):
        world.open(agent_actor())


# --- client_session_id ---------------------------------------------------------------------------


@pytest.mark.parametrize("hours", [0, 23.99])
def test_the_same_client_session_within_a_day(world: World, hours: float) -> None:
    key = new_id()
    first = world.open(client_session_id=key)
    world.clock.advance(hours=hours)
    again = world.open(client_session_id=key)

    assert again.view.session.id == first.view.session.id
    assert (again.visitor.id, again.created) == (first.visitor.id, False)
    assert again.token not in (None, first.token)
    assert len(world.db.copy().visitors) == 1
    assert len(world.realtime.of(SessionQueued)) == 1


def test_the_same_client_session_after_a_day_is_a_new_one(world: World) -> None:
    key = new_id()
    first = world.open(client_session_id=key)
    world.clock.advance(hours=24)
    again = world.open(client_session_id=key)
    assert again.created
    assert again.view.session.id != first.view.session.id
    assert again.visitor.id != first.visitor.id
    third = world.open(client_session_id=key)
    assert third.view.session.id == again.view.session.id


def test_a_repeated_client_session_that_was_closed_meanwhile(world: World) -> None:
    key = new_id()
    first = world.open(client_session_id=key)
    world.sessions.close(visitor_actor(first.visitor), first.view.session.id)
    again = world.open(client_session_id=key)
    assert (again.view.session.id, again.view.session.status) == (first.view.session.id, "closed")
    with pytest.raises(SessionClosed):
        world.open(client_session_id=key, message=make_draft())


def test_a_client_session_counts_for_one_site_only(world: World) -> None:
    key = new_id()
    here = world.open(client_session_id=key)
    there = world.open(client_session_id=key, site_key=world.add_site().key)
    assert there.created
    assert there.view.session.id != here.view.session.id


def test_a_client_session_of_another_visitor_is_refused(world: World) -> None:
    key = new_id()
    world.open(client_session_id=key)
    with pytest.raises(Validation) as refused:
        world.open(visitor_actor(world.add_visitor()), client_session_id=key)
    assert set(refused.value.errors or {}) == {"client_session_id"}


# --- Blocked visitors ----------------------------------------------------------------------------


def test_a_blocked_visitor_opens_nothing(world: World) -> None:
    visitor = world.add_visitor(blocked=True, name="Ann")
    with pytest.raises(Blocked):
        world.open(visitor_actor(visitor), name="Another")
    assert world.db.copy().sessions == []
    assert world.visitor(visitor.id).name == "Ann"


def test_a_blocked_visitor_does_not_come_back_by_its_client_session(world: World) -> None:
    key = new_id()
    opened = world.open(client_session_id=key)
    with world.db.change() as uow:
        visitor = uow.visitors.get(opened.visitor.id)
        assert visitor is not None
        visitor.blocked = True
    with pytest.raises(Blocked):
        world.open(client_session_id=key)


# --- The first message ---------------------------------------------------------------------------


def test_a_first_message_is_part_of_the_same_step(world: World) -> None:
    opened = world.open(name="Ann", message=make_draft("你好"))
    (message,) = world.said_in(opened.view.session.id)
    assert (message.body, message.seq, message.sender_id) == ("你好", 1, opened.visitor.id)
    assert message.sender_name == "Ann"
    assert (opened.view.session.last_seq, opened.view.session.unread("agent")) == (1, 1)
    assert [type(event) for event in world.realtime.events] == [SessionQueued, MessageSent]
    assert len(world.work("mail_missed_messages")) == 1


def test_a_message_is_also_sent_into_an_open_session(world: World) -> None:
    visitor = world.add_visitor()
    session = world.add_session(visitor)
    opened = world.open(visitor_actor(visitor), message=make_draft("Still there?"))
    assert not opened.created
    assert [one.body for one in world.said_in(session.id)] == ["Still there?"]
    assert len(world.realtime.of(MessageSent)) == 1


def test_a_message_is_sent_into_a_session_as_it_is_under_its_lock(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = world.add_visitor()
    world.add_session(visitor)
    locked = FakeSessions.locked

    def closed_before(sessions: FakeSessions, session_id: str) -> Session | None:
        session = locked(sessions, session_id)
        if session is not None and session.status != "closed":
            session.close(None, world.now)
        return session

    monkeypatch.setattr(FakeSessions, "locked", closed_before)
    with pytest.raises(SessionClosed):
        world.open(visitor_actor(visitor), message=make_draft("Still there?"))


def test_a_repeated_first_message_is_stored_once(world: World) -> None:
    key, draft = new_id(), make_draft("你好")
    first = world.open(client_session_id=key, message=draft)
    again = world.open(client_session_id=key, message=draft)
    assert again.view.session.id == first.view.session.id
    assert len(world.said_in(first.view.session.id)) == 1
    assert len(world.realtime.of(MessageSent)) == 1


def test_a_bad_first_message_opens_nothing(world: World) -> None:
    with pytest.raises(Validation):
        world.open(message=make_draft("  "))
    assert (world.db.copy().sessions, world.realtime.events) == ([], [])


# --- At the same moment --------------------------------------------------------------------------


class Late:
    """Opens the session of somebody else between our look and our writing."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
        self.left = times
        original = FakeSessions.add

        def add(sessions: FakeSessions, session: Session) -> None:
            if self.left:
                self.left -= 1
                raise Duplicate("open_key")
            original(sessions, session)

        monkeypatch.setattr(FakeSessions, "add", add)


def test_whoever_lost_the_race_looks_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    Late(world, monkeypatch, times=2)
    opened = world.open(message=make_draft())
    assert opened.created
    assert len(world.db.copy().visitors) == 1
    assert len(world.realtime.of(MessageSent)) == 1


def test_a_race_that_never_ends_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    Late(world, monkeypatch, times=99)
    with pytest.raises(Unavailable) as refused:
        world.open()
    assert refused.value.retry_after == 1
    assert (world.realtime.events, world.db.copy().visitors) == ([], [])


# --- How often -----------------------------------------------------------------------------------


def test_openings_are_counted_an_address_and_site(world: World) -> None:
    for _ in range(30):
        world.open(address="192.0.2.1")
    with pytest.raises(RateLimited) as refused:
        world.open(address="192.0.2.1")
    assert refused.value.retry_after == 60
    world.open(address="192.0.2.2")
    world.open(address="192.0.2.1", site_key=world.add_site().key)


def test_no_key_counts_as_the_key_of_the_default_site(world: World) -> None:
    world.add_site(key=DEFAULT_KEY)
    for _ in range(30):
        world.open(site_key=None)
    with pytest.raises(RateLimited):
        world.open(site_key=DEFAULT_KEY)
