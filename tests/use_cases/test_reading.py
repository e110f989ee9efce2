"""Pages, joining, syncing and read marks: always in the reader's own numbers."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import pytest

from chat_app.domain.actor import Actor
from chat_app.domain.errors import NotFound, Validation
from chat_app.domain.events import ReadMoved
from chat_app.domain.message import Message
from chat_app.domain.session import Session
from chat_app.use_cases.joining import Joined
from chat_app.use_cases.messages import Position
from tests.builders import agent_actor, make_message, new_id, visitor_actor
from tests.fake_conversations import FakeSessions
from tests.use_cases.gathering import at_once
from tests.use_cases.world import World

# v: the visitor, a: the agent, n: a note. The visitor's numbers: 1 2 - 3 4 - - 5 6 7
SAID = "vanvannvav"


@pytest.fixture
def session(world: World) -> Session:
    return world.add_session()


@pytest.fixture
def visitor(world: World, session: Session) -> Actor:
    return visitor_actor(world.visitor(session.visitor_id), sid="v")


@pytest.fixture
def agent(world: World, session: Session, visitor: Actor) -> Actor:
    """An agent, after the conversation of SAID."""
    actor = agent_actor(world.add_agent(), sid="a")
    for who in SAID:
        kind = "note" if who == "n" else "text"
        world.say(visitor if who == "v" else actor, session.id, who, kind=kind)
    world.realtime.clear()
    return actor


def seqs(messages: Sequence[Message]) -> list[int]:
    return [one.seq for one in messages]


def own(messages: Sequence[Message]) -> list[int | None]:
    return [one.visitor_seq for one in messages]


def test_without_a_bound_the_newest_page(world: World, session: Session, agent: Actor) -> None:
    page = world.messages.page(agent, session.id, limit=3)
    assert (seqs(page.messages), page.has_more) == ([8, 9, 10], True)
    assert (page.last_seq, page.revision, page.epoch) == (10, 10, session.epoch)
    whole = world.messages.page(agent, session.id, limit=10)
    assert (seqs(whole.messages), whole.has_more) == (list(range(1, 11)), False)


def test_backwards(world: World, session: Session, agent: Actor) -> None:
    page = world.messages.page(agent, session.id, before_seq=4, limit=2)
    assert (seqs(page.messages), page.has_more) == ([2, 3], True)
    page = world.messages.page(agent, session.id, before_seq=2, limit=2)
    assert (seqs(page.messages), page.has_more) == ([1], False)
    page = world.messages.page(agent, session.id, before_seq=1)
    assert (seqs(page.messages), page.has_more) == ([], False)


def test_forwards(world: World, session: Session, agent: Actor) -> None:
    page = world.messages.page(agent, session.id, after_seq=7, limit=2)
    assert (seqs(page.messages), page.has_more) == ([8, 9], True)
    page = world.messages.page(agent, session.id, after_seq=8, limit=2)
    assert (seqs(page.messages), page.has_more) == ([9, 10], False)
    page = world.messages.page(agent, session.id, after_seq=10)
    assert (seqs(page.messages), page.has_more) == ([], False)


def test_a_visitor_pages_in_its_own_numbers(
    world: World, session: Session, visitor: Actor, agent: Actor
) -> None:
    page = world.messages.page(visitor, session.id, after_seq=2, limit=3)
    assert (own(page.messages), page.has_more) == ([3, 4, 5], True)
    assert (page.last_seq, page.revision) == (7, 7)
    assert all(message.kind != "note" for message in page.messages)
    page = world.messages.page(visitor, session.id, before_seq=3)
    assert (own(page.messages), page.has_more) == ([1, 2], False)


def test_only_one_direction_at_a_time(world: World, session: Session, agent: Actor) -> None:
    with pytest.raises(Validation):
        world.messages.page(agent, session.id, after_seq=1, before_seq=3)
    with pytest.raises(Validation):
        world.messages.page(agent, session.id, after_seq=0, after_revision=0)


def change(world: World, session: Session, seq: int) -> None:
    """Edit one message, as a later behaviour will."""
    with world.db.change() as uow:
        row = uow.sessions.locked(session.id)
        (message,) = uow.messages.after(session.id, "agent", seq - 1, 1)
        assert row is not None
        row.revision += 1
        message.revision, message.body = row.revision, "edited"
        if not message.is_note:
            row.visitor_revision += 1
            message.visitor_revision = row.visitor_revision


def test_after_a_revision_what_is_new_or_changed(
    world: World, session: Session, visitor: Actor, agent: Actor
) -> None:
    change(world, session, 4)
    page = world.messages.page(agent, session.id, after_revision=9, limit=1)
    assert (seqs(page.messages), page.has_more, page.revision) == ([10], True, 11)
    page = world.messages.page(agent, session.id, after_revision=10)
    assert (seqs(page.messages), page.has_more) == ([4], False)
    page = world.messages.page(visitor, session.id, after_revision=7)
    assert [(one.visitor_seq, one.body) for one in page.messages] == [(3, "edited")]


def test_a_changed_note_does_not_concern_the_visitor(
    world: World, session: Session, visitor: Actor, agent: Actor
) -> None:
    change(world, session, 3)
    page = world.messages.page(visitor, session.id, after_revision=7)
    assert (page.messages, page.revision) == ([], 7)


def test_a_message_stored_after_the_session_was_read_waits_for_its_page(
    world: World, session: Session, agent: Actor
) -> None:
    with world.db.change() as uow:
        uow.messages.add(make_message(session, seq=11))
    page = world.messages.page(agent, session.id, after_seq=9)
    assert (seqs(page.messages), page.last_seq) == ([10], 10)


def test_foreign_sessions_are_not_there(world: World, session: Session, agent: Actor) -> None:
    stranger = visitor_actor()
    with pytest.raises(NotFound):
        world.messages.page(stranger, session.id)
    with pytest.raises(NotFound):
        world.joining.join(stranger, session.id)
    for unknown in (new_id(), "no id"):
        with pytest.raises(NotFound):
            world.joining.check(agent, unknown)
    with pytest.raises(NotFound):
        world.messages.mark_read(stranger, session.id, 1)
    with pytest.raises(NotFound):
        world.joining.check(stranger, session.id)
    with pytest.raises(NotFound):
        world.messages.set_typing(stranger, session.id, typing=True)
    assert world.messages.sync(stranger, {session.id: 3}) == {}


# --- Joining -------------------------------------------------------------------------------------


def test_joining_gives_what_is_missing(
    world: World, session: Session, visitor: Actor, agent: Actor
) -> None:
    joined = world.joining.join(visitor, session.id, after_seq=5)
    assert (own(joined.page.messages), joined.changed) == ([6, 7], None)
    assert (joined.page.last_seq, joined.page.has_more) == (7, False)
    assert joined.view.session.id == session.id


def test_who_joined_is_expected_to_write(world: World, session: Session, visitor: Actor) -> None:
    assert world.shortcut.supposed(session.id) is None
    world.joining.join(visitor, session.id)
    supposed = world.shortcut.supposed(session.id)
    assert supposed is not None
    assert (supposed.session.epoch, supposed.session.last_seq) == (session.epoch, 0)


def test_joining_tells_what_changed_of_the_known(
    world: World, session: Session, agent: Actor
) -> None:
    change(world, session, 2)
    joined = world.joining.join(agent, session.id, after_seq=8, after_revision=8)
    assert seqs(joined.page.messages) == [9, 10]
    assert seqs(joined.changed or []) == [2]


def test_a_client_of_the_same_history_goes_on(world: World, session: Session, agent: Actor) -> None:
    joined = world.joining.join(agent, session.id, 8, 8, session.epoch)
    assert (seqs(joined.page.messages), joined.changed) == ([9, 10], [])


def test_a_client_of_another_history_begins_again(
    world: World, session: Session, agent: Actor
) -> None:
    joined = world.joining.join(agent, session.id, 8, 8, "before the backup")
    assert seqs(joined.page.messages) == list(range(1, 11))
    assert (joined.changed, joined.page.epoch) == (None, session.epoch)


def test_those_who_join_at_the_same_moment_share_their_looks(
    world: World, session: Session, visitor: Actor, agent: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [world.add_session() for _ in range(2)]
    owners = [visitor_actor(world.visitor(one.visitor_id)) for one in others]
    pairs = [(visitor, session), (agent, session), *zip(owners, others, strict=True)]
    looks: list[int] = []
    among = FakeSessions.among

    def counted(sessions: FakeSessions, ids: Iterable[str]) -> Mapping[str, Session]:
        looks.append(1)
        return among(sessions, ids)

    monkeypatch.setattr(FakeSessions, "among", counted)
    joining, stranger = world.joining, visitor_actor()
    checked = at_once(
        joining._asking,
        *(partial(joining.check, one, of.id) for one, of in [*pairs, (stranger, session)]),
    )
    assert checked[:-1] == [None] * 4
    assert isinstance(checked[-1], NotFound)
    *joined, refused = at_once(
        joining._looking,
        *(partial(joining.join, one, of.id, 5) for one, of in [*pairs, (stranger, session)]),
    )
    assert isinstance(refused, NotFound)
    assert [one.view.session.id for one in joined if isinstance(one, Joined)] == [
        of.id for _, of in pairs
    ]
    assert [len(one.page.messages) for one in joined if isinstance(one, Joined)] == [2, 5, 0, 0]
    assert len(looks) == 2


def test_who_lacks_nothing_asks_for_nothing(
    world: World, session: Session, agent: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.joining.join(agent, session.id)
    monkeypatch.setattr(world.messages, "_uow", None)
    joined = world.joining.join(agent, session.id, 10, 10)
    assert (joined.page.messages, joined.changed, joined.page.last_seq) == ([], [], 10)
    with pytest.raises(AttributeError):
        world.joining.join(agent, session.id, 9, 10)
    with pytest.raises(AttributeError):
        world.joining.join(agent, session.id, 10, 9)


# --- Delivered and read --------------------------------------------------------------------------


def test_fetching_counts_as_delivered(
    world: World, session: Session, visitor: Actor, agent: Actor
) -> None:
    world.messages.page(visitor, session.id, after_seq=0, limit=4)
    now = world.session(session.id)
    assert (now.delivered_mark("visitor"), now.visitor_delivered_seq) == (4, 5)
    (moved,) = world.realtime.of(ReadMoved)
    assert (moved.reader, moved.origin) == ("visitor", "v")

    world.joining.join(visitor, session.id, after_seq=4)
    assert world.session(session.id).delivered_mark("visitor") == 7
    world.realtime.clear()
    world.messages.page(visitor, session.id, after_seq=0, limit=2)
    assert world.session(session.id).delivered_mark("visitor") == 7
    assert world.realtime.events == []


def test_syncing_tells_where_the_own_sessions_stand(
    world: World, session: Session, visitor: Actor, agent: Actor
) -> None:
    foreign = world.add_session()
    asked = {session.id: 3, foreign.id: 1}
    assert world.messages.sync(visitor, asked) == {session.id: Position(7, 7)}
    assert world.messages.sync(agent, asked) == {
        session.id: Position(10, 10),
        foreign.id: Position(0, 0),
    }
    now = world.session(session.id)
    assert (now.visitor_delivered_visitor_seq, now.visitor_delivered_seq) == (3, 4)
    assert (now.agent_delivered_seq, now.agent_delivered_visitor_seq) == (3, 2)


def test_a_client_that_claims_more_than_there_is(
    world: World, session: Session, visitor: Actor, agent: Actor
) -> None:
    world.messages.sync(visitor, {session.id: 99})
    now = world.session(session.id)
    assert (now.visitor_delivered_visitor_seq, now.visitor_delivered_seq) == (7, 10)


def test_reading_moves_the_mark_and_counts_the_rest(
    world: World, session: Session, visitor: Actor, agent: Actor
) -> None:
    # The agent said the visitor's 2, 4 and 6; the visitor said the agent's 1, 4, 8 and 10.
    assert world.messages.mark_read(visitor, session.id, 2) == 2
    assert world.messages.mark_read(visitor, session.id, 7) == 0
    assert world.messages.mark_read(agent, session.id, 8) == 1
    now = world.session(session.id)
    assert (now.visitor_read_visitor_seq, now.visitor_read_seq) == (7, 10)
    assert (now.agent_read_seq, now.agent_read_visitor_seq) == (8, 5)
    assert [one.reader for one in world.realtime.of(ReadMoved)] == ["visitor", "visitor", "agent"]


def test_a_mark_that_moves_in_steps_counts_what_lies_between(
    world: World, session: Session, visitor: Actor, agent: Actor
) -> None:
    assert [world.messages.mark_read(agent, session.id, seq) for seq in (1, 3, 4, 10)] == [
        3,
        3,
        2,
        0,
    ]
    assert [world.messages.mark_read(visitor, session.id, seq) for seq in (1, 3, 6)] == [3, 2, 0]
    world.say(visitor, session.id)
    assert world.session(session.id).unread("agent") == 1
    assert world.session(session.id).unread("visitor") == 0


def test_a_mark_never_goes_down(world: World, session: Session, agent: Actor) -> None:
    world.messages.mark_read(agent, session.id, 8)
    world.realtime.clear()
    assert world.messages.mark_read(agent, session.id, 2) == 1
    assert world.session(session.id).agent_read_seq == 8
    assert world.realtime.events == []


def test_nobody_reads_beyond_the_end(
    world: World, session: Session, visitor: Actor, agent: Actor
) -> None:
    for actor, beyond in ((visitor, 8), (agent, 11)):
        with pytest.raises(Validation) as refused:
            world.messages.mark_read(actor, session.id, beyond)
        assert set(refused.value.errors or {}) == {"seq"}
    assert world.session(session.id).visitor_read_seq == 0


def test_marks_do_not_move_what_the_session_shows_as_changed(
    world: World, session: Session, visitor: Actor, agent: Actor
) -> None:
    before = world.session(session.id)
    world.messages.mark_read(visitor, session.id, 7)
    now = world.session(session.id)
    assert (now.revision, now.visitor_revision) == (before.revision, before.visitor_revision)
