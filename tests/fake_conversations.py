"""The repositories of sessions, messages and work in memory: see fake_database.py."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from chat_app.domain.actor import Actor
from chat_app.domain.agent import Agent
from chat_app.domain.message import Message
from chat_app.domain.outbox import OutboxEntry
from chat_app.domain.ports import Clock
from chat_app.domain.repositories import MOST_CLOSED, Counts, Cursor, SessionFilter
from chat_app.domain.routing import Assignment
from chat_app.domain.searching import name_of, subject_of
from chat_app.domain.session import Belonging, Session, Side
from chat_app.domain.visitor import Visitor
from chat_app.use_cases.access import may_see
from tests.fake_search import is_found

Flush = Callable[[], None]
_RANKS: Final = {"urgent": 3, "high": 2, "normal": 1, "low": 0}


class ConversationRows(Protocol):
    """The tables these repositories read and write."""

    agents: list[Agent]
    visitors: list[Visitor]
    sessions: list[Session]
    messages: list[Message]
    assignments: list[Assignment]
    outbox: list[OutboxEntry]


class FakeSessions:
    def __init__(self, rows: ConversationRows, flush: Flush) -> None:
        self._rows = rows
        self._flush = flush

    def add(self, session: Session) -> None:
        self._rows.sessions.append(session)
        self._flush()

    def get(self, session_id: str) -> Session | None:
        return next((one for one in self._rows.sessions if one.id == session_id), None)

    def locked(self, session_id: str) -> Session | None:
        return self.get(session_id)

    def locked_among(self, ids: Iterable[str]) -> Mapping[str, Session]:
        wanted = set(ids)
        return {one.id: one for one in self._rows.sessions if one.id in wanted}

    def open_of(self, site_id: str, visitor_id: str) -> Session | None:
        key = f"{site_id}:{visitor_id}"
        return next((one for one in self._rows.sessions if one.open_key == key), None)

    def open_among(self, visitor_ids: Iterable[str]) -> Sequence[Session]:
        wanted = set(visitor_ids)
        return [one for one in self._rows.sessions if one.open_key and one.visitor_id in wanted]

    def taken_client_keys(self, keys: Iterable[str]) -> set[str]:
        taken = {one.client_session_key for one in self._rows.sessions}
        return {key for key in keys if key in taken}

    def by_client_key(self, key: str) -> Session | None:
        return next((one for one in self._rows.sessions if one.client_session_key == key), None)

    def next_waiting(self, passed: Iterable[str | None]) -> Session | None:
        skipped = set(passed)
        waiting = [one for one in self._waiting() if one.department_id not in skipped]
        return min(waiting, key=_turn, default=None)

    def line(self, department_id: str | None, limit: int) -> Sequence[str]:
        return [one.id for one in self.waiting_in(department_id, limit)]

    def page_for(
        self, actor: Actor, wanted: SessionFilter, cursor: Cursor | None, limit: int
    ) -> Sequence[Session]:
        def place(one: Session) -> tuple[datetime, str]:
            return (one.created_at if actor.is_visitor else one.updated_at, one.id)

        shown = [one for one in self._rows.sessions if may_see(actor, one)]
        shown = [one for one in shown if self._is_wanted(one, wanted)]
        if cursor is not None:
            shown = [one for one in shown if place(one) < (cursor.at, cursor.id)]
        return sorted(shown, key=place, reverse=True)[:limit]

    def renew_epochs(self, epoch: str) -> int:
        for one in self._rows.sessions:
            one.epoch = epoch
        return len(self._rows.sessions)

    def among(self, ids: Iterable[str]) -> Mapping[str, Session]:
        wanted = set(ids)
        return {one.id: one for one in self._rows.sessions if one.id in wanted}

    def visible_among(self, actor: Actor, ids: Sequence[str]) -> Sequence[Session]:
        return [one for one in self._rows.sessions if one.id in ids and may_see(actor, one)]

    def belongings(self, ids: Iterable[str]) -> Mapping[str, Belonging]:
        return {one.id: one.belonging for one in self.among(ids).values()}

    def counts_for(self, actor: Actor) -> Counts:
        shown = [one for one in self._rows.sessions if may_see(actor, one)]
        closed = [one for one in self._rows.sessions if one.status == "closed"]
        closed.sort(key=lambda one: one.updated_at, reverse=True)
        mine = [one for one in shown if one.agent_id == actor.id and one.status == "active"]
        return Counts(
            queued=sum(one.status == "queued" for one in shown),
            mine=len(mine),
            active=sum(one.status == "active" for one in shown),
            closed=sum(one in shown for one in closed[:MOST_CLOSED]),
        )

    def held_by(self, agent_id: str, limit: int) -> Sequence[Session]:
        return self._open_by_id(lambda one: one.agent_id == agent_id, limit)

    def open_in(self, department_id: str, limit: int) -> Sequence[Session]:
        return self._open_by_id(lambda one: one.department_id == department_id, limit)

    def _open_by_id(self, wanted: Callable[[Session], bool], limit: int) -> Sequence[Session]:
        found = [one for one in self._rows.sessions if one.open_key is not None and wanted(one)]
        return sorted(found, key=lambda one: one.id)[:limit]

    def queue_positions(self, sessions: Sequence[Session]) -> Mapping[str, int]:
        waiting = self._waiting()
        return {
            one.id: 1
            + sum(
                other.department_id == one.department_id and _turn(other) < _turn(one)
                for other in waiting
            )
            for one in sessions
            if one.status == "queued"
        }

    def waiting_in(self, department_id: str | None, limit: int) -> Sequence[Session]:
        here = [one for one in self._waiting() if one.department_id == department_id]
        return sorted(here, key=_turn)[:limit]

    def overdue(
        self, department_id: str, since: datetime, limit: int, *, left_too: bool
    ) -> Sequence[str]:
        here = [one for one in self._waiting() if one.department_id == department_id]
        late = [
            (one.waiting_since, one.id)
            for one in here
            if one.waiting_since and one.waiting_since <= since
            if left_too or not one.left_message
        ]
        return [session_id for _, session_id in sorted(late)][:limit]

    def last_agent_of(self, visitor_id: str) -> str | None:
        had = [one for one in self._rows.sessions if one.visitor_id == visitor_id and one.agent_id]
        newest = max(had, key=lambda one: (one.created_at, one.id), default=None)
        return newest.agent_id if newest else None

    def to_wake(self, moment: datetime, limit: int) -> Sequence[str]:
        snoozed = [one for one in self._rows.sessions if one.status == "snoozed"]
        due = [(one.snoozed_until, one.id) for one in snoozed if one.snoozed_until]
        return [session_id for until, session_id in sorted(due) if until <= moment][:limit]

    def idle_since(self, moment: datetime, limit: int) -> Sequence[str]:
        open_ones = [
            one for one in self._rows.sessions if one.status in ("bot", "queued", "active")
        ]
        left = [one for one in open_ones if one.status == "queued" and one.left_message]
        idle = [one for one in open_ones if one.updated_at < moment and one not in left]
        return [one.id for one in sorted(idle, key=lambda one: one.updated_at)[:limit]]

    def _waiting(self) -> list[Session]:
        return [one for one in self._rows.sessions if one.status == "queued"]

    def _is_wanted(self, session: Session, wanted: SessionFilter) -> bool:
        assignee = None if wanted.assignee == "none" else wanted.assignee
        asked: list[tuple[Any, bool]] = [
            (wanted.status, session.status == wanted.status),
            (wanted.open_only, not session.is_closed),
            (wanted.assignee, session.agent_id == assignee),
            (wanted.department_id, session.department_id == wanted.department_id),
            (wanted.site_id, session.site_id == wanted.site_id),
            (wanted.tag, wanted.tag in session.tags),
            (wanted.q, self._mentions(session, wanted.q or "")),
        ]
        return all(fits for question, fits in asked if question)

    def _mentions(self, session: Session, text: str) -> bool:
        visitor = next((one for one in self._rows.visitors if one.id == session.visitor_id), None)
        texts = [subject_of(session).text]
        texts += [name_of(visitor).text] if visitor else []
        texts += [one.body for one in self._rows.messages if one.session_id == session.id]
        return is_found(text, texts)


class FakeMessages:
    def __init__(self, rows: ConversationRows) -> None:
        self._rows = rows

    def add(self, message: Message) -> None:
        self._rows.messages.append(message)

    def get(self, session_id: str, message_id: str) -> Message | None:
        return next((one for one in self._of(session_id) if one.id == message_id), None)

    def by_client_ids(
        self, keys: Sequence[tuple[str, str, str, str]]
    ) -> Mapping[tuple[str, str, str, str], Message]:
        stored = {
            (one.session_id, one.sender_kind, one.sender_id, one.client_msg_id): one
            for one in self._rows.messages
        }
        return {key: stored[key] for key in keys if key in stored}

    def after(self, session_id: str, side: Side, seq: int, limit: int) -> Sequence[Message]:
        return [one for one in self._read_by(session_id, side) if _seq(one, side) > seq][:limit]

    def before(self, session_id: str, side: Side, seq: int | None, limit: int) -> Sequence[Message]:
        found = self._read_by(session_id, side)
        return [one for one in found if seq is None or _seq(one, side) < seq][-limit:]

    def after_revision(
        self, session_id: str, side: Side, revision: int, limit: int
    ) -> Sequence[Message]:
        found = [one for one in self._read_by(session_id, side) if _revision(one, side) > revision]
        return sorted(found, key=lambda one: _revision(one, side))[:limit]

    def numbers_at(self, session_id: str, side: Side, seq: int) -> tuple[int, int]:
        if side == "visitor":
            return next((one.seq for one in self._of(session_id) if one.visitor_seq == seq), 0), seq
        shown = [one.visitor_seq or 0 for one in self._of(session_id) if one.seq <= seq]
        return seq, max(shown, default=0)

    def said_to(self, side: Side, session_id: str, after_seq: int, up_to_seq: int) -> int:
        others = ("agent", "bot") if side == "visitor" else ("visitor",)
        return sum(
            one.sender_kind in others and after_seq < one.seq <= up_to_seq
            for one in self._read_by(session_id, side)
        )

    def of_visitor_after(self, session_id: str, seq: int) -> Sequence[Message]:
        found = self._read_by(session_id, "agent")
        return [one for one in found if one.seq > seq and one.sender_kind == "visitor"]

    def _of(self, session_id: str) -> list[Message]:
        return [one for one in self._rows.messages if one.session_id == session_id]

    def _read_by(self, session_id: str, side: Side) -> list[Message]:
        shown = [one for one in self._of(session_id) if side == "agent" or one.visitor_seq]
        return sorted(shown, key=lambda one: _seq(one, side))


class FakeAssignments:
    def __init__(self, rows: ConversationRows, clock: Clock, flush: Flush) -> None:
        self._rows = rows
        self._clock = clock
        self._flush = flush

    def add(self, assignment: Assignment) -> None:
        self._rows.assignments.append(assignment)
        self._flush()

    def open_of_session(self, session_id: str) -> Assignment | None:
        return next((one for one in self._rows.assignments if one.open_session == session_id), None)

    def taken_slots(self, agent_id: str) -> set[str]:
        mine = [one for one in self._rows.assignments if one.agent_id == agent_id]
        return {one.open_slot for one in mine if one.open_slot is not None}

    def handling_seconds(
        self, department_id: str | None, since: datetime, limit: int
    ) -> Sequence[float]:
        of = {one.id: one.department_id for one in self._rows.sessions}
        done = [
            (one.released_at, one.assigned_at)
            for one in self._rows.assignments
            if one.released_at and one.released_at > since and of[one.session_id] == department_id
        ]
        newest = sorted(done, reverse=True)[:limit]
        return [(released - assigned).total_seconds() for released, assigned in newest]

    def to_take_back(self, agent_id: str, answered_seconds: int) -> Sequence[str]:
        agent = next(one for one in self._rows.agents if one.id == agent_id)
        if agent.absent_since is None:
            return []
        long_gone = self._clock.now() - agent.absent_since >= timedelta(seconds=answered_seconds)
        held = (one for one in self._rows.assignments if one.agent_id == agent_id)
        return sorted(
            one.session_id
            for one in held
            if self._is_active(one) and (long_gone or not self._is_answered(one))
        )

    def _is_active(self, assignment: Assignment) -> bool:
        session = assignment.open_session
        return any(one.id == session and one.status == "active" for one in self._rows.sessions)

    def _is_answered(self, assignment: Assignment) -> bool:
        return any(
            one.session_id == assignment.session_id
            and (one.sender_kind, one.sender_id) == ("agent", assignment.agent_id)
            and one.kind != "note"
            and one.created_at >= assignment.assigned_at
            for one in self._rows.messages
        )


class FakeOutbox:
    def __init__(self, rows: ConversationRows, clock: Clock) -> None:
        self._rows = rows
        self._clock = clock

    def add(self, *entries: OutboxEntry) -> None:
        for entry in entries:
            key = entry.dedupe_key
            if key is not None and any(one.dedupe_key == key for one in self._rows.outbox):
                continue
            entry.available_at = self._clock.now() + (entry.available_at - entry.created_at)
            self._rows.outbox.append(entry)

    def claim(self, limit: int, lock_token: str, seconds: int) -> Sequence[OutboxEntry]:
        now = self._clock.now()
        due = [one for one in self._rows.outbox if _is_due(one, now)]
        claimed = sorted(due, key=lambda one: one.available_at)[:limit]
        for entry in claimed:
            entry.state = "claimed"
            entry.attempts += 1
            entry.dedupe_key = None
            entry.lock_token = lock_token
            entry.locked_until = now + timedelta(seconds=seconds)
        return claimed

    def dead(self, limit: int) -> Sequence[OutboxEntry]:
        dead = [one for one in self._rows.outbox if one.state == "dead"]
        return sorted(dead, key=lambda one: one.created_at)[:limit]

    def revive(self, entry_ids: Sequence[str]) -> int:
        found = [one for one in self.dead(len(entry_ids)) if one.id in entry_ids]
        for one in found:
            one.state, one.attempts, one.available_at = "pending", 0, self._clock.now()
        return len(found)

    def delay(self, entry: OutboxEntry, seconds: int) -> None:
        entry.available_at = self._clock.now() + timedelta(seconds=seconds)

    def clear_done(self, seconds: int, limit: int) -> int:
        old = self._clock.now() - timedelta(seconds=seconds)
        done = [one for one in self._rows.outbox if one.state == "done" and one.available_at < old]
        for entry in done[:limit]:
            self._rows.outbox.remove(entry)
        return len(done[:limit])

    def mine(self, entry_id: str, lock_token: str) -> OutboxEntry | None:
        wanted = (entry_id, lock_token, "claimed")
        return next(
            (one for one in self._rows.outbox if (one.id, one.lock_token, one.state) == wanted),
            None,
        )


def _turn(session: Session) -> tuple[int, datetime, str]:
    """The order in which waiting sessions are served."""
    return (-_RANKS[session.priority], session.queued_at or session.created_at, session.id)


def _seq(message: Message, side: Side) -> int:
    return (message.visitor_seq or 0) if side == "visitor" else message.seq


def _revision(message: Message, side: Side) -> int:
    return (message.visitor_revision or 0) if side == "visitor" else message.revision


def _is_due(entry: OutboxEntry, now: datetime) -> bool:
    if entry.state == "pending":
        return entry.available_at <= now
    ends = entry.locked_until
    return entry.state == "claimed" and ends is not None and ends <= now
