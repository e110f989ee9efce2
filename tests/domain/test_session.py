"""Numbers, marks and hands of a conversation."""

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_app.domain.errors import AlreadyAssigned, Forbidden, SessionClosed, StaleAssignment
from chat_app.domain.message import Message
from chat_app.domain.session import POST_WRITES, STATUSES, Session, SessionStatus, Side
from tests.builders import (
    NOON,
    after,
    agent_actor,
    make_agent,
    make_draft,
    make_message,
    make_session,
    make_visitor,
    new_id,
    visitor_actor,
)

Line = Literal["visitor", "agent", "note", "system", "bot"]
LINES_OF: tuple[Line, ...] = ("visitor", "agent", "note", "system", "bot")
LINES = st.lists(st.sampled_from(LINES_OF), max_size=60)
BOTH: tuple[Side, ...] = ("visitor", "agent")
SIDES = st.sampled_from(BOTH)


def say(session: Session, line: Line) -> Message:
    if line == "system":
        return session.announce("Somebody joined", new_id(), NOON)
    if line == "bot":
        return session.answer("the bot", "Momo", "Hello", new_id(), new_id(), NOON)
    visitor = make_visitor(id=session.visitor_id)
    actor = visitor_actor(visitor) if line == "visitor" else agent_actor()
    draft = make_draft(kind="note" if line == "note" else "text")
    return session.post(actor, draft, new_id(), NOON)


@given(LINES)
def test_both_sides_count_without_holes(lines: list[Line]) -> None:
    session = make_session()
    said = [say(session, line) for line in lines]
    shown = [message for message in said if not message.is_note]

    assert [message.seq for message in said] == list(range(1, len(lines) + 1))
    assert [message.visitor_seq for message in shown] == list(range(1, len(shown) + 1))
    assert (session.last_for("agent"), session.last_for("visitor")) == (len(said), len(shown))


@given(LINES)
def test_revisions_rise_with_every_message_of_the_side(lines: list[Line]) -> None:
    session = make_session()
    said = [say(session, line) for line in lines]
    shown = [message for message in said if not message.is_note]

    assert [message.revision for message in said] == list(range(1, len(said) + 1))
    assert [message.visitor_revision for message in shown] == list(range(1, len(shown) + 1))
    assert session.revision_for("agent") == len(said)
    assert session.revision_for("visitor") == len(shown)


def test_a_note_leaves_no_trace_in_the_visitors_numbers_and_times() -> None:
    session = make_session()
    say(session, "visitor")
    before = (session.last_visitor_seq, session.visitor_revision, session.visitor_updated_at)
    note = session.post(agent_actor(), make_draft(kind="note"), new_id(), after(5))

    assert (note.visitor_seq, note.visitor_revision) == (None, None)
    assert before == (
        session.last_visitor_seq, session.visitor_revision, session.visitor_updated_at,
    )  # fmt: skip
    assert session.updated_at == after(5)


def test_its_place_in_lists_follows_in_steps() -> None:
    session = make_session()
    places = []
    for seconds in (1, 9.999, 10, 19, 21, 5):
        session.touch(after(seconds))
        assert session.updated_at == after(seconds)
        places.append(session.listed_at)
    # The last one is of a machine whose clock is behind.
    assert places == [NOON, NOON, after(10), after(10), after(21), after(5)]


def test_a_message_carries_who_said_it_and_what_it_answers() -> None:
    session, agent = make_session(), make_agent(name="小王")
    draft = make_draft("好的", client_msg_id="abc", reply_to="another")
    message = session.post(agent_actor(agent), draft, "the id", after(1))

    assert (message.id, message.session_id, message.client_msg_id) == ("the id", session.id, "abc")
    assert (message.sender_kind, message.sender_id, message.sender_name) == (
        "agent", agent.id, "小王",
    )  # fmt: skip
    assert (message.body, message.reply_to, message.created_at) == ("好的", "another", after(1))


def test_the_last_message_is_what_a_person_said() -> None:
    session = make_session()
    message = session.post(agent_actor(), make_draft("Good\nmorning"), new_id(), after(1))
    session.announce("The visitor closed the conversation", new_id(), after(2))

    assert session.last_message == {
        "seq": message.seq,
        "kind": "text",
        "sender_kind": "agent",
        "excerpt": "Good morning",
        "created_at": after(1).isoformat(),
    }


def test_nothing_is_said_in_a_closed_session() -> None:
    session = make_session(status="closed")
    with pytest.raises(SessionClosed):
        session.post(agent_actor(), make_draft(), new_id(), NOON)
    assert session.last_seq == 0


def test_a_visitor_writes_no_notes() -> None:
    session = make_session()
    with pytest.raises(Forbidden):
        session.post(visitor_actor(), make_draft(kind="note"), new_id(), NOON)
    assert (session.last_seq, session.last_visitor_seq) == (0, 0)


