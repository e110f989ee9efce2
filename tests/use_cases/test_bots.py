"""A bot answers first: every message once, in order, until a person is needed."""

from typing import Any

import pytest

from chat_app.domain.actor import Actor
from chat_app.domain.bot import Bot
from chat_app.domain.errors import Unavailable
from chat_app.domain.events import MessageSent, SessionAssigned, SessionQueued, SessionUpdated
from chat_app.domain.message import Message
from chat_app.domain.repositories import Duplicate
from chat_app.domain.session import Session
from chat_app.use_cases.bots import BATCH
from tests.builders import agent_actor, make_bot, make_draft, visitor_actor
from tests.use_cases.world import World

BOT = make_bot(("refund", "退货"), ("delivery", "发货"))
FALLBACK = BOT["fallback"]
LINE = "You are in the queue for a person"


@pytest.fixture
def world(world: World) -> World:
    """Its site has a bot."""
    world.site = world.add_site(bot=BOT)
    return world


def let_work(world: World) -> None:
    """A worker does what the commits have left behind, as often as they did."""
    for entry in world.work("bot_answer"):
        world.bots.answer(entry.payload["session_id"])


def begin(world: World, *texts: str, **request: Any) -> tuple[Session, Actor]:
    """A session in which the visitor has said these texts, one after the other."""
    opened = world.open(**request)
    visitor = visitor_actor(opened.visitor)
    for text in texts:
        world.say(visitor, opened.view.session.id, text)
        let_work(world)
    return world.session(opened.view.session.id), visitor


def spoken(world: World, session: Session) -> list[tuple[str, str]]:
    return [(one.sender_kind, one.body) for one in world.said_in(session.id)]


def said_by_bot(world: World, session: Session) -> list[str]:
    return [body for kind, body in spoken(world, session) if kind == "bot"]


def change_bot(world: World, bot: Bot | None) -> None:
    with world.db.change() as uow:
        site = uow.sites.get(world.site.id)
        assert site is not None
        site.bot = bot


def test_a_session_begins_with_the_greeting_and_waits_for_nobody(world: World) -> None:
    world.add_agent()
    opened = world.open()
    session = world.session(opened.view.session.id)
    assert (session.status, session.queued_at, session.waiting_since) == ("bot", None, None)
    (greeting,) = world.said_in(session.id)
    assert (greeting.sender_kind, greeting.sender_id) == ("bot", world.site.id)
    assert (greeting.sender_name, greeting.body, greeting.kind) == (
        "Momo", BOT["greeting"], "text",
    )  # fmt: skip
    assert (opened.view.queue_position, session.unread("visitor")) == (None, 1)
    assert session.unread("agent") == 0
    assert [type(one) for one in world.realtime.events] == [MessageSent]
    assert world.db.copy().outbox == []
    assert world.assigning.assign_waiting() == 0
    assert world.sessions.counts(agent_actor(role="admin")).queued == 0


def test_the_first_message_is_answered_after_the_greeting(world: World) -> None:
    opened = world.open(message=make_draft("怎么退货"))
    let_work(world)
    assert spoken(world, opened.view.session) == [
        ("bot", BOT["greeting"]), ("visitor", "怎么退货"), ("bot", "about refund"),
    ]  # fmt: skip


def test_coming_back_is_no_second_greeting(world: World) -> None:
    session, visitor = begin(world, "refund")
    again = world.open(visitor, message=make_draft("delivery"))
    assert (again.created, again.view.session.id) == (False, session.id)
    let_work(world)
    assert said_by_bot(world, session) == [BOT["greeting"], "about refund", "about delivery"]


def test_messages_that_wait_are_answered_in_order_and_once(world: World) -> None:
    session, visitor = begin(world)
    for text in ("refund", "delivery", "refund"):
        world.say(visitor, session.id, text)
    assert len(world.work("bot_answer")) == 1, "one wish for a session is enough"
    for _ in range(3):
        let_work(world)
    answers = [one for one in world.said_in(session.id) if one.sender_kind == "bot"][1:]
    assert [one.body for one in answers] == ["about refund", "about delivery", "about refund"]
    asked = [one.id for one in world.said_in(session.id) if one.sender_kind == "visitor"]
    assert [one.client_msg_id for one in answers] == [f"bot:{one}" for one in asked]


def test_more_than_a_batch_is_answered(world: World) -> None:
    session, visitor = begin(world)
    for _ in range(BATCH + 2):
        world.limiter.pass_time()
        world.say(visitor, session.id, "refund")
    let_work(world)
    assert said_by_bot(world, session)[1:] == ["about refund"] * (BATCH + 2)


