"""The tail of recent messages: wiped, stale or poisoned, it never shows anything but the truth."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from typing import Any

import orjson
import pytest

from chat_app.domain.actor import Actor
from chat_app.domain.message import Message
from chat_app.domain.session import Session
from chat_app.infrastructure.embedded.valkey import EmbeddedValkey
from chat_app.infrastructure.redis.connection import Guarded, connect
from chat_app.infrastructure.redis.ear import Replies
from chat_app.infrastructure.redis.recent import (
    BEHIND_SECONDS,
    LENGTH,
    MOST_AT_ONCE,
    RedisRecentMessages,
)
from tests.builders import make_draft, make_session, make_visitor, new_id
from tests.fakes import FixedClock

VISITOR = Actor(kind="visitor", id=new_id())
AGENT = Actor(kind="agent", id=new_id())


class Tail:
    """A session whose messages are kept, and the list in Redis behind it."""

    def __init__(self, url: str) -> None:
        self.client = connect(url)
        self.client.flushall()
        self.jobs: list[tuple[float, Callable[[], None]]] = []
        self.recent = self.of_a_process()
        self.session = make_session(make_visitor())
        self.stored: list[Message] = []

    def of_a_process(self, key: str = "a secret") -> RedisRecentMessages:
        return RedisRecentMessages(Guarded(self.client), key, self._put, self._later)

    def _later(self, seconds: float, job: Callable[[], None]) -> None:
        self.jobs.append((seconds, job))

    def write(self) -> int:
        """Do what is to be done later; in how many pieces."""
        pieces = 0
        while self.jobs:
            self.jobs.pop(0)[1]()
            pieces += 1
        return pieces

    def say(self, body: str = "Hello", kind: str = "text", session: Session | None = None) -> None:
        to = session or self.session
        actor = AGENT if kind == "note" else VISITOR
        message = to.post(actor, make_draft(body, kind=kind), new_id(), FixedClock().now())
        if to is self.session:
            self.stored.append(message)
        self.recent.remember(to, message)

    def _put(self, commands: bytes) -> None:
        for words in Replies().feed(commands):
            self.client.execute_command(*words)

    @property
    def key(self) -> str:
        return f"cland:recent:{self.session.id}"

    def entries(self) -> list[bytes]:
        self.write()
        found: Any = self.client.lrange(self.key, 0, -1)
        return list(found)

    def rewrite(self, entries: list[bytes]) -> None:
        self.client.delete(self.key)
        self.client.rpush(self.key, *entries)

    def newest(self) -> list[tuple[int, str]]:
        """As another process reads it, once all is written."""
        self.write()
        return self.newest_here()

    def newest_here(self) -> list[tuple[int, str]]:
        return [(one.seq, one.body) for one in self.recent.newest(self.session)]

    def truth(self) -> list[tuple[int, str]]:
        return [(one.seq, one.body) for one in self.stored]


@pytest.fixture
def tail(valkey: EmbeddedValkey) -> Iterator[Tail]:
    tail = Tail(valkey.url)
    yield tail
    tail.client.close()


def test_what_was_said_is_there_in_order_with_every_field(tail: Tail) -> None:
    for body in ("你好 😀", "two", "three"):
        tail.say(body)
    assert [asdict(one) for one in tail.recent.newest(tail.session)] == [
        asdict(one) for one in tail.stored
    ]


def test_only_the_newest_are_kept(tail: Tail) -> None:
    for number in range(LENGTH + 7):
        tail.say(str(number))
    assert tail.newest() == tail.truth()[-LENGTH:]


def test_entries_written_in_another_order_are_read_in_theirs(tail: Tail) -> None:
    for number in range(4):
        tail.say(str(number))
    tail.rewrite(tail.entries()[::-1])
    assert tail.newest() == tail.truth()


def test_a_wiped_tail_is_empty(tail: Tail) -> None:
    tail.say()
    tail.write()
    tail.client.flushall()
    assert tail.newest() == []


def test_a_tail_that_misses_the_newest_message_says_nothing(tail: Tail) -> None:
    for number in range(4):
        tail.say(str(number))
    tail.rewrite(tail.entries()[:-1])
    assert tail.newest() == []


def test_a_hole_ends_the_run(tail: Tail) -> None:
    for number in range(5):
        tail.say(str(number))
    entries = tail.entries()
    tail.rewrite(entries[:1] + entries[2:])
    assert tail.newest() == tail.truth()[2:]


def test_messages_before_a_change_are_left_to_the_database(tail: Tail) -> None:
    tail.say("my card is 1234")
    tail.say("second")
    tail.write()
    tail.stored[0].recall(FixedClock().now())
    tail.session.revise(tail.stored[0])  # the tail was not told: a crash came between
    assert tail.newest() == []
    tail.say("after")
    assert tail.newest() == [(3, "after")]


def test_forgetting_drops_the_tail(tail: Tail) -> None:
    tail.say()
    tail.recent.forget(tail.session.id)
    assert tail.entries() == []


@pytest.mark.parametrize("written", [False, True])
def test_another_history_is_not_believed(tail: Tail, written: bool) -> None:
    tail.say()
    if written:
        tail.write()
    restored = replace(tail.session, epoch="restored")
    assert list(tail.recent.newest(restored)) == []


def test_it_is_written_a_second_behind_and_known_here_before(tail: Tail) -> None:
    tail.say("one")
    tail.write()
    tail.say("two")
    assert [seconds for seconds, _ in tail.jobs] == [BEHIND_SECONDS]
    assert tail.newest_here() == tail.truth()
    assert list(tail.of_a_process().newest(tail.session)) == []  # "two" is missing there
    tail.write()
    assert [one.body for one in tail.of_a_process().newest(tail.session)] == ["one", "two"]


def test_what_waits_to_be_written_is_forgotten_too(tail: Tail) -> None:
    tail.say("my card is 1234")
    tail.recent.forget(tail.session.id)
    assert tail.newest_here() == []
    assert tail.entries() == []


def test_many_conversations_are_written_in_pieces(tail: Tail) -> None:
    others = [make_session(make_visitor()) for _ in range(MOST_AT_ONCE + 50)]
    for other in others:
        tail.say(session=other)
    assert tail.write() == 2
    found: Any = tail.client.keys("cland:recent:*")
    assert len(found) == len(others)


def test_another_sessions_messages_are_not_believed(tail: Tail) -> None:
    other = make_session(make_visitor())
    tail.say("foreign", session=other)
    tail.say("own")
    tail.write()
    found: Any = tail.client.lrange(f"cland:recent:{other.id}", 0, -1)
    (foreign,) = found
    tail.rewrite([foreign])
    assert tail.newest() == []


@pytest.mark.parametrize("poison", [b"", b"x", b"\0" * 40, b"[]", b'{"message": {}}'])
def test_rubbish_is_not_believed(tail: Tail, poison: bytes) -> None:
    tail.say("one")
    tail.say("two")
    tail.rewrite([*tail.entries(), poison, poison])
    assert tail.newest() == tail.truth()


def test_a_forged_body_is_not_believed(tail: Tail) -> None:
    tail.say("send it to account 1")
    (entry,) = tail.entries()
    tail.rewrite([entry.replace(b"account 1", b"account 2")])
    assert tail.newest() == []


def test_an_entry_signed_with_another_secret_is_not_believed(tail: Tail) -> None:
    tail.say()
    tail.write()
    assert list(tail.of_a_process("another").newest(tail.session)) == []


def test_the_wrong_type_in_redis_is_like_nothing(tail: Tail) -> None:
    tail.say()
    tail.write()
    tail.client.set(tail.key, orjson.dumps([]))
    assert tail.newest() == []
