"""The checker must be able to fail: each promise is broken once, and it says so."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.faults.history import History, Reading, Row, Send, Stored, check

VISITOR, AGENT = ("visitor", "v"), ("agent", "a")


def ok_world() -> tuple[History, Stored]:
    """A visitor writes, an agent makes a note and answers; both have read everything."""
    rows = [
        Row("m1", "s", 1, 1, VISITOR, "c1", "text", "hello"),
        Row("m2", "s", 2, None, AGENT, "c2", "note", "hm"),
        Row("m3", "s", 3, 2, AGENT, "c3", "text", "hi"),
        Row("m4", "s", 4, 3, ("system", None), None, "system", "closed"),
    ]
    history = History()
    for moment, row in enumerate(rows[:3]):
        number = row.visitor_seq if row.sender == VISITOR else row.seq
        history.sends.append(
            Send(
                "client",
                "s",
                (row.sender[0], row.sender[1] or ""),
                row.client_msg_id or "",
                row.body,
                row.kind,
                invoked_at=moment,
                outcome="ok",
                ended_at=moment + 0.5,
                message={"id": row.id, "seq": number},
            )
        )
    seen = [(row.visitor_seq or 0, row.id) for row in rows if row.visitor_seq]
    message = {"id": "m1", "kind": "text", "body": "hello", "seq": 1}
    history.readings = [
        Reading("visitor", "s", visitor=True, applied=seen, messages=[message]),
        Reading("agent", "s", visitor=False, applied=[(row.seq, row.id) for row in rows]),
    ]
    return history, Stored(rows, {"s": (4, 3)}, {"done": 2, "dead": 1})


def test_a_world_in_order_passes() -> None:
    check(*ok_world())


def _without(number: int) -> Callable[[History, Stored], Stored]:
    return lambda _, stored: replace(
        stored, rows=[*stored.rows[:number], *stored.rows[number + 1 :]]
    )


def _with_row(index: int, **changes: Any) -> Callable[[History, Stored], Stored]:
    def change(_: History, stored: Stored) -> Stored:
        rows = list(stored.rows)
        rows[index] = replace(rows[index], **changes)
        return replace(stored, rows=rows)

    return change


def _doubled(_: History, stored: Stored) -> Stored:
    again = replace(stored.rows[0], id="m5", seq=5, visitor_seq=4)
    return replace(stored, rows=[*stored.rows, again], counters={"s": (5, 4)})


def _unasked(_: History, stored: Stored) -> Stored:
    extra = Row("m5", "s", 5, 4, VISITOR, "c9", "text", "?")
    return replace(stored, rows=[*stored.rows, extra], counters={"s": (5, 4)})


def _refused_but_stored(history: History, stored: Stored) -> Stored:
    history.sends[0].outcome = "fail"
    return stored


def _swapped(history: History, stored: Stored) -> Stored:
    history.sends[0].invoked_at, history.sends[0].ended_at = 7, 8
    return stored


def _reads_in_wrong_order(history: History, stored: Stored) -> Stored:
    history.readings[1].applied.reverse()
    return stored


def _reads_twice(history: History, stored: Stored) -> Stored:
    history.readings[1].applied.append(history.readings[1].applied[-1])
    return stored


def _misses_the_end(history: History, stored: Stored) -> Stored:
    history.readings[0].applied.pop()
    return stored


def _reads_another(history: History, stored: Stored) -> Stored:
    history.readings[0].applied[1] = (2, "m2")
    return stored


def _is_given_a_note(history: History, stored: Stored) -> Stored:
    history.readings[0].messages.append({"id": "m2", "kind": "note"})
    return stored


def _is_given_a_secret(history: History, stored: Stored) -> Stored:
    history.readings[0].messages.append({"id": "m3", "kind": "text", "visitor_seq": 2})
    return stored


BREAKS: dict[str, tuple[Callable[[History, Stored], Stored], str]] = {
    "lost": (_without(0), "I1 acknowledged, but not stored"),
    "another text": (_with_row(0, body="other"), "I1 acknowledged as"),
    "another number": (_with_row(0, visitor_seq=9), "I1 acknowledged as"),
    "out of nothing": (_unasked, "I1 stored, but never sent"),
    "refused": (_refused_but_stored, "I1 refused, but stored"),
    "doubled": (_doubled, "I2 stored 2 times"),
    "no end": (_without(3), "I3 the counters"),
    "hole": (_with_row(3, seq=6), "I3 holes or repeats in seq"),
    "same number": (_with_row(3, visitor_seq=2), "I3 holes or repeats in visitor_seq"),
    "counted note": (_with_row(1, visitor_seq=4), "I3 a note counts"),
    "wrong counter": (lambda _, stored: replace(stored, counters={"s": (5, 3)}), "I3 the counters"),
    "reversed": (_reads_in_wrong_order, "I4 agent applied"),
    "read twice": (_reads_twice, "I4 agent applied"),
    "not read": (_misses_the_end, "I4 visitor has 2 of 3"),
    "read another": (_reads_another, "I4 visitor applied"),
    "swapped": (_swapped, "I5 'hello' was sent after"),
    "given a note": (_is_given_a_note, "I6 visitor was given a note"),
    "given a secret": (_is_given_a_secret, "I6 visitor was given ['visitor_seq']"),
    "forgotten": (lambda _, stored: replace(stored, outbox={"pending": 1}), "I10 1 entries"),
    "stuck": (lambda _, stored: replace(stored, outbox={"claimed": 2}), "I10 2 entries"),
}


@pytest.mark.parametrize(("breaks", "invariant"), BREAKS.values(), ids=list(BREAKS))
def test_a_broken_promise_is_found(
    breaks: Callable[[History, Stored], Stored], invariant: str
) -> None:
    history, stored = ok_world()
    with pytest.raises(AssertionError) as failure:
        check(history, breaks(history, stored))
    assert invariant in str(failure.value)


def test_who_has_not_caught_up_yet_may_lack_the_end() -> None:
    history, stored = ok_world()
    history.readings[0].applied.pop()
    check(history, stored, complete=False)


def test_an_unknown_send_may_be_stored_or_not() -> None:
    history, stored = ok_world()
    lost = replace(history.sends[2], client_msg_id="c8", outcome="unknown", ended_at=float("inf"))
    history.sends.append(lost)
    history.sends[2].outcome = "unknown"
    check(history, stored)


def test_the_summary_counts() -> None:
    history = History()
    send = history.invoke("client", "s", VISITOR, "c1", "hello")
    history.attempt(send, send.invoked_at, "closed")
    assert "'unknown': 1" in history.summary()
    history.attempt(send, send.invoked_at, "ok", {"id": "m1", "seq": 1})
    assert "{'ok': 1}" in history.summary()
    assert [one.result for one in history.attempts] == ["closed", "ok"]
