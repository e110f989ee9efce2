"""Sending messages: once, in order, by whoever may."""

import pytest

from chat_app.domain.actor import Actor
from chat_app.domain.errors import (
    Blocked,
    Forbidden,
    NotFound,
    RateLimited,
    SessionClosed,
    Validation,
)
from chat_app.domain.events import MessageSent, TypingChanged
from chat_app.domain.session import Session
from tests.builders import agent_actor, make_draft, make_visitor, new_id, visitor_actor
from tests.use_cases.world import World


@pytest.fixture
def session(world: World) -> Session:
    return world.add_session()


@pytest.fixture
def visitor(world: World, session: Session) -> Actor:
    return visitor_actor(world.visitor(session.visitor_id), sid="the visitor's socket")


@pytest.fixture
def agent(world: World) -> Actor:
    return agent_actor(world.add_agent(), sid="the agent's socket")


def test_a_message_is_stored_and_then_pushed(
    world: World, session: Session, visitor: Actor
) -> None:
    sent = world.say(visitor, session.id, "你好 😀")
    (stored,) = world.said_in(session.id)
    assert (sent.duplicate, sent.message.id, sent.message.seq) == (False, stored.id, 1)
    assert (stored.body, stored.sender_id, stored.created_at) == ("你好 😀", visitor.id, world.now)
    (event,) = world.realtime.of(MessageSent)
    assert (event.message.id, event.origin) == (stored.id, "the visitor's socket")


def test_the_same_client_id_again_gives_the_stored_message(
    world: World, session: Session, visitor: Actor
) -> None:
    first = world.say(visitor, session.id, "Hello", client_msg_id="a")
    again = world.say(visitor, session.id, "whatever, even   ", client_msg_id="a")
    empty = world.say(visitor, session.id, "", client_msg_id="a")

    for repeated in (again, empty):
        assert repeated.duplicate
        assert (repeated.message.id, repeated.message.body) == (first.message.id, "Hello")
    assert len(world.said_in(session.id)) == 1
    assert world.session(session.id).last_seq == 1
    assert len(world.realtime.of(MessageSent)) == 1


def test_a_repeated_message_is_known_after_the_end_too(
    world: World, session: Session, visitor: Actor
) -> None:
    first = world.say(visitor, session.id, client_msg_id="a")
    world.sessions.close(visitor, session.id)
    again = world.say(visitor, session.id, client_msg_id="a")
    assert (again.duplicate, again.message.id) == (True, first.message.id)
    with pytest.raises(SessionClosed):
        world.say(visitor, session.id, client_msg_id="b")


def test_a_client_id_belongs_to_its_sender(
    world: World, session: Session, visitor: Actor, agent: Actor
) -> None:
    world.say(visitor, session.id, client_msg_id="a")
    assert not world.say(agent, session.id, client_msg_id="a").duplicate
    assert [one.seq for one in world.said_in(session.id)] == [1, 2]


def test_a_client_id_belongs_to_its_session(world: World, agent: Actor) -> None:
    one, other = world.add_session(), world.add_session()
    assert not world.say(agent, one.id, client_msg_id="a").duplicate
    assert not world.say(agent, other.id, client_msg_id="a").duplicate


def test_a_refused_message_burns_no_number(world: World, session: Session, visitor: Actor) -> None:
    world.say(visitor, session.id)
    with pytest.raises(Validation):
        world.say(visitor, session.id, " ")
    assert world.say(visitor, session.id).message.seq == 2


@pytest.mark.parametrize("body", ["", "  \n", "\u200b", "x" * 4_001])
def test_a_body_says_something_and_not_too_much(
    world: World, session: Session, visitor: Actor, body: str
) -> None:
    with pytest.raises(Validation) as refused:
        world.say(visitor, session.id, body)
    assert set(refused.value.errors or {}) == {"body"}
    assert world.said_in(session.id) == []


def test_a_note_is_for_agents(world: World, session: Session, visitor: Actor, agent: Actor) -> None:
    with pytest.raises(Forbidden):
        world.say(visitor, session.id, kind="note")
    note = world.say(agent, session.id, "Careful", kind="note").message
    assert (note.seq, note.visitor_seq) == (1, None)
    assert world.messages.page(visitor, session.id).messages == []
    assert world.messages.page(visitor, session.id).last_seq == 0