def move(session: Session, side: Side, seq: int, visitor_seq: int, *, read: bool) -> bool:
    if read:
        return session.move_read(side, seq, visitor_seq, 0)
    return session.move_delivered(side, seq, visitor_seq)


@given(SIDES, st.lists(st.tuples(st.booleans(), st.integers(1, 20)), max_size=30))
def test_marks_only_rise(side: Side, moves: list[tuple[bool, int]]) -> None:
    session = make_session(last_seq=20, last_visitor_seq=20)
    for read, number in moves:
        before = (session.read_mark(side), session.delivered_mark(side))
        moved = move(session, side, number, number, read=read)
        now = (session.read_mark(side), session.delivered_mark(side))
        assert now[0] >= before[0]
        assert now[1] >= before[1]
        assert moved == (now != before)
        assert session.read_mark(side) <= session.delivered_mark(side)


@given(SIDES, st.lists(st.tuples(st.booleans(), st.integers(1, 20)), max_size=30))
def test_marks_move_in_both_numberings_at_once(side: Side, moves: list[tuple[bool, int]]) -> None:
    session = make_session(last_seq=40, last_visitor_seq=20)
    for read, number in moves:
        move(session, side, number * 2, number, read=read)
    pairs = {
        "visitor": (
            (session.visitor_read_seq, session.visitor_read_visitor_seq),
            (session.visitor_delivered_seq, session.visitor_delivered_visitor_seq),
        ),
        "agent": (
            (session.agent_read_seq, session.agent_read_visitor_seq),
            (session.agent_delivered_seq, session.agent_delivered_visitor_seq),
        ),
    }
    assert all(seq == 2 * visitor_seq for seq, visitor_seq in pairs[side])
    other: Side = "agent" if side == "visitor" else "visitor"
    assert pairs[other] == ((0, 0), (0, 0))


def test_reading_means_having_received() -> None:
    session = make_session(last_seq=5, last_visitor_seq=4)
    session.move_read("visitor", 5, 4, 0)
    assert (session.read_mark("visitor"), session.delivered_mark("visitor")) == (4, 4)


STEPS = st.lists(st.tuples(st.sampled_from(LINES_OF), SIDES, st.integers(0, 20)), max_size=20)


@given(STEPS)
def test_unread_is_what_the_other_side_said_above_the_mark(
    steps: list[tuple[Line, Side, int]],
) -> None:
    """However the marks move, it is the number of messages that could be counted."""
    session, said = make_session(), list[Message]()
    for line, side, to in steps:
        said.append(say(session, line))
        if 0 < to <= session.last_for(side):
            seq = next(one.seq for one in said if number(one, side) == to)
            shown = sum(not one.is_note for one in said if one.seq <= seq)
            heard = sum(one.seq <= seq for one in said_to(side, said))
            session.move_read(side, seq, shown, heard)
        for reader in BOTH:
            above = [one for one in said_to(reader, said) if one.seq > session.read_seq(reader)]
            assert session.unread(reader) == len(above)
            assert session.said_to(reader) == len(said_to(reader, said))


def number(message: Message, side: Side) -> int | None:
    return message.visitor_seq if side == "visitor" else message.seq


def said_to(side: Side, said: list[Message]) -> list[Message]:
    if side == "agent":
        return [one for one in said if one.sender_kind == "visitor"]
    return [one for one in said if one.sender_kind in ("agent", "bot") and not one.is_note]


def test_what_is_read_to_the_end_is_read_whoever_counted() -> None:
    moved_by_an_older_version = make_session(
        last_seq=3, last_visitor_seq=3, visitor_said=3, agent_said=3, agent_read_seq=3,
        visitor_read_visitor_seq=3,
    )  # fmt: skip
    assert moved_by_an_older_version.unread("agent") == 0
    assert moved_by_an_older_version.unread("visitor") == 0
    stored_by_one = make_session(last_seq=4, last_visitor_seq=4, agent_read_seq=3, agent_heard=3)
    assert stored_by_one.unread("agent") == 0


@pytest.mark.parametrize(
    ("delivered", "read", "status"),
    [(0, 0, "sent"), (2, 0, "sent"), (3, 0, "delivered"), (9, 2, "delivered"), (9, 3, "read")],
)
@pytest.mark.parametrize("sender", ["visitor", "agent"])
def test_a_message_is_as_far_as_the_other_side(
    sender: Side, delivered: int, read: int, status: str
) -> None:
    session = make_session()
    other: Side = "agent" if sender == "visitor" else "visitor"
    session.move_delivered(sender, 9, 9)  # the sender's own marks say nothing
    session.move_read(sender, 9, 9, 0)
    session.move_delivered(other, delivered, delivered)
    session.move_read(other, read, read, 0)
    message = make_message(session, seq=3, sender_kind=sender)
    assert session.message_status(message) == status