def test_the_constraint_refuses_a_second_answer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if the mark were lost."""
    session, _ = begin(world, "refund")
    before = spoken(world, session)
    with world.db.change() as uow:
        stored = uow.sessions.get(session.id)
        assert stored is not None
        stored.bot_seq = 0
    with pytest.raises((Duplicate, Unavailable)):
        world.bots.answer(session.id)
    assert spoken(world, session) == before


def test_a_recalled_message_needs_no_answer(world: World) -> None:
    session, visitor = begin(world)
    sent = world.say(visitor, session.id, "refund")
    world.revising.recall(visitor, session.id, sent.message.id)
    let_work(world)
    assert said_by_bot(world, session) == [BOT["greeting"]]
    assert world.session(session.id).bot_misses == 0


def test_the_first_miss_is_the_fallback_the_second_a_person(world: World) -> None:
    session, _ = begin(world, "hello")
    assert (said_by_bot(world, session)[-1], session.status) == (FALLBACK, "bot")
    session, _ = begin(world, "hello", "hello?")
    assert spoken(world, session)[-2:] == [("visitor", "hello?"), ("system", LINE)]
    assert session.status == "queued"


def test_misses_count_only_in_a_row(world: World) -> None:
    session, _ = begin(world, "hello", "refund", "hello")
    assert (session.status, said_by_bot(world, session)[-1]) == ("bot", FALLBACK)


@pytest.mark.parametrize(("text", "locale"), [("转人工", "zh-CN"), ("talk to a human", "en")])
def test_a_wish_leads_to_the_queue_and_to_an_agent_with_all_that_was_said(
    world: World, text: str, locale: str
) -> None:
    session, visitor = begin(world, "refund", locale=locale)
    world.clock.advance(minutes=5)
    agent = world.add_agent()
    world.say(visitor, session.id, text)
    let_work(world)
    waiting = world.session(session.id)
    assert (waiting.status, waiting.queued_at, waiting.waiting_since) == (
        "queued", world.now, world.now,
    )  # fmt: skip
    (queued,) = world.realtime.of(SessionQueued)
    assert queued.view.queue_position == 1
    assert world.realtime.of(SessionUpdated), "the visitor sees its place"
    assert world.assigning.assign_waiting() == 1
    assert [one.reason for one in world.realtime.of(SessionAssigned)] == ["auto"]
    assert world.session(session.id).agent_id == agent.id
    page = world.messages.page(agent_actor(agent), session.id)
    assert [one.sender_kind for one in page.messages] == [
        "bot", "visitor", "bot", "visitor", "system", "system",
    ]  # fmt: skip


def test_the_bot_is_silent_once_a_person_is_asked_for(world: World) -> None:
    session, visitor = begin(world)
    for text in ("refund", "转人工", "delivery"):
        world.say(visitor, session.id, text)
    let_work(world)
    world.say(visitor, session.id, "refund")
    let_work(world)
    assert said_by_bot(world, session) == [BOT["greeting"], "about refund"]


def test_what_many_messages_say_after_a_wish_is_for_people(world: World) -> None:
    session, visitor = begin(world)
    world.say(visitor, session.id, "转人工")
    for _ in range(BATCH + 1):
        world.limiter.pass_time()
        world.say(visitor, session.id, "refund")
    let_work(world)
    assert said_by_bot(world, session) == [BOT["greeting"]]
    assert world.session(session.id).status == "queued"


def test_an_agent_may_take_it_from_the_bot(world: World) -> None:
    agent = agent_actor(world.add_agent())
    session, visitor = begin(world, "refund")
    world.say(visitor, session.id, "delivery")
    taken = world.sessions.accept(agent, session.id, session.assign_epoch)
    assert (taken.session.status, taken.session.agent_id) == ("active", agent.id)
    let_work(world)
    world.say(visitor, session.id, "refund")
    let_work(world)
    assert said_by_bot(world, session) == [BOT["greeting"], "about refund"]


def test_a_note_of_an_agent_is_not_for_the_bot(world: World) -> None:
    session, visitor = begin(world)
    world.say(agent_actor(), session.id, "转人工", kind="note")
    assert world.work("bot_answer") == []
    world.say(visitor, session.id, "refund")
    let_work(world)
    assert world.session(session.id).status == "bot"


def test_a_closed_session_is_not_answered(world: World) -> None:
    session, visitor = begin(world)
    world.say(visitor, session.id, "refund")
    world.sessions.close(visitor, session.id)
    let_work(world)
    assert said_by_bot(world, session) == [BOT["greeting"]]


def test_a_site_that_has_no_bot_any_more_leaves_the_session_to_people(world: World) -> None:
    session, visitor = begin(world, "refund")
    change_bot(world, None)
    world.say(visitor, session.id, "refund")
    let_work(world)
    assert world.session(session.id).status == "queued"


def test_a_bot_that_was_changed_answers_with_what_it_knows_now(world: World) -> None:
    session, visitor = begin(world)
    change_bot(world, make_bot(("refund", "x"), name="Nono"))
    world.say(visitor, session.id, "x")
    let_work(world)
    last: Message = world.said_in(session.id)[-1]
    assert (last.sender_name, last.sender_id) == ("Nono", world.site.id)


def test_sessions_without_a_bot_leave_nothing_for_it(world: World) -> None:
    change_bot(world, None)
    session, _ = begin(world, "refund")
    assert session.status == "queued"
    assert world.work("bot_answer") == []
    world.bots.answer(session.id)
    assert said_by_bot(world, session) == []


def test_an_idle_session_of_the_bot_is_closed(world: World) -> None:
    session, _ = begin(world, "refund")
    world.clock.advance(hours=2)
    assert world.archiving.close_idle() == 1
    assert world.session(session.id).status == "closed"
