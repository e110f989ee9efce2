"""Group commit: one transaction, in order, each answered for itself."""

import threading
from collections.abc import Sequence

import pytest

from chat_app.domain.actor import Actor
from chat_app.domain.errors import ChatError, NotFound, SessionClosed, Unavailable
from chat_app.domain.events import Event, MessageSent
from chat_app.domain.repositories import Collision
from chat_app.domain.session import Session
from chat_app.infrastructure.blocking import DirectBlocking
from chat_app.infrastructure.db.shortcut import NoShortcut
from chat_app.use_cases.message_log import MessageLog
from chat_app.use_cases.storing import Storing
from tests.builders import make_draft, new_id, visitor_actor
from tests.fake_database import FakeUnitOfWork
from tests.processes import until
from tests.use_cases.world import World


def log_of(world: World) -> MessageLog:
    """A log that goes the long way, whose transactions can be counted."""
    return MessageLog(Storing(world.db, world.posting, NoShortcut()), DirectBlocking())


class Crowd:
    """Sends that come while the database is busy with a first one."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.log = log_of(world)
        self.results: dict[str, object] = {}
        self._threads: list[threading.Thread] = []

    def send(self, actor: Actor, session_id: str, client_msg_id: str, body: str = "Hello") -> None:
        """Begin a send in a thread of its own; the first leads, the others wait behind it."""

        def run() -> None:
            try:
                draft = make_draft(body, client_msg_id=client_msg_id)
                self.results[client_msg_id] = self.log.append(actor, session_id, draft)
            except ChatError as error:
                self.results[client_msg_id] = error

        first, before = not self._threads, len(self.log._together._waiting)
        self._threads.append(threading.Thread(target=run, daemon=True))
        self._threads[-1].start()
        for _ in until(5, every=0.001):
            now = len(self.log._together._waiting)
            if (first and self.log._together._leaders and not now) or now > before:
                return
        raise AssertionError("the send did not begin")

    def finish(self) -> None:
        for thread in self._threads:
            thread.join(5)
            assert not thread.is_alive()


@pytest.fixture
def crowd(world: World) -> Crowd:
    return Crowd(world)


def people(world: World, count: int) -> Sequence[tuple[Session, Actor]]:
    sessions = [world.add_session() for _ in range(count)]
    return [(one, visitor_actor(world.visitor(one.visitor_id))) for one in sessions]


def all_waiting(crowd: Crowd, count: int) -> None:
    for _ in until(5, every=0.001):
        if len(crowd.log._together._waiting) == count:
            return
    raise AssertionError(f"{len(crowd.log._together._waiting)} wait, not {count}")


def test_those_who_wait_are_stored_in_one_transaction(world: World, crowd: Crowd) -> None:
    pairs = people(world, 5)
    with world.db.gate:  # the database is busy: the first one leads and waits for it
        for number, (session, actor) in enumerate(pairs):
            crowd.send(actor, session.id, str(number))
        all_waiting(crowd, 4)
        commits = world.db.commits
    crowd.finish()
    assert world.db.commits - commits == 2  # the leader's own, and one for the four others
    assert len(world.realtime.of(MessageSent)) == 5
    for session, _ in pairs:
        assert [one.seq for one in world.said_in(session.id)] == [1]


def test_what_one_does_wrong_is_its_own(world: World, crowd: Crowd) -> None:
    (good, closed, foreign) = people(world, 3)
    world.close(closed[0])
    with world.db.gate:
        crowd.send(good[1], good[0].id, "first")
        crowd.send(closed[1], closed[0].id, "closed")
        crowd.send(foreign[1], good[0].id, "foreign")
        crowd.send(good[1], good[0].id, "second")
        all_waiting(crowd, 3)
    crowd.finish()
    assert isinstance(crowd.results["closed"], SessionClosed)
    assert isinstance(crowd.results["foreign"], NotFound)
    assert [one.client_msg_id for one in world.said_in(good[0].id)] == ["first", "second"]


def test_the_same_id_twice_in_one_transaction_is_one_message(world: World, crowd: Crowd) -> None:
    ((session, actor), (other, another)) = people(world, 2)
    with world.db.gate:
        crowd.send(another, other.id, "leader")
        draft = make_draft("Hello", client_msg_id="same")
        answers: list[bool] = []
        threads = [
            threading.Thread(
                target=lambda: answers.append(crowd.log.append(actor, session.id, draft).duplicate)
            )
            for _ in range(6)
        ]
        for thread in threads:
            thread.start()
        all_waiting(crowd, 6)
    for thread in threads:
        thread.join(5)
    crowd.finish()
    assert sorted(answers) == [False, True, True, True, True, True]
    assert len(world.said_in(session.id)) == 1
    assert len(world.realtime.of(MessageSent)) == 2


def test_a_collision_makes_each_try_alone(
    world: World, crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs, sizes = people(world, 4), list[int]()
    store = FakeUnitOfWork.store

    def collide(uow: FakeUnitOfWork, *events: MessageSent) -> object:
        sizes.append(len(events))
        if len(events) > 1:
            raise Collision
        return store(uow, *events)

    monkeypatch.setattr(FakeUnitOfWork, "store", collide)
    with world.db.gate:
        for number, (session, actor) in enumerate(pairs):
            crowd.send(actor, session.id, str(number))
        all_waiting(crowd, 3)
    crowd.finish()
    assert sizes == [1, 3, 1, 1, 1]
    assert all(len(world.said_in(session.id)) == 1 for session, _ in pairs)


def test_a_database_that_is_away_is_everybodys_answer_and_then_forgotten(
    world: World, crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = people(world, 3)

    def away(*_: object) -> None:
        raise Unavailable(retry_after=2)

    with monkeypatch.context() as patched:
        patched.setattr(FakeUnitOfWork, "store", away)
        with world.db.gate:
            for number, (session, actor) in enumerate(pairs):
                crowd.send(actor, session.id, str(number))
            all_waiting(crowd, 2)
        crowd.finish()
    assert all(isinstance(one, Unavailable) for one in crowd.results.values())
    assert len(crowd.results) == 3
    session, actor = pairs[0]
    assert crowd.log.append(actor, session.id, make_draft(client_msg_id=new_id())).message.seq == 1


def test_the_push_follows_the_commit(
    world: World, crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    ((session, actor),) = people(world, 1)
    seen: list[int] = []
    publish = world.realtime.publish

    def look(event: Event) -> None:
        seen.append(len(world.said_in(session.id)))
        publish(event)

    monkeypatch.setattr(world.realtime, "publish", look)
    crowd.log.append(actor, session.id, make_draft())
    assert seen == [1]