@pytest.mark.parametrize("kind", ["note", "system"])
def test_notes_and_system_lines_stay_sent(kind: str) -> None:
    session = make_session()
    session.move_read("visitor", 9, 9, 0)
    session.move_read("agent", 9, 9, 0)
    message = make_message(session, seq=3, kind=kind, sender_kind="agent")
    assert session.message_status(message) == "sent"


def test_opening_waits_and_holds_the_visitors_one_place() -> None:
    session = Session.open(
        session_id="s", site_id="shop", visitor_id="v", epoch="e", at=NOON, locale="zh-CN"
    )
    assert (session.status, session.queued_at, session.open_key) == ("queued", NOON, "shop:v")
    assert (session.last_seq, session.revision, session.assign_epoch) == (0, 0, 0)
    assert session.created_at == session.updated_at == session.visitor_updated_at == NOON


def test_closing_ends_it_and_gives_the_place_back() -> None:
    session = make_session(status="active", agent_id=new_id(), assign_epoch=3)
    session.close("solved", after(9))

    assert session.is_closed
    assert (session.closed_at, session.close_reason) == (after(9), "solved")
    assert (session.open_key, session.queued_at) == (None, None)
    assert session.updated_at == session.visitor_updated_at == after(9)
    assert session.assign_epoch == 4, "an action on the copy before must be stale"


def test_assigning_takes_it_out_of_the_queue() -> None:
    session = make_session()
    session.assign("agent", {"strategy": "least_busy", "candidates": 2}, after(3))

    assert (session.status, session.agent_id, session.queued_at) == ("active", "agent", None)
    assert (session.assign_epoch, session.updated_at) == (1, after(3))
    assert session.assigned_because == {"strategy": "least_busy", "candidates": 2}


def test_a_closed_session_is_not_assigned() -> None:
    with pytest.raises(SessionClosed):
        make_session(status="closed").assign("agent", None, NOON)


def test_only_the_present_epoch_passes() -> None:
    session = make_session(assign_epoch=2)
    session.check_epoch(2)
    session.check_epoch(None)
    for stale in (1, 3):
        with pytest.raises(StaleAssignment):
            session.check_epoch(stale)


def test_acceptable_is_what_is_open_and_nobody_elses() -> None:
    make_session().check_acceptable("me")
    make_session(agent_id="me", status="active").check_acceptable("me")
    with pytest.raises(AlreadyAssigned):
        make_session(agent_id="another", status="active").check_acceptable("me")
    with pytest.raises(SessionClosed):
        make_session(agent_id="me", status="closed").check_acceptable("me")


def test_a_session_that_begins_with_a_bot_waits_once_it_is_handed_off() -> None:
    session = Session.open(
        session_id=new_id(),
        site_id=new_id(),
        visitor_id=new_id(),
        epoch="e",
        at=NOON,
        with_bot=True,
    )
    assert (session.status, session.queued_at, session.waiting_since) == ("bot", None, None)
    assert session.open_key is not None
    assert session.hand_off(after(60))
    assert (session.status, session.queued_at, session.waiting_since, session.updated_at) == (
        "queued", after(60), after(60), after(60),
    )  # fmt: skip
    assert session.assign_epoch == 0, "no person had it"


@pytest.mark.parametrize("status", ["queued", "active", "snoozed"])
def test_without_a_bot_there_is_nothing_to_hand_off(status: str) -> None:
    session = make_session(status=status)
    before = dict(vars(session))
    assert not session.hand_off(after(60))
    assert vars(session) == before


def test_nothing_closed_is_handed_off() -> None:
    with pytest.raises(SessionClosed):
        make_session(status="closed").hand_off(NOON)


def test_what_a_bot_says_has_numbers_for_both_sides() -> None:
    session = make_session(status="bot")
    said = session.answer("the bot", "Momo", "Hello", "bot:1", new_id(), NOON)
    assert (said.seq, said.visitor_seq, said.kind) == (1, 1, "text")
    assert (said.sender_kind, said.sender_id, said.sender_name) == ("bot", "the bot", "Momo")
    assert session.last_message is not None
    assert session.last_message["sender_kind"] == "bot"
    assert session.message_status(said) == "sent"
    session.move_read("visitor", 1, 1, 1)
    assert session.message_status(said) == "read"


@pytest.mark.parametrize("status", [one for one in STATUSES if one != "closed"])
def test_a_message_changes_only_what_the_shortcut_writes(status: SessionStatus) -> None:
    session = make_session(status=status)
    before = dict(vars(session))
    say(session, "visitor")
    session.ask_for_mail(after(1))
    changed = {name for name, value in vars(session).items() if value != before[name]}
    assert changed <= set(POST_WRITES)
