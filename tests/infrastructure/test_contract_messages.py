"""Every database reads a conversation in the numbers of the one who reads."""

from collections.abc import Sequence

import pytest

from chat_app.domain.message import Message
from chat_app.domain.session import Session, Side
from tests.builders import NOON, agent_actor, make_draft, make_message, new_id, visitor_actor
from tests.infrastructure.bench import Bench

# v: the visitor, a: the agent, n: a note, s: the system, b: a bot.
# all:      1 2 3 4 5 6 7 8 9
# visitor:  1 2 - 3 4 - 5 6 7
SAID = "vanvsnabv"
KINDS = {"n": "note", "s": "system"}
SENDERS = {"v": "visitor", "a": "agent", "n": "agent", "s": "system", "b": "bot"}


@pytest.fixture
def session(bench: Bench) -> Session:
    """A session in which SAID was said; the bodies are the letters."""
    session = bench.session(last_seq=len(SAID), last_visitor_seq=len(SAID) - SAID.count("n"))
    shown = 0
    for seq, who in enumerate(SAID, 1):
        hidden = who == "n"
        shown += not hidden
        number = None if hidden else shown
        bench.keep(
            make_message(
                session,
                seq=seq,
                revision=seq,
                visitor_seq=number,
                visitor_revision=number,
                kind=KINDS.get(who, "text"),
                sender_kind=SENDERS[who],
                body=who,
            )
        )
    foreign = bench.session()
    bench.keep(make_message(foreign, seq=1), make_message(foreign, seq=2))
    return session


def seqs(messages: Sequence[Message]) -> list[int]:
    return [one.seq for one in messages]


def test_forwards(bench: Bench, session: Session) -> None:
    with bench.uow.reading() as uow:
        assert seqs(uow.messages.after(session.id, "agent", 0, 4)) == [1, 2, 3, 4]
        assert seqs(uow.messages.after(session.id, "agent", 7, 4)) == [8, 9]
        assert seqs(uow.messages.after(session.id, "agent", 9, 4)) == []
        assert seqs(uow.messages.after(session.id, "visitor", 2, 3)) == [4, 5, 7]
        assert seqs(uow.messages.after(session.id, "visitor", 7, 3)) == []


def test_backwards(bench: Bench, session: Session) -> None:
    with bench.uow.reading() as uow:
        assert seqs(uow.messages.before(session.id, "agent", None, 3)) == [7, 8, 9]
        assert seqs(uow.messages.before(session.id, "agent", 4, 2)) == [2, 3]
        assert seqs(uow.messages.before(session.id, "agent", 1, 2)) == []
        assert seqs(uow.messages.before(session.id, "visitor", None, 3)) == [7, 8, 9]
        assert seqs(uow.messages.before(session.id, "visitor", 4, 9)) == [1, 2, 4]


def test_by_revision(bench: Bench, session: Session) -> None:
    with bench.uow() as uow:
        first = uow.messages.after(session.id, "agent", 0, 1)[0]
        note = uow.messages.after(session.id, "agent", 2, 1)[0]
        first.revision, first.visitor_revision = 10, 8
        note.revision = 11
        uow.commit()
    with bench.uow.reading() as uow:
        assert seqs(uow.messages.after_revision(session.id, "agent", 8, 9)) == [9, 1, 3]
        assert seqs(uow.messages.after_revision(session.id, "agent", 8, 2)) == [9, 1]
        assert seqs(uow.messages.after_revision(session.id, "visitor", 6, 9)) == [9, 1]
        assert seqs(uow.messages.after_revision(session.id, "visitor", 8, 9)) == []


def test_both_numbers_of_a_place(bench: Bench, session: Session) -> None:
    with bench.uow.reading() as uow:
        pairs = [uow.messages.numbers_at(session.id, "agent", seq) for seq in range(10)]
        assert pairs == [
            (0, 0), (1, 1), (2, 2), (3, 2), (4, 3), (5, 4), (6, 4), (7, 5), (8, 6), (9, 7),
        ]  # fmt: skip
        pairs = [uow.messages.numbers_at(session.id, "visitor", seq) for seq in range(1, 8)]
        assert pairs == [(1, 1), (2, 2), (4, 3), (5, 4), (7, 5), (8, 6), (9, 7)]
        assert uow.messages.numbers_at(new_id(), "agent", 4) == (4, 0)


def test_what_the_other_side_said_between_two_places(bench: Bench, session: Session) -> None:
    # People and bots count, the system's lines and notes do not.
    asked: list[tuple[Side, int, int, int]] = [
        ("visitor", 0, 9, 3), ("visitor", 7, 9, 1), ("visitor", 0, 2, 1), ("visitor", 9, 9, 0),
        ("agent", 0, 9, 3), ("agent", 4, 9, 1), ("agent", 1, 4, 1), ("agent", 9, 99, 0),
    ]  # fmt: skip
    with bench.uow.reading() as uow:
        for side, after_seq, up_to_seq, count in asked:
            found = uow.messages.said_to(side, session.id, after_seq, up_to_seq)
            assert found == count, (side, after_seq, up_to_seq)
        assert uow.messages.said_to("agent", new_id(), 0, 9) == 0


def test_what_the_visitor_said(bench: Bench, session: Session) -> None:
    with bench.uow.reading() as uow:
        assert seqs(uow.messages.of_visitor_after(session.id, 0)) == [1, 4, 9]
        assert seqs(uow.messages.of_visitor_after(session.id, 4)) == [9]


def test_by_the_senders_own_id_letter_by_letter(bench: Bench) -> None:
    session = bench.session()
    message = make_message(session, client_msg_id="Abc")
    bench.keep(message)
    sender = ("visitor", session.visitor_id)
    with bench.uow.reading() as uow:
        right = (session.id, *sender, "Abc")
        wrong = [
            (session.id, *sender, "abc"),
            (session.id, *sender, "Abc "),
            (session.id, "agent", session.visitor_id, "Abc"),
            (session.id, "visitor", new_id(), "Abc"),
            (new_id(), *sender, "Abc"),
        ]
        found = uow.messages.by_client_ids([*wrong, right])
        assert {key: one.id for key, one in found.items()} == {right: message.id}


def test_what_was_said_is_seen_in_its_own_transaction(bench: Bench) -> None:
    session = bench.session()
    with bench.uow() as uow:
        found = uow.sessions.locked(session.id)
        assert found is not None
        message = found.post(agent_actor(), make_draft("a", client_msg_id="x"), new_id(), NOON)
        uow.messages.add(message)
        key = (session.id, "agent", message.sender_id, "x")
        assert uow.messages.by_client_ids([key]) == {key: message}
        assert seqs(uow.messages.before(session.id, "agent", None, 5)) == [1]
        second = found.post(visitor_actor(), make_draft("b"), new_id(), NOON)
        uow.messages.add(second)
        uow.commit()
    with bench.uow.reading() as uow:
        stored = uow.sessions.get(session.id)
        assert stored is not None
        assert (stored.last_seq, stored.last_visitor_seq) == (2, 2)
        assert seqs(uow.messages.after(session.id, "visitor", 0, 9)) == [1, 2]
