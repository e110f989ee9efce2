"""What clients did and saw, and whether the database agrees: the invariants of our promises.

I1  what was acknowledged is stored, as acknowledged, and what was refused is not
I2  one client_msg_id of a sender is one message
I3  numbers are 1, 2, 3 … without holes, for agents and, without notes, for visitors
I4  what a reader has applied is the beginning of the history in its own numbers (all, at the end)
I5  a message that was acknowledged before another was sent stands before it
I6  a visitor's reader holds no note and nothing that only agents may know
I10 work left behind by commits is done, or visibly dead
"""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Key = tuple[str, tuple[str, str | None], str]
Outcome = Literal["invoked", "ok", "fail", "unknown"]
# Of a message in a visitor's copy: PROTOCOL.md, 3.2.
VISITOR_KEYS = frozenset(
    {
        *("id", "session_id", "seq", "client_msg_id", "kind", "sender", "body", "attachments"),
        *("reply_to", "status", "revision", "edited_at", "recalled_at", "created_at"),
    }
)


@dataclass
class Send:
    """One message that a client wants to have stored, over all its attempts.

    `outcome` is ok once any attempt was acknowledged, fail when it was refused for good, unknown
    when no answer has told; times are monotonic seconds.
    """

    client: str
    session_id: str
    sender: tuple[str, str]
    client_msg_id: str
    body: str
    kind: str
    invoked_at: float
    outcome: Outcome = "invoked"
    ended_at: float = float("inf")
    message: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Attempt:
    """One try of a send: `result` is ok, the code of the refusal, or closed or timeout."""

    client: str
    begin: float
    end: float
    result: str

    @property
    def seconds(self) -> float:
        return self.end - self.begin


