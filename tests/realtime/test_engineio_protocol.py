"""Engine.IO 4, case by case after its protocol text, on our own sockets and on the library's.

https://socket.io/docs/v4/engine-io-protocol/
"""

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import websocket

from tests.clients import Visit, open_session
from tests.processes import Stack, until
from tests.realtime.engines import PATH, SEPARATOR, Ended, Polls, Stream

FRAME_BYTES = 65_536
HANDSHAKE = {"sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload"}


@pytest.fixture(scope="module")
def visitor(engine: Stack) -> Visit:
    return open_session(engine.url)


@pytest.fixture
def stream(engine: Stack) -> Iterator[Stream]:
    """A WebSocket after its handshake."""
    with Stream(engine.url) as opened:
        assert opened.next()[0] == "0"
        yield opened


@pytest.fixture
def polls(engine: Stack) -> Polls:
    return Polls(engine.url)


def greeting(visitor: Visit) -> str:
    """A message that is answered: the CONNECT of a namespace."""
    return f'40/visitor,{{"token":"{visitor.token}"}}'


def sync(number: int) -> str:
    return f'42/visitor,{number}["sync",{{"sessions":{{}}}}]'


def synced(number: int) -> str:
    return f'43/visitor,{number}[{{"ok":true,"sessions":{{}}}}]'


class TestHandshake:
    def test_over_polling(self, engine: Stack, polls: Polls) -> None:
        assert set(polls.opened) == HANDSHAKE
        assert polls.opened["upgrades"] == ["websocket"]
        assert (polls.opened["pingInterval"], polls.opened["pingTimeout"]) == (1_000, 2_000)
        assert polls.opened["maxPayload"] == FRAME_BYTES

    def test_over_websocket(self, engine: Stack) -> None:
        with Stream(engine.url) as stream:
            packet = stream.next()
            assert packet[0] == "0"
            opened = json.loads(packet[1:])
            assert set(opened) == HANDSHAKE
            assert opened["upgrades"] == []

    @pytest.mark.parametrize(
        "query",
        [
            "transport=polling", "EIO=&transport=polling", "EIO=3&transport=polling",
            "EIO=abc&transport=polling", "EIO=4&transport=abc",
            "EIO=4&transport=polling&sid=nobody", "EIO=4&transport=polling&j=abc",
            "EIO=4&transport=websocket",
        ],
    )  # fmt: skip
    def test_what_is_none_is_refused(self, engine: Stack, query: str) -> None:
        assert requests.get(f"{engine.url}{PATH}?{query}", timeout=5).status_code == 400

    @pytest.mark.parametrize("query", ["EIO=3&transport=websocket", "EIO=4&transport=abc", "EIO=4"])
    def test_what_is_none_is_refused_over_websocket(self, engine: Stack, query: str) -> None:
        url = engine.url.replace("http", "ws", 1) + f"{PATH}?{query}"
        with pytest.raises(websocket.WebSocketBadStatusException):
            websocket.create_connection(url, timeout=5, suppress_origin=True)

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
    def test_other_methods_open_nothing(self, engine: Stack, method: str) -> None:
        url = f"{engine.url}{PATH}?EIO=4&transport=polling"
        assert requests.request(method, url, timeout=5).status_code in {400, 405}