def test_files_need_an_attachment_that_is_there(
    world: World, session: Session, visitor: Actor
) -> None:
    for draft in (make_draft(kind="file"), make_draft(attachment_ids=(new_id(),))):
        with pytest.raises(Validation) as refused:
            world.messages.send(visitor, session.id, draft)
        assert set(refused.value.errors or {}) == {"attachment_ids"}


def test_answers_to_what_the_reader_can_see(
    world: World, session: Session, visitor: Actor, agent: Actor
) -> None:
    said = world.say(visitor, session.id).message
    note = world.say(agent, session.id, kind="note").message
    assert world.say(agent, session.id, reply_to=said.id).message.reply_to == said.id
    assert world.say(agent, session.id, kind="note", reply_to=note.id).message.reply_to == note.id

    elsewhere = world.say(agent, world.add_session().id).message
    for actor, target in ((visitor, note), (agent, note), (visitor, elsewhere)):
        with pytest.raises(Validation) as refused:
            world.say(actor, session.id, reply_to=target.id)
        assert set(refused.value.errors or {}) == {"reply_to"}
    with pytest.raises(Validation):
        world.say(visitor, session.id, reply_to=new_id())


def test_a_foreign_session_is_not_there(world: World, session: Session) -> None:
    for stranger in (visitor_actor(make_visitor(world.site)),):
        with pytest.raises(NotFound):
            world.say(stranger, session.id)
    with pytest.raises(NotFound):
        world.say(agent_actor(), new_id())


def test_a_blocked_visitor_says_nothing_more(
    world: World, session: Session, visitor: Actor
) -> None:
    world.say(visitor, session.id, client_msg_id="a")
    with world.db.change() as uow:
        row = uow.visitors.get(visitor.id)
        assert row is not None
        row.blocked = True
    with pytest.raises(Blocked):
        world.say(visitor, session.id)
    assert world.say(visitor, session.id, client_msg_id="a").duplicate


def test_visitors_and_agents_have_rates_of_their_own(
    world: World, session: Session, visitor: Actor, agent: Actor
) -> None:
    world.say(visitor, session.id)
    world.say(agent, session.id)
    assert world.limiter.asked == [
        ("messages:visitor", visitor.id, 60, 60),
        ("messages:agent", agent.id, 120, 60),
    ]
    world.limiter.hits["messages:visitor", visitor.id] = 60
    with pytest.raises(RateLimited):
        world.say(visitor, session.id)
    assert len(world.said_in(session.id)) == 2


# --- What a visitor's message leaves to be done --------------------------------------------------


def test_a_waiting_visitors_words_ask_for_a_letter_at_once_and_then_every_five_seconds(
    world: World, session: Session, visitor: Actor
) -> None:
    delays = []
    for pause in (0, 1, 2, 2, 1, 300):
        world.clock.advance(seconds=pause)
        before = len(world.work("mail_missed_messages"))
        world.say(visitor, session.id)
        for entry in world.work("mail_missed_messages")[before:]:
            assert entry.payload == {"session_id": session.id}
            delays.append((entry.available_at - entry.created_at).seconds)
    # At 0 s at once; at 1 s for 5 s, which will tell of 3 s, too; at 5 s for 10 s, which will
    # tell of 6 s; at 306 s nobody was written to for long.
    assert delays == [0, 4, 5, 0]


def test_nothing_is_mailed_about_agents_or_served_visitors(world: World, agent: Actor) -> None:
    served = world.add_session(status="active", agent_id=agent.id)
    world.say(visitor_actor(world.visitor(served.visitor_id)), served.id)
    world.say(agent, served.id)
    assert world.work("mail_missed_messages") == []


# --- Typing --------------------------------------------------------------------------------------


def test_typing_is_told_and_stored_nowhere(
    world: World, session: Session, visitor: Actor, agent: Actor
) -> None:
    world.messages.set_typing(visitor, session.id, typing=True, preview="I wan")
    world.messages.set_typing(visitor, session.id, typing=False, preview="I want")
    world.messages.set_typing(agent, session.id, typing=True, preview="secret")
    told = world.realtime.of(TypingChanged)
    assert [(one.sender_kind, one.typing, one.preview) for one in told] == [
        ("visitor", True, "I wan"),
        ("visitor", False, None),
        ("agent", True, None),
    ]
    assert told[0].origin == "the visitor's socket"
    assert world.said_in(session.id) == []


def test_nobody_types_in_a_foreign_session(world: World, session: Session) -> None:
    with pytest.raises(NotFound):
        world.messages.set_typing(visitor_actor(), session.id, typing=True)
    assert world.realtime.events == []
