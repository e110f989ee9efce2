"""Workers publish from several threads: nothing is lost or stuck, and each one's order stays."""

import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from chat_app.delivery.realtime.refresh import Refresh
from chat_app.infrastructure.realtime.bus import Publisher
from chat_app.infrastructure.realtime.outgoing import AtOnce
from chat_app.infrastructure.realtime.records import read
from chat_app.infrastructure.redis.ear import Replies
from chat_app.infrastructure.redis.pipe import Pipe, packed
from chat_app.infrastructure.redis.recent import RedisRecentMessages
from tests.builders import make_message, make_session

THREADS, EACH = 6, 400


@pytest.fixture(autouse=True)
def in_turns() -> Iterator[None]:
    """Threads change places as often as they can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


class Wire:
    """A Redis that keeps what it is sent, and sees two writers at once."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self._writing = threading.Lock()
        self._sock = None
        self.connection_pool = SimpleNamespace(make_connection=lambda: self, connection_kwargs={})

    def connect(self) -> None:
        """It is there."""

    def send_packed_command(self, commands: list[bytes], _: bool) -> None:
        assert self._writing.acquire(blocking=False), "two write into one connection"
        self.sent += commands
        self._writing.release()

    def words(self) -> list[list[bytes]]:
        """All commands, as Redis would read them."""
        return list(Replies().feed(b"".join(self.sent)))


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    monkeypatch.setattr(Pipe, "_has_ended", lambda _: False)
    return Wire()


def at_once(work: Callable[[int], None]) -> None:
    """Do it in all threads, each with its number."""
    failed: list[BaseException] = []

    def run(number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failed == []


def check_order(pairs: list[tuple[int, int]]) -> None:
    of_each: dict[int, list[int]] = defaultdict(list)
    for thread, number in pairs:
        of_each[thread].append(number)
    assert dict(of_each) == {thread: list(range(EACH)) for thread in range(THREADS)}


def test_a_pipe(wire: Wire) -> None:
    client: Any = wire
    pipe = Pipe(client, AtOnce().run)

    def put(thread: int) -> None:
        for number in range(EACH):
            pipe.put(packed(b"RPUSH", b"%d" % thread, b"%d" % number))

    at_once(put)
    told = [words for words in wire.words() if words[0] == b"RPUSH"]
    check_order([(int(thread), int(number)) for _, thread, number in told])


def test_pushes(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    client: Any = wire
    monkeypatch.setattr("chat_app.infrastructure.realtime.bus.connect", lambda _: client)
    publisher = Publisher("redis://nowhere", AtOnce().run)

    def push(thread: int) -> None:
        for number in range(EACH):
            publisher.emit("said", [thread, number], "/agent", room=f"room {number % 3}")

    at_once(push)
    heard = [words[2] for words in wire.words() if words[0] == b"PUBLISH"]
    bodies = [orjson.loads(record.body)[1] for data in heard for record in read(data)]
    of_rooms: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for thread, number in bodies:
        of_rooms[number % 3].append((thread, number))
    assert sum(map(len, of_rooms.values())) == THREADS * EACH
    for pairs in of_rooms.values():
        for thread in range(THREADS):
            own = [number for one, number in pairs if one == thread]
            assert own == sorted(own)


def test_what_comes_while_others_leave_is_not_forgotten(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    client: Any = wire
    monkeypatch.setattr("chat_app.infrastructure.realtime.bus.connect", lambda _: client)
    jobs: list[Callable[[], None]] = []
    publisher = Publisher("redis://nowhere", jobs.append)
    more = iter("bc")

    def another(commands: bytes, put: Callable[[bytes], None] = publisher._pipe.put) -> None:
        put(commands)
        for body in more:
            publisher.emit("said", body, "/agent", room="room")

    def late(commands: list[bytes], ok: bool, send: Callable[..., None] = wire.send_packed_command):
        send(commands, ok)
        if b"PUBLISH" in commands[0]:
            publisher._pipe.put(packed(b"PING"))

    monkeypatch.setattr(publisher._pipe, "put", another)
    monkeypatch.setattr(wire, "send_packed_command", late)
    publisher.emit("said", "a", "/agent", room="room")
    while jobs:
        jobs.pop(0)()
    words = wire.words()
    heard = [one[2] for one in words if one[0] == b"PUBLISH"]
    assert [orjson.loads(record.body)[1] for data in heard for record in read(data)] == list("abc")
    assert words.count([b"PING"]) == len(heard)


def test_the_newest_messages() -> None:
    put: list[bytes] = []
    never_asked: Any = None
    recent = RedisRecentMessages(never_asked, "a secret", put.append, lambda _, job: job())
    sessions = [make_session() for _ in range(5)]

    def say(thread: int) -> None:
        for number in range(EACH):
            session = sessions[number % 5]
            recent.remember(session, make_message(session, seq=number + 1))
            if number % 7 == thread:
                recent.forget(session.id)

    at_once(say)
    assert recent._unwritten == {}
    written = [words for data in put for words in Replies().feed(data) if words[0] == b"RPUSH"]
    assert len(written) >= len(sessions)


def test_rows_of_inboxes() -> None:
    told: set[int] = set()
    refresh: Refresh[int, int] = Refresh(list, told.add, lambda _, job: job())

    def change(thread: int) -> None:
        for number in range(EACH):
            refresh.changed(thread * EACH + number)

    at_once(change)
    refresh.changed(-1)
    assert told == {-1, *range(THREADS * EACH)}
