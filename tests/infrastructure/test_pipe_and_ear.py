"""Commands without answers, and listening on channels that come and go."""

import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest

from chat_app.infrastructure.embedded.valkey import EmbeddedValkey
from chat_app.infrastructure.redis import ear
from chat_app.infrastructure.redis.connection import connect
from chat_app.infrastructure.redis.ear import Ear, Replies
from chat_app.infrastructure.redis.pipe import Pipe, packed
from tests.processes import until

MESSAGE = b"*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$4\r\n\r\n\r\n\r\n"
PUSH = b">3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n"


def at_once(job: Callable[[], None]) -> None:
    job()


def wait_for(condition: Callable[[], bool]) -> None:
    for _ in until(5, every=0.01):
        if condition():
            return
    raise AssertionError("it never came")


@pytest.mark.parametrize("size", [1, 2, 7, 1_000])
def test_replies_are_read_in_pieces_of_any_size(size: int) -> None:
    replies, data = Replies(), (MESSAGE + PUSH) * 3
    found: list[list[bytes]] = []
    for begin in range(0, len(data), size):
        found += replies.feed(data[begin : begin + size])
    assert found == [[b"message", b"c", b"\r\n\r\n"], [b"subscribe", b"c", b"1"]] * 3


@pytest.mark.parametrize("data", [b"+OK\r\n", b"*1\r\n+x\r\n", b"*x\r\n", b"*1\r\n$x\r\n"])
def test_what_is_no_list_of_words_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        list(Replies().feed(data))


def test_commands_are_packed_by_their_bytes() -> None:
    assert packed(b"SET", b"k", "é".encode()) == b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2\r\n\xc3\xa9\r\n"


@pytest.fixture
def server(tmp_path) -> Iterator[EmbeddedValkey]:
    """A Valkey of this test's own, which may be killed."""
    valkey = EmbeddedValkey(tmp_path)
    valkey.start()
    yield valkey
    valkey.stop()


def test_a_pipe_sends_together_what_gathered(server: EmbeddedValkey) -> None:
    jobs: list[Callable[[], None]] = []
    pipe, client = Pipe(connect(server.url), jobs.append), connect(server.url)
    for number in range(300):
        pipe.put(packed(b"RPUSH", b"list", b"%d" % number))
    assert len(jobs) == 1
    jobs[0]()
    wait_for(lambda: client.llen("list") == 300)
    assert client.lrange("list", 0, -1) == [b"%d" % number for number in range(300)]


def test_a_pipe_finds_out_that_redis_was_restarted(server: EmbeddedValkey) -> None:
    pipe = Pipe(connect(server.url), at_once)
    pipe.put(packed(b"SET", b"before", b"1"))
    server.kill()
    server.start()
    pipe.put(packed(b"SET", b"after", b"1"))
    client = connect(server.url)
    wait_for(lambda: client.get("after") == b"1")


def test_a_pipe_drops_what_it_cannot_send_and_goes_on(server: EmbeddedValkey) -> None:
    pipe = Pipe(connect(server.url), at_once)
    server.kill()
    pipe.put(packed(b"SET", b"lost", b"1"))
    server.start()
    pipe.put(packed(b"SET", b"also lost", b"1"))
    time.sleep(0.6)
    pipe.put(packed(b"SET", b"kept", b"1"))
    client = connect(server.url)
    wait_for(lambda: client.get("kept") == b"1")
    assert client.keys() == [b"kept"]


class Listener:
    """An ear on a thread of its own, and what it heard."""

    def __init__(self, url: str) -> None:
        self.heard: list[bytes] = []
        self.ear = Ear(connect(url), self.heard.append, at_once, threading.Event, b"hall")
        self.thread = threading.Thread(target=self.ear.listen, daemon=True)
        self.thread.start()
        wait_for(lambda: self.ear._connection is not None)

    def stop(self) -> None:
        self.ear.stop()
        self.thread.join(5)
        assert not self.thread.is_alive()


@pytest.fixture
def listener(server: EmbeddedValkey) -> Iterator[Listener]:
    """It has begun to listen."""
    listener = Listener(server.url)
    yield listener
    listener.stop()


def test_an_ear_hears_what_it_follows_and_nothing_else(
    server: EmbeddedValkey, listener: Listener
) -> None:
    client = connect(server.url)
    listener.ear.follow(b"mine")
    assert client.publish("mine", "one") == 1, "following is complete when `follow` returns"
    assert client.publish("foreign", "no") == 0
    listener.ear.leave(b"mine")
    wait_for(lambda: client.publish("mine", "") == 0)
    listener.ear.follow(b"other")
    client.publish("other", "two")
    wait_for(lambda: b"two" in listener.heard)
    assert [one for one in listener.heard if one] == [b"one", b"two"]
    assert listener.ear.bytes_heard > 0


def test_who_follows_while_another_begins_to_hears_no_sooner(
    server: EmbeddedValkey, listener: Listener
) -> None:
    client = connect(server.url)
    jobs: list[Callable[[], None]] = []
    listener.ear._run = jobs.append  # what was asked for is under way
    both = [threading.Thread(target=listener.ear.follow, args=[b"room"]) for _ in range(2)]
    for one in both:
        one.start()
    wait_for(lambda: len(jobs) == 1)
    both[1].join(0.1)
    assert [one.is_alive() for one in both] == [True, True]
    jobs[0]()
    for one in both:
        one.join(0.3)
    assert [one.is_alive() for one in both] == [False, False]
    assert client.publish("room", "x") == 1


def test_an_ear_listens_again_within_two_seconds(
    server: EmbeddedValkey, listener: Listener
) -> None:
    channels = [b"%d" % number for number in range(1_200)]
    for channel in channels:
        listener.ear.follow(channel)
    server.kill()
    time.sleep(1.5)
    server.start()
    client, begin = connect(server.url), time.monotonic()
    wait_for(lambda: client.publish(channels[-1].decode(), "x") == 1)
    assert time.monotonic() - begin < 2.5
    assert client.publish("0", "x") == 1


@pytest.mark.parametrize("away", [False, True])
def test_a_stopped_ear_says_nothing_more(
    server: EmbeddedValkey, listener: Listener, away: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(ear, "_log", SimpleNamespace(warning=lambda event, **_: said.append(event)))
    if away:
        server.kill()
        wait_for(lambda: listener.ear._connection is None)
    before = list(said)
    listener.stop()
    server.kill()
    assert said == before == ["bus_listener_lost"] * len(said)
    listener.ear.follow(b"room")