@dataclass
class Reading:
    """What one client has applied: (its number, message id) in the order of applying."""

    client: str
    session_id: str
    visitor: bool
    applied: list[tuple[int, str]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Row:
    """A stored message."""

    id: str
    session_id: str
    seq: int
    visitor_seq: int | None
    sender: tuple[str, str | None]
    client_msg_id: str | None
    kind: str
    body: str


@dataclass(frozen=True)
class Stored:
    """The database at the end: messages, the counters of sessions, and the outbox by state."""

    rows: Sequence[Row]
    counters: dict[str, tuple[int, int]]
    outbox: dict[str, int]


class History:
    """Everything that the clients of one test did; safe for threads."""

    def __init__(self) -> None:
        self.sends: list[Send] = []
        self.attempts: list[Attempt] = []
        self.readings: list[Reading] = []
        self._lock = threading.Lock()

    def invoke(
        self,
        client: str,
        session_id: str,
        sender: tuple[str, str],
        client_msg_id: str,
        body: str,
        kind: str = "text",
    ) -> Send:
        """A client begins to send."""
        now = time.monotonic()
        send = Send(client, session_id, sender, client_msg_id, body, kind, now)
        with self._lock:
            self.sends.append(send)
        return send

    def attempt(self, send: Send, begin: float, result: str, message: Any = None) -> None:
        """A try has ended; `message` is what an acknowledgement carried."""
        end = time.monotonic()
        with self._lock:
            self.attempts.append(Attempt(send.client, begin, end, result))
            if result == "ok":
                send.outcome, send.ended_at, send.message = "ok", end, message
            elif result in {"closed", "timeout", "unavailable", "rate_limited"}:
                send.outcome = "unknown"
            else:
                send.outcome, send.ended_at = "fail", end

    def reading(self, client: str, session_id: str, *, visitor: bool) -> Reading:
        """A client begins to read."""
        reading = Reading(client, session_id, visitor)
        with self._lock:
            self.readings.append(reading)
        return reading

    def summary(self) -> str:
        """One line for people: how many, and how long they waited."""
        outcomes = Counter(send.outcome for send in self.sends)
        results = Counter(attempt.result for attempt in self.attempts)
        waits = sorted(one.seconds for one in self.attempts if one.result == "ok") or [0.0]
        p99 = waits[min(len(waits) - 1, len(waits) * 99 // 100)]
        return (
            f"sends {dict(outcomes)}, attempts {dict(results)},"
            f" p99 {p99:.3f} s, longest {waits[-1]:.3f} s"
        )


def check(history: History, stored: Stored, *, complete: bool = True) -> None:
    """Raise AssertionError with every broken invariant; `complete`: readers have caught up."""
    broken = [
        *_acknowledged_is_stored(history.sends, stored.rows),
        *_one_row_an_id(stored.rows),
        *_no_holes(stored),
        *_readers_agree(history.readings, stored.rows, complete=complete),
        *_order_of_sending(history.sends, stored.rows),
        *_visitors_see_no_notes(history.readings, stored.rows),
        *_work_is_done(stored),
    ]
    assert not broken, f"{len(broken)} broken promises:\n" + "\n".join(broken[:20])


def _acknowledged_is_stored(sends: Iterable[Send], rows: Sequence[Row]) -> Iterable[str]:
    by_key = {_key(row): row for row in rows if row.client_msg_id}
    asked: set[Key] = set()
    for send in sends:
        key = _key(send)
        asked.add(key)
        row = by_key.get(key)
        if send.outcome == "fail" and row is not None:
            yield f"I1 refused, but stored: {key}"
        if send.outcome != "ok":
            continue
        if row is None:
            yield f"I1 acknowledged, but not stored: {key}"
            continue
        number = row.visitor_seq if send.sender[0] == "visitor" else row.seq
        said = (send.message.get("id"), send.message.get("seq"), send.body, send.kind)
        if said != (row.id, number, row.body, row.kind):
            yield f"I1 acknowledged as {said}, stored as {row}"
    for key in by_key.keys() - asked:
        if key[1][0] != "system":
            yield f"I1 stored, but never sent: {key}"


def _one_row_an_id(rows: Sequence[Row]) -> Iterable[str]:
    counts = Counter(_key(row) for row in rows if row.client_msg_id)
    for key, count in counts.items():
        if count > 1:
            yield f"I2 stored {count} times: {key}"


def _no_holes(stored: Stored) -> Iterable[str]:
    for session_id, rows in _by_session(stored.rows).items():
        seqs = sorted(row.seq for row in rows)
        visible = sorted(row.visitor_seq for row in rows if row.visitor_seq is not None)
        if seqs != list(range(1, len(rows) + 1)):
            yield f"I3 holes or repeats in seq of {session_id}: {seqs}"
        if visible != list(range(1, len(visible) + 1)):
            yield f"I3 holes or repeats in visitor_seq of {session_id}: {visible}"
        if any((row.visitor_seq is None) != (row.kind == "note") for row in rows):
            yield f"I3 a note counts for the visitor, or something else does not: {session_id}"
        if stored.counters.get(session_id) != (len(rows), len(visible)):
            yield f"I3 the counters of {session_id} say {stored.counters.get(session_id)}"


def _readers_agree(
    readings: Iterable[Reading], rows: Sequence[Row], *, complete: bool
) -> Iterable[str]:
    sessions = _by_session(rows)
    for reading in readings:
        of_session = sorted(sessions.get(reading.session_id, []), key=lambda row: row.seq)
        truth = [
            (number, row.id)
            for row in of_session
            if (number := row.visitor_seq if reading.visitor else row.seq) is not None
        ]
        applied = reading.applied
        if applied != truth[: len(applied)]:
            wrong = next(i for i, one in enumerate(applied) if truth[i : i + 1] != [one])
            yield f"I4 {reading.client} applied {applied[wrong]} at place {wrong + 1}"
        elif complete and len(applied) != len(truth):
            yield f"I4 {reading.client} has {len(applied)} of {len(truth)} messages"


def _order_of_sending(sends: Iterable[Send], rows: Sequence[Row]) -> Iterable[str]:
    """Acknowledged before invoked ⇒ a smaller number, whoever sent the two."""
    seq_of = {_key(row): row.seq for row in rows if row.client_msg_id}
    sessions: dict[str, list[Send]] = defaultdict(list)
    for send in sends:
        if _key(send) in seq_of:
            sessions[send.session_id].append(send)
    for of_session in sessions.values():
        ended = sorted(of_session, key=lambda send: send.ended_at)
        highest, index = 0, 0
        for send in sorted(of_session, key=lambda send: send.invoked_at):
            while ended[index].ended_at < send.invoked_at:
                highest = max(highest, seq_of[_key(ended[index])])
                index += 1
            if seq_of[_key(send)] < highest:
                yield f"I5 {send.body!r} was sent after number {highest} and stands before it"


def _visitors_see_no_notes(readings: Iterable[Reading], rows: Sequence[Row]) -> Iterable[str]:
    notes = {row.id for row in rows if row.kind == "note"}
    for reading in readings:
        for message in reading.messages if reading.visitor else ():
            if message["id"] in notes or message["kind"] == "note":
                yield f"I6 {reading.client} was given a note: {message}"
            if extra := message.keys() - VISITOR_KEYS:
                yield f"I6 {reading.client} was given {sorted(extra)}"


def _work_is_done(stored: Stored) -> Iterable[str]:
    for state, count in stored.outbox.items():
        if state not in {"done", "dead"}:
            yield f"I10 {count} entries of the outbox are {state}"


def _key(one: Row | Send) -> Key:
    return (one.session_id, one.sender, one.client_msg_id or "")


def _by_session(rows: Sequence[Row]) -> dict[str, list[Row]]:
    sessions: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        sessions[row.session_id].append(row)
    return sessions
