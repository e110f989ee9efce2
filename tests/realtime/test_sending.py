"""Sending: in order, once, and seen by the others only after the sender has its answer."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.clients import AGENT, Frame, Visit, Wire, closing, draft, open_session, sign_in
from tests.processes import Stack


def test_200_sends_without_waiting_are_stored_and_answered_in_order(house: Stack) -> None:
    visitor = open_session(house.url)
    bodies = [f"line {number}" for number in range(200)]
    with visitor.socket() as wire:
        asked = [wire.emit("send_message", draft(visitor.session_id, one)) for one in bodies]
        answers = [wire.answer(number, 30) for number in asked]
        answered = [frame.ack_id for frame in wire.frames if frame.kind == "3"]
    assert answered == asked
    assert [answer["message"]["body"] for answer in answers] == bodies
    stored = visitor.messages(visitor.session_id)
    assert [one["body"] for one in stored if one["kind"] == "text"] == bodies
    assert [one["seq"] for one in stored] == list(range(1, len(stored) + 1))
    assert {one["id"]: one["seq"] for one in stored}.items() >= {
        answer["message"]["id"]: answer["message"]["seq"] for answer in answers
    }.items()


def test_the_same_message_20_times_at_once_is_one_message(house: Stack) -> None:
    visitor = open_session(house.url)
    start = threading.Barrier(12)

    def over_rest() -> list[tuple[Any, bool]]:
        door = Visit(house.url, visitor.token)
        start.wait(10)
        answer = door.send(visitor.session_id, "once", "the-same-id")
        assert answer.status_code in {200, 201}, answer.text
        return [(answer.json()["message"], answer.status_code == 200)]

    def over_a_socket() -> list[tuple[Any, bool]]:
        with visitor.socket() as wire:
            start.wait(10)
            what = draft(visitor.session_id, "once", "the-same-id")
            numbers = [wire.emit("send_message", what) for _ in range(5)]
            answers = [wire.answer(number) for number in numbers]
        assert all(answer["ok"] for answer in answers), answers
        return [(answer["message"], answer["duplicate"]) for answer in answers]

    with ThreadPoolExecutor(12) as pool:
        jobs = [pool.submit(one) for one in [over_rest] * 10 + [over_a_socket] * 2]
        answers = [answer for job in jobs for answer in job.result(30)]
    assert len(answers) == 20
    assert len({(message["id"], message["seq"]) for message, _ in answers}) == 1
    assert [duplicate for _, duplicate in answers].count(False) == 1
    stored = visitor.messages(visitor.session_id)
    assert [one["client_msg_id"] for one in stored if one["kind"] == "text"] == ["the-same-id"]


def test_a_repeated_id_gives_the_first_message_whatever_the_body(house: Stack) -> None:
    visitor = open_session(house.url)
    with visitor.socket() as wire:
        first = wire.send_message(visitor.session_id, "first", "an-id")
        again = wire.send_message(visitor.session_id, "second", "an-id")
    assert again == {**first, "duplicate": True}
    assert first["duplicate"] is False


def test_others_get_the_push_after_the_senders_answer_and_the_sender_none(house: Stack) -> None:
    visitor, desk = open_session(house.url), sign_in(house.url)
    # Both namespaces on one WebSocket: what is first on the wire is first in `frames`.
    with visitor.socket() as wire:
        wire.send_text(f'40{AGENT},{{"token":"{desk.token}"}}')
        wire.wait_for(lambda one: one.text.startswith(f"40{AGENT}"))
        wire.send_text(f'42{AGENT},900["join_session",{{"session_id":"{visitor.session_id}"}}]')
        wire.answer(900)
        wire.join(visitor.session_id)
        sent = [wire.emit("send_message", draft(visitor.session_id, "hi")) for _ in range(20)]
        answered = {wire.answer(number)["message"]["id"]: number for number in sent}
        last = list(answered)[-1]
        wire.event("message_created", lambda one: one["message"]["id"] == last)
        frames = list(wire.frames)
    pushes = [index for index, frame in enumerate(frames) if frame.name == "message_created"]
    assert all(frames[index].text.startswith(f"42{AGENT},") for index in pushes)
    assert len(pushes) == 20
    for index in pushes:
        number = answered[frames[index].data["message"]["id"]]
        assert index > _index_of_answer(frames, number), "a push came before its answer"


def test_a_note_is_nothing_to_the_visitor(house: Stack) -> None:
    visitor, desk = open_session(house.url), sign_in(house.url)
    session_id = visitor.session_id
    with closing(visitor.socket(), desk.socket()) as (mine, theirs):
        mine.join(session_id)
        theirs.join(session_id)
        _hear(mine, theirs, session_id, "before")
        mine.call("mark_read", {"session_id": session_id, "seq": _last(visitor)})
        before, seen = visitor.session(session_id), len(mine.frames)
        for number in range(3):
            note = theirs.send_message(session_id, f"canary {number}", kind="note")
            assert note["ok"], note
        assert visitor.session(session_id) == before
        position = mine.call("sync", {"sessions": {session_id: before["last_seq"]}})
        assert position["sessions"][session_id] == {
            "last_seq": before["last_seq"],
            "revision": before["revision"],
        }
        got = _hear(mine, theirs, session_id, "after")
        frames = list(mine.frames)[seen:]
    assert "canary" not in "".join(frame.text for frame in frames)
    assert [frame.name for frame in frames if frame.kind == "2"] == ["message_created"]
    assert got["message"]["seq"] == before["last_seq"] + 1
    assert got["revision"] == before["revision"] + 1
    assert desk.messages(session_id)[-1]["seq"] == got["message"]["seq"] + 3
    read = visitor.messages(session_id)
    assert [one["seq"] for one in read] == list(range(1, len(read) + 1))
    assert "canary" not in str(read)


def _hear(mine: Wire, theirs: Wire, session_id: str, body: str) -> dict[str, Any]:
    """Let the other side say something, and return what was pushed."""
    theirs.send_message(session_id, body)
    return mine.event("message_created", lambda one: one["message"]["body"] == body)


def _last(visitor: Visit) -> int:
    last: int = visitor.session(visitor.session_id)["last_seq"]
    return last


def _index_of_answer(frames: list[Frame], number: int) -> int:
    return next(
        index for index, one in enumerate(frames) if one.kind == "3" and one.ack_id == number
    )