class TestMessages:
    def test_one_over_polling(self, polls: Polls, visitor: Visit) -> None:
        assert polls.post(greeting(visitor)).text.lower() == "ok"
        assert next(polls.packets()).startswith('40/visitor,{"sid":')

    def test_several_in_one_payload(self, polls: Polls, visitor: Visit) -> None:
        polls.post(SEPARATOR.join([greeting(visitor), *map(sync, range(10))]))
        packets = polls.packets()
        assert next(packets).startswith("40/visitor,")
        assert [next(packets) for _ in range(10)] == [synced(number) for number in range(10)]

    def test_as_many_in_one_payload_as_fit(self, polls: Polls, visitor: Visit) -> None:
        polls.post(SEPARATOR.join([greeting(visitor), *map(sync, range(400))]))
        packets = polls.packets()
        assert next(packets).startswith("40/visitor,")
        assert [next(packets) for _ in range(400)] == [synced(number) for number in range(400)]

    def test_over_websocket(self, stream: Stream, visitor: Visit) -> None:
        stream.send(greeting(visitor))
        assert stream.next().startswith("40/visitor,")
        for number in range(200):
            stream.send(sync(number))
        assert [stream.next() for _ in range(200)] == [synced(number) for number in range(200)]

    def test_a_payload_that_is_too_big_is_refused(self, polls: Polls) -> None:
        assert polls.post("4" + "x" * FRAME_BYTES).status_code in {400, 413}

    @pytest.mark.parametrize(
        "body", [b"", b"\x1e", b"\xff\xfe", b"7x", b"abc", b"b!!!", b"4\x1e\x1e4"]
    )
    def test_a_payload_that_is_none_harms_nobody(
        self, engine: Stack, visitor: Visit, polls: Polls, body: bytes
    ) -> None:
        assert polls.post(body).status_code in {200, 400}
        other = Polls(engine.url)
        other.post(greeting(visitor))
        assert next(other.packets()).startswith("40/visitor,")

    def test_binary_over_websocket_is_not_understood_and_harms_nobody(
        self, engine: Stack, stream: Stream, visitor: Visit
    ) -> None:
        stream.send(greeting(visitor))
        stream.next()
        stream.ws.send_binary(b"\x01\x02\x03")
        stream.send(sync(1))
        with contextlib.suppress(Ended):
            assert stream.next() == synced(1)
        with Stream(engine.url) as other:
            assert other.next()[0] == "0"

    @pytest.mark.parametrize("packet", ["0", "2", "6", "7", "9", "x", "b64"])
    def test_packets_that_no_client_sends(self, engine: Stack, stream: Stream, packet: str) -> None:
        stream.send(packet)
        with Stream(engine.url) as other:
            assert other.next()[0] == "0"


class TestHeartbeat:
    def test_over_websocket(self, stream: Stream) -> None:
        for _ in range(3):
            assert stream.next(pings=True) == "2"
            stream.send("3")

    def test_over_polling(self, polls: Polls) -> None:
        for _ in range(3):
            assert polls.get().text == "2"
            assert polls.post("3").ok

    def test_silence_ends_a_websocket(self, engine: Stack, stream: Stream) -> None:
        begin = time.monotonic()
        assert stream.next(pings=True) == "2"
        stream.answers = False
        stream.end()
        assert 1.9 < time.monotonic() - begin < 5

    def test_silence_ends_polling(self, polls: Polls) -> None:
        begin = time.monotonic()
        assert polls.get().text == "2"
        for _ in until(7, every=0.3):
            if polls.post("").status_code == 400:
                break
        assert 1.9 < time.monotonic() - begin < 6


class TestClosing:
    def test_a_client_says_so_over_websocket(self, stream: Stream) -> None:
        stream.send("1")
        stream.end()

    def test_a_client_says_so_over_polling(self, polls: Polls) -> None:
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(polls.get)
            time.sleep(0.2)
            assert polls.post("1").ok
            answer = waiting.result(5)
        assert answer.status_code == 400 or answer.text in {"", "1", "6"}
        assert polls.over()

    def test_the_end_of_a_connection_is_noticed(
        self, engine: Stack, visitor: Visit, stream: Stream
    ) -> None:
        stream.send(greeting(visitor))
        stream.next()
        _wait_for_sockets(engine, lambda count: count > 0)
        stream.close()
        _wait_for_sockets(engine, lambda count: count == 0)


