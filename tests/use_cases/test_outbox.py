"""Work that commits leave behind: what it is, and that it is done."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from chat_app.domain.events import (
    AgentStatusChanged,
    Event,
    MessageSent,
    ReadMoved,
    SessionAssigned,
    SessionClosed,
    SessionQueued,
    SessionUpdated,
    TypingChanged,
    VisitorPresenceChanged,
)
from chat_app.domain.outbox import MOST_ATTEMPTS, OutboxEntry
from chat_app.domain.repositories import Duplicate
from chat_app.use_cases.outbox import BATCH, LOCK_SECONDS, OutboxDrain
from tests.builders import make_entry, make_message, make_session, make_view
from tests.use_cases.world import World


@dataclass
class Worker:
    """A drain whose handler fails as often as it is told to."""

    world: World
    failures: int = 0
    done: list[dict[str, Any]] = field(default_factory=list)
    reported: list[tuple[str, str]] = field(default_factory=list)

    @property
    def outbox(self) -> OutboxDrain:
        handlers = {"assign_sessions": self.handle}
        return OutboxDrain(self.world.db, self.world.ids, handlers, self.report)

    def drain(self) -> int:
        return self.outbox.drain()

    def handle(self, payload: dict[str, Any]) -> None:
        if self.failures:
            self.failures -= 1
            raise ValueError("it went wrong")
        self.done.append(payload)

    def report(self, entry: OutboxEntry, error: Exception) -> None:
        self.reported.append((entry.id, str(error)))


@pytest.fixture
def worker(world: World) -> Worker:
    return Worker(world)


def put(world: World, *entries: OutboxEntry) -> None:
    with world.db.change() as uow:
        for entry in entries:
            uow.outbox.add(entry)


def only(world: World) -> OutboxEntry:
    (entry,) = world.db.copy().outbox
    return entry


def test_due_work_is_done_once(world: World, worker: Worker) -> None:
    put(world, make_entry(payload={"n": 1}), make_entry(payload={"n": 2}))
    assert worker.drain() == 2
    assert worker.drain() == 0
    assert worker.done == [{"n": 1}, {"n": 2}]
    assert {one.state for one in world.db.copy().outbox} == {"done"}
    assert {one.lock_token for one in world.db.copy().outbox} == {None}


def test_more_than_a_batch_is_done_in_one_go(world: World, worker: Worker) -> None:
    put(world, *(make_entry() for _ in range(BATCH + 3)))
    assert worker.drain() == BATCH + 3


def test_what_failed_is_tried_again_later_and_later(world: World, worker: Worker) -> None:
    put(world, make_entry())
    worker.failures = 2
    worker.drain()
    entry = only(world)
    assert (entry.state, entry.attempts) == ("pending", 1)
    assert (entry.last_error, entry.lock_token) == ("ValueError: it went wrong", None)
    assert worker.reported == [(entry.id, "it went wrong")]

    assert worker.drain() == 0, "not due for another second"
    world.clock.advance(1)
    assert worker.drain() == 1
    world.clock.advance(1)
    assert worker.drain() == 0, "now two seconds apart"
    world.clock.advance(1)
    assert worker.drain() == 1
    assert (only(world).state, len(worker.done)) == ("done", 1)


def test_what_fails_again_and_again_is_put_aside(world: World, worker: Worker) -> None:
    put(world, make_entry())
    worker.failures = 99
    for _ in range(MOST_ATTEMPTS):
        assert worker.drain() == 1
        world.clock.advance(300)
    assert (only(world).state, only(world).attempts) == ("dead", MOST_ATTEMPTS)
    assert worker.drain() == 0


def test_one_failure_does_not_hold_up_the_others(world: World, worker: Worker) -> None:
    put(world, make_entry(), make_entry())
    worker.failures = 1
    assert worker.drain() == 2
    assert len(worker.done) == 1


def test_work_nobody_knows_is_recorded_as_failed(world: World, worker: Worker) -> None:
    put(world, make_entry(topic="from_the_future"))
    worker.drain()
    assert (only(world).state, only(world).last_error) == (
        "pending", "KeyError: 'from_the_future'",
    )  # fmt: skip


def test_two_workers_do_not_take_the_same_work(world: World, worker: Worker) -> None:
    put(world, make_entry())
    with world.db.change() as uow:
        assert len(uow.outbox.claim(BATCH, "another's", LOCK_SECONDS)) == 1
    assert worker.drain() == 0
    world.clock.advance(LOCK_SECONDS)
    assert worker.drain() == 1, "the other one went away"
    assert only(world).attempts == 2


def test_a_worker_whose_lock_ran_out_leaves_the_entry_alone(world: World, worker: Worker) -> None:
    put(world, make_entry())

    def slow(payload: dict[str, Any]) -> None:
        world.clock.advance(LOCK_SECONDS)
        with world.db.change() as uow:
            assert len(uow.outbox.claim(BATCH, "another's", LOCK_SECONDS)) == 1

    OutboxDrain(world.db, world.ids, {"assign_sessions": slow}, worker.report).drain()
    assert (only(world).state, only(world).lock_token) == ("claimed", "another's")


# --- What follows from what ----------------------------------------------------------------------

SESSION = make_session()
SERVED = make_session(status="active")
ANSWERED = make_session(status="bot")


@pytest.mark.parametrize(
    ("event", "topics"),
    [
        (SessionQueued(make_view(SESSION)), ["assign_sessions"]),
        (SessionClosed(make_view(SESSION)), ["assign_sessions"]),
        (AgentStatusChanged("a", "online"), ["assign_sessions"]),
        (AgentStatusChanged("a", "away"), []),
        (AgentStatusChanged("a", "offline"), ["take_back_sessions"]),
        (MessageSent(SESSION, make_message(SESSION), mail_in=0), ["mail_missed_messages"]),
        (MessageSent(SESSION, make_message(SESSION)), []),
        (MessageSent(SESSION, make_message(SESSION, sender_kind="agent")), []),
        (MessageSent(SESSION, make_message(SESSION, sender_kind="system")), []),
        (MessageSent(SERVED, make_message(SERVED)), []),
        (MessageSent(ANSWERED, make_message(ANSWERED)), ["bot_answer"]),
        (MessageSent(ANSWERED, make_message(ANSWERED, sender_kind="bot")), []),
        (SessionAssigned(make_view(SERVED), "auto"), []),
        (SessionUpdated(make_view(SERVED)), []),
        (ReadMoved(SERVED, "visitor"), []),
        (TypingChanged("s", "visitor", "v", "", typing=True), []),
        (VisitorPresenceChanged(SERVED, online=True), []),
    ],
)
def test_what_an_event_leaves_to_be_done(world: World, event: Event, topics: list[str]) -> None:
    with world.db() as uow:
        uow.commit(event)
    assert [entry.topic for entry in world.db.copy().outbox] == topics
    assert world.realtime.events == [event], "everything is pushed"
    assert world.wakeup.nudges == (1 if topics else 0)


def test_an_entry_is_due_at_once(world: World) -> None:
    with world.db() as uow:
        uow.commit(SessionQueued(make_view(SESSION)))
    entry = only(world)
    assert (entry.created_at, entry.available_at, entry.state) == (world.now, world.now, "pending")
    assert entry.available_at - entry.created_at == timedelta(0)


def test_nothing_is_pushed_when_the_commit_fails(world: World) -> None:
    with world.db() as uow:
        uow.sessions.add(make_session(open_key="the same"))
        uow.messages.add(make_message(seq=1, session_id=SESSION.id))
        uow.messages.add(make_message(seq=1, session_id=SESSION.id))
        with pytest.raises(Duplicate):
            uow.commit(SessionQueued(make_view(SESSION)))
    assert (world.realtime.events, world.wakeup.nudges) == ([], 0)
    assert (world.db.copy().outbox, world.db.copy().sessions) == ([], [])


def test_nothing_is_pushed_without_a_commit(world: World) -> None:
    visitor = world.add_visitor()
    with world.db() as uow:
        uow.sessions.add(make_session(visitor))
    assert (world.realtime.events, world.db.copy().sessions) == ([], [])


def test_a_push_comes_after_the_commit(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    monkeypatch.setattr(
        world.realtime, "publish", lambda event: seen.append(len(world.db.copy().outbox))
    )
    with world.db() as uow:
        uow.commit(SessionQueued(make_view(SESSION)))
    assert seen == [1]


def test_work_that_kills_every_worker_ends_dead(world: World, worker: Worker) -> None:
    entry = make_entry()
    put(world, entry)
    for _ in range(MOST_ATTEMPTS):  # each claims it and dies before it can say anything
        with world.db.change() as uow:
            uow.outbox.claim(BATCH, "a worker that dies", LOCK_SECONDS)
        world.clock.advance(seconds=LOCK_SECONDS + 1)
    worker.drain()
    (given_up,) = [one for one in world.db.copy().outbox if one.id == entry.id]
    assert (given_up.state, worker.done) == ("dead", [])
    assert "WorkerLost" in (given_up.last_error or "")


def test_finished_work_is_forgotten_after_a_day(world: World, worker: Worker) -> None:
    entries = [make_entry(state="done", available_at=world.now) for _ in range(450)]
    kept = make_entry(state="dead", available_at=world.now)
    for entry in (*entries, kept):
        put(world, entry)
    assert worker.outbox.clear_done() == 0
    world.clock.advance(seconds=86_401)
    assert worker.outbox.clear_done() == 450, "in several transactions"
    assert [one.id for one in world.db.copy().outbox] == [kept.id]
