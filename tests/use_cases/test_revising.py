"""Editing and recalling (撤回): the place stays, the revision rises, late readers see the same."""

import pytest

from chat_app.domain.actor import Actor
from chat_app.domain.errors import Forbidden, NotFound, RateLimited, Validation
from chat_app.domain.events import MessageUpdated
from chat_app.domain.session import Session
from tests.builders import agent_actor, make_visitor, new_id, visitor_actor
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


def test_an_edited_message_keeps_its_seq_and_gets_the_next_revision(
    world: World, session: Session, visitor: Actor
) -> None:
    first = world.say(visitor, session.id, "helo").message
    world.say(visitor, session.id, "second")
    changed = world.revising.edit(visitor, session.id, first.id, "hello").message

    assert (changed.seq, changed.visitor_seq) == (1, 1)
    assert (changed.revision, changed.visitor_revision) == (3, 3)
    assert (changed.body, changed.edited_at, changed.recalled_at) == ("hello", world.now, None)
    (event,) = world.realtime.of(MessageUpdated)
    assert (event.message.id, event.origin) == (first.id, "the visitor's socket")


def test_a_recalled_message_keeps_its_seq_and_loses_its_body(
    world: World, session: Session, agent: Actor
) -> None:
    said = world.say(agent, session.id, "the wrong window").message
    recalled = world.revising.recall(agent, session.id, said.id).message
    assert (recalled.seq, recalled.body, recalled.recalled_at) == (1, "", world.now)
    assert world.said_in(session.id)[0].body == ""


def test_recalling_twice_changes_nothing_the_second_time(
    world: World, session: Session, agent: Actor
) -> None:
    said = world.say(agent, session.id).message
    world.revising.recall(agent, session.id, said.id)
    again = world.revising.recall(agent, session.id, said.id).message
    assert again.revision == 2
    assert len(world.realtime.of(MessageUpdated)) == 1


def test_who_was_away_finds_what_changed_by_revision(
    world: World, session: Session, visitor: Actor, agent: Actor
) -> None:
    first = world.say(visitor, session.id, "one").message
    world.say(visitor, session.id, "two")
    seen = world.messages.page(agent, session.id)
    world.revising.edit(visitor, session.id, first.id, "ONE")
    world.say(visitor, session.id, "three")

    page = world.messages.page(agent, session.id, after_revision=seen.revision)
    assert [(one.seq, one.body) for one in page.messages] == [(1, "ONE"), (3, "three")]
    joined = world.joining.join(agent, session.id, after_seq=2, after_revision=seen.revision)
    assert [one.body for one in joined.changed or ()] == ["ONE"]
    assert [one.body for one in joined.page.messages] == ["three"]


def test_a_changed_note_moves_neither_of_the_visitors_numbers(
    world: World, session: Session, visitor: Actor, agent: Actor
) -> None:
    world.say(visitor, session.id)
    note = world.say(agent, session.id, "draft", kind="note").message
    before = world.messages.page(visitor, session.id)
    world.revising.edit(agent, session.id, note.id, "final")
    after = world.messages.page(visitor, session.id)
    assert (after.revision, after.last_seq) == (before.revision, before.last_seq)
    assert world.session(session.id).revision == 3


def test_the_list_shows_the_last_line_as_it_is_now(
    world: World, session: Session, visitor: Actor
) -> None:
    said = world.say(visitor, session.id, "my card is 1234").message
    world.revising.recall(visitor, session.id, said.id)
    last = world.session(session.id).last_message
    assert last is not None
    assert last["excerpt"] == ""


def test_visitors_may_change_their_own_for_two_minutes(
    world: World, session: Session, visitor: Actor
) -> None:
    said = world.say(visitor, session.id).message
    world.clock.advance(seconds=120)
    world.revising.edit(visitor, session.id, said.id, "in time")
    world.clock.advance(seconds=1)
    with pytest.raises(Forbidden):
        world.revising.edit(visitor, session.id, said.id, "too late")
    with pytest.raises(Forbidden):
        world.revising.recall(visitor, session.id, said.id)
    assert world.said_in(session.id)[0].body == "in time"


def test_agents_may_change_their_own_at_any_time(
    world: World, session: Session, agent: Actor
) -> None:
    said = world.say(agent, session.id).message
    world.clock.advance(seconds=30 * 86_400)
    assert world.revising.edit(agent, session.id, said.id, "later").message.body == "later"


def test_nobody_changes_anothers_message(
    world: World, session: Session, visitor: Actor, agent: Actor
) -> None:
    by_visitor = world.say(visitor, session.id).message
    by_agent = world.say(agent, session.id).message
    for actor, message in ((agent, by_visitor), (visitor, by_agent)):
        with pytest.raises(Forbidden):
            world.revising.edit(actor, session.id, message.id, "mine now")
        with pytest.raises(Forbidden):
            world.revising.recall(actor, session.id, message.id)


def test_what_cannot_be_seen_cannot_be_changed(
    world: World, session: Session, visitor: Actor, agent: Actor
) -> None:
    note = world.say(agent, session.id, kind="note").message
    said = world.say(visitor, session.id).message
    stranger = visitor_actor(make_visitor(world.site))
    for actor, message_id in ((visitor, note.id), (visitor, new_id()), (stranger, said.id)):
        with pytest.raises(NotFound):
            world.revising.recall(actor, session.id, message_id)


def test_a_recalled_message_cannot_be_edited(world: World, session: Session, agent: Actor) -> None:
    said = world.say(agent, session.id).message
    world.revising.recall(agent, session.id, said.id)
    with pytest.raises(Forbidden):
        world.revising.edit(agent, session.id, said.id, "back again")


@pytest.mark.parametrize("body", ["", "  \n ", "x" * 4_001])
def test_an_edit_must_say_something_within_the_limit(
    world: World, session: Session, agent: Actor, body: str
) -> None:
    said = world.say(agent, session.id, "before").message
    with pytest.raises(Validation):
        world.revising.edit(agent, session.id, said.id, body)
    assert world.said_in(session.id)[0].body == "before"


def test_changes_count_as_messages_for_the_rate(
    world: World, session: Session, visitor: Actor
) -> None:
    said = world.say(visitor, session.id).message
    world.limiter.hits["messages:visitor", visitor.id] = 60
    with pytest.raises(RateLimited):
        world.revising.recall(visitor, session.id, said.id)