class TestUpgrade:
    def test_moves_the_session_over_and_loses_nothing(
        self, engine: Stack, visitor: Visit, polls: Polls
    ) -> None:
        polls.post(greeting(visitor))
        assert next(polls.packets()).startswith("40/visitor,")
        assert polls.get().text == "2"
        polls.post("3")  # for a second there is nothing else that ends a poll
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(polls.get)
            time.sleep(0.1)
            stream = Stream(engine.url, polls.sid)
            stream.send("2probe")
            assert stream.next() == "3probe"
            assert waiting.result(0.7).text == "6"
            polls.post(sync(7))  # on its way when the client decides
            stream.send("5")
            assert stream.next() == synced(7)
            stream.send(sync(8))
            assert stream.next() == synced(8)
            stream.close()

    def test_polling_is_over_afterwards(self, engine: Stack, visitor: Visit, polls: Polls) -> None:
        with Stream(engine.url, polls.sid) as stream:
            _upgrade(stream)
            stream.send(greeting(visitor))
            assert stream.next().startswith("40/visitor,")  # so it has read what decides, too
            assert polls.get().status_code == 400
            assert polls.post(sync(1)).status_code == 400

    def test_a_second_one_changes_nothing(
        self, engine: Stack, visitor: Visit, polls: Polls
    ) -> None:
        with Stream(engine.url, polls.sid) as stream:
            _upgrade(stream)
            with pytest.raises((websocket.WebSocketException, OSError)):
                Stream(engine.url, polls.sid)
            stream.send(greeting(visitor))
            assert stream.next().startswith("40/visitor,")

    @pytest.mark.parametrize("engine", ["own"], indirect=True)  # the library lets both take turns
    def test_of_two_at_once_the_first_to_decide_has_it(
        self, engine: Stack, visitor: Visit, polls: Polls
    ) -> None:
        with Stream(engine.url, polls.sid) as stream, Stream(engine.url, polls.sid) as other:
            for one in (stream, other):
                one.send("2probe")
                assert one.next() == "3probe"
            stream.send("5")
            stream.send(greeting(visitor))
            assert stream.next().startswith("40/visitor,")
            other.send("5")
            other.end()
            stream.send(sync(1))
            assert stream.next() == synced(1)
            stream.send('42/visitor,2["connect"]')  # an answer on the way that pushes take
            assert stream.next().startswith("43/visitor,2")

    @pytest.mark.parametrize("packet", ["2", "2other", "5", "4hello", "3probe"])
    def test_without_the_probe_polling_goes_on(
        self, engine: Stack, visitor: Visit, polls: Polls, packet: str
    ) -> None:
        with Stream(engine.url, polls.sid) as stream:
            stream.send(packet)
            with pytest.raises(Ended):
                stream.next()
        polls.post(greeting(visitor))
        packets = (one for one in polls.packets() if one != "6")
        assert next(packets).startswith("40/visitor,")

    def test_given_up_after_the_probe_polling_goes_on(
        self, engine: Stack, visitor: Visit, polls: Polls
    ) -> None:
        with Stream(engine.url, polls.sid) as stream:
            stream.send("2probe")
            assert stream.next() == "3probe"
        polls.post(greeting(visitor))
        for _ in until(5):
            answer = polls.get()
            assert answer.ok
            if "40/visitor," in answer.text:
                return
        raise AssertionError("polling is dead")

    def test_of_nobody_is_refused(self, engine: Stack) -> None:
        with pytest.raises(websocket.WebSocketBadStatusException):
            Stream(engine.url, "nobody")


def _upgrade(stream: Stream) -> None:
    stream.send("2probe")
    assert stream.next() == "3probe"
    stream.send("5")


def _wait_for_sockets(stack: Stack, wanted: Callable[[float], bool]) -> None:
    """Wait until as many visitors' sockets are counted as wanted."""
    for _ in until(5):
        text = requests.get(f"{stack.url}/metrics", timeout=5).text
        line = next(one for one in text.splitlines() if one.startswith("cland_visitor_sockets "))
        if wanted(float(line.split()[1])):
            return
    raise AssertionError(line)
