"""Socket.IO 5, case by case after its protocol text, over both transports and on both engines.

https://socket.io/docs/v4/socket-io-protocol/ What this program does differently: binary packets are
refused, and a packet that cannot be read is answered (or dropped) instead of ending the connection.
"""

import itertools
import json
import uuid
from collections.abc import Iterator
from typing import Any, Protocol

import pytest

from tests.clients import Desk, Visit, open_session, sign_in
from tests.processes import Stack, until
from tests.realtime.engines import Ended, Polls, Stream


class Client(Protocol):
    """One Engine.IO connection, over either transport."""

    def send(self, packet: str) -> None: ...

    def next(self) -> str: ...


class Polling:
    """Long polling in the shape of a stream."""

    def __init__(self, url: str) -> None:
        self._polls = Polls(url)
        self._packets = (one for one in self._polls.packets() if one != "6")

    def send(self, packet: str) -> None:
        assert self._polls.post(packet).ok

    def next(self) -> str:
        return next(self._packets)


@pytest.fixture(params=["websocket", "polling"])
def client(request: pytest.FixtureRequest, engine: Stack) -> Iterator[Client]:
    if request.param == "polling":
        yield Polling(engine.url)
        return
    with Stream(engine.url) as stream:
        assert stream.next()[0] == "0"
        yield stream


@pytest.fixture(scope="module")
def visitor(engine: Stack) -> Visit:
    return open_session(engine.url)


@pytest.fixture(scope="module")
def desk(engine: Stack) -> Desk:
    return sign_in(engine.url)


@pytest.fixture
def connected(client: Client, visitor: Visit) -> Client:
    """A client in the namespace of visitors."""
    connect(client, "/visitor", visitor.token)
    return client


def connect(client: Client, namespace: str, token: str | None) -> str:
    """Complete a CONNECT; return the id that the server has given."""
    client.send(f'40{namespace},{{"token":"{token}"}}')
    answer = client.next()
    assert answer.startswith(f'40{namespace},{{"sid":"'), answer
    sid: str = json.loads(answer.partition(",")[2])["sid"]
    return sid


def works(client: Client, namespace: str = "/visitor", number: int = 4_711) -> bool:
    """Whether an event of the namespace is the next thing that is answered."""
    client.send(f'42{namespace},{number}["sync",{{"sessions":{{}}}}]')
    return client.next() == f'43{namespace},{number}[{{"ok":true,"sessions":{{}}}}]'


def refusal(packet: str, head: str) -> Any:
    assert packet.startswith(head), packet
    return json.loads(packet.removeprefix(head))


class TestConnecting:
    def test_each_connection_has_an_id_of_its_own(self, engine: Stack, visitor: Visit) -> None:
        sids = set()
        for _ in range(3):
            with Stream(engine.url) as stream:
                opened = json.loads(stream.next()[1:])
                sids |= {opened["sid"], connect(stream, "/visitor", visitor.token)}
        assert len(sids) == 6, "an id of Engine.IO is a secret, one of Socket.IO is not"

    @pytest.mark.parametrize("namespace", ["/nowhere", "/visitor2", "/VISITOR", "/visitor/x"])
    def test_a_namespace_that_does_not_exist_is_refused(
        self, client: Client, visitor: Visit, namespace: str
    ) -> None:
        client.send(f'40{namespace},{{"token":"{visitor.token}"}}')
        assert "connect" in json.dumps(refusal(client.next(), f"44{namespace},"))
        connect(client, "/visitor", visitor.token)

    def test_the_main_namespace_is_none_of_ours(self, client: Client, visitor: Visit) -> None:
        client.send("40")
        assert "connect" in json.dumps(refusal(client.next(), "44"))
        connect(client, "/visitor", visitor.token)

    @pytest.mark.parametrize(
        "auth", ["", "{}", '{"token":"nonsense"}', '{"token":1}', '{"token":""}', "[]", '"x"', "1"]
    )
    def test_a_refusal_says_why_and_may_be_followed_by_a_better_one(
        self, client: Client, visitor: Visit, auth: str
    ) -> None:
        client.send(f"40/visitor,{auth}")
        assert refusal(client.next(), "44/visitor,")["data"]["code"] == "unauthorized"
        connect(client, "/visitor", visitor.token)

    def test_a_visitors_token_opens_nothing_of_agents(self, client: Client, visitor: Visit) -> None:
        client.send(f'40/agent,{{"token":"{visitor.token}"}}')
        assert refusal(client.next(), "44/agent,")["data"]["code"] == "unauthorized"

    def test_two_namespaces_share_a_connection(
        self, client: Client, visitor: Visit, desk: Desk
    ) -> None:
        assert connect(client, "/visitor", visitor.token) != connect(client, "/agent", desk.token)
        assert works(client, "/visitor", 1)
        assert works(client, "/agent", 1)

    def test_connecting_twice_changes_nothing(self, connected: Client, visitor: Visit) -> None:
        connected.send(f'40/visitor,{{"token":"{visitor.token}"}}')
        connected.send('42/visitor,1["sync",{"sessions":{}}]')
        packets = itertools.takewhile(
            lambda one: not one.startswith("43"), iter(connected.next, "")
        )
        assert all(one.startswith(("40/visitor,", "44/visitor,")) for one in packets)
        assert works(connected)


class TestDisconnecting:
    def test_leaves_one_namespace_and_not_the_other(
        self, client: Client, visitor: Visit, desk: Desk
    ) -> None:
        connect(client, "/visitor", visitor.token)
        connect(client, "/agent", desk.token)
        client.send("41/visitor,")
        client.send('42/visitor,1["sync",{"sessions":{}}]')
        assert works(client, "/agent"), "an event of a namespace that was left is not answered"

    def test_may_be_followed_by_connecting_again(self, connected: Client, visitor: Visit) -> None:
        connected.send("41/visitor,")
        connect(connected, "/visitor", visitor.token)
        assert works(connected)

    def test_of_what_was_never_entered_is_nothing(self, connected: Client) -> None:
        for packet in ("41/agent,", "41", "41/nowhere,"):
            connected.send(packet)
        assert works(connected)


class TestEvents:
    @pytest.mark.parametrize("number", [0, 1, 2**31, 999_999_999_999_999])
    def test_the_acknowledgement_has_the_number_of_the_event(
        self, connected: Client, number: int
    ) -> None:
        assert works(connected, number=number)

    def test_without_a_number_it_is_done_and_not_answered(
        self, connected: Client, visitor: Visit
    ) -> None:
        name = uuid.uuid4().hex
        draft = {"session_id": visitor.session_id, "client_msg_id": name, "body": "no answer"}
        connected.send(f'42/visitor,["send_message",{json.dumps(draft)}]')
        assert works(connected), "the next answer is that of the next event"
        assert name in [one["client_msg_id"] for one in visitor.messages(visitor.session_id)]

    def test_before_the_connect_it_is_not_done(self, client: Client, visitor: Visit) -> None:
        name = uuid.uuid4().hex
        draft = {"session_id": visitor.session_id, "client_msg_id": name, "body": "too early"}
        client.send(f'42/visitor,1["send_message",{json.dumps(draft)}]')
        connect(client, "/visitor", visitor.token)
        assert works(client)
        assert name not in [one["client_msg_id"] for one in visitor.messages(visitor.session_id)]

    @pytest.mark.parametrize("namespace", ["/agent", "/nowhere"])
    def test_of_a_namespace_that_was_not_entered_it_is_not_answered(
        self, connected: Client, namespace: str
    ) -> None:
        connected.send(f'42{namespace},1["sync",{{"sessions":{{}}}}]')
        assert works(connected)

    @pytest.mark.parametrize("name", ["connect", "disconnect", "connect_error", "no_such_event"])
    def test_a_name_that_is_none_is_refused(self, connected: Client, name: str) -> None:
        connected.send(f'42/visitor,5["{name}",{{}}]')
        (answer,) = refusal(connected.next(), "43/visitor,5")
        assert answer["error"]["code"] == "unknown_event"
        assert works(connected)

    def test_commas_brackets_and_digits_in_the_payload_are_text(
        self, connected: Client, visitor: Visit
    ) -> None:
        body = '42/visitor,7["x"],{}\x1e\u2028 7[1] 你好 \\" 😀'
        draft = {"session_id": visitor.session_id, "client_msg_id": uuid.uuid4().hex, "body": body}
        connected.send(f'42/visitor,9["send_message",{json.dumps(draft)}]')
        (answer,) = refusal(connected.next(), "43/visitor,9")
        assert answer["message"]["body"] == body

    def test_an_acknowledgement_of_nothing_is_nothing(self, connected: Client) -> None:
        connected.send("43/visitor,12345[]")
        assert works(connected)


class TestWhatIsNoPacket:
    @pytest.mark.parametrize(
        "packet",
        [
            "42/visitor,6{}",
            '42/visitor,6["sync"',
            "42/visitor,6[]",
            "42/visitor,6[1]",
            "42/visitor,6",
        ],
    )
    def test_an_event_that_cannot_be_read_is_answered(self, connected: Client, packet: str) -> None:
        connected.send(packet)
        (answer,) = refusal(connected.next(), "43/visitor,6")
        assert answer["error"]["code"] == "bad_json"
        assert works(connected)

    @pytest.mark.parametrize(
        "packet", ["4", "4x", "47", "49", "44/visitor,{}", "42", "4abc", "42{}"]
    )
    def test_others_end_the_connection_or_are_dropped(self, connected: Client, packet: str) -> None:
        try:
            connected.send(packet)
            assert works(connected)
        except (Ended, AssertionError):
            _expect_over(connected)

    @pytest.mark.parametrize("head", ["451-", "4599999-", "461-"])
    def test_binary_is_refused_and_what_follows_is_not_waited_for(
        self, connected: Client, head: str
    ) -> None:
        connected.send(f'{head}/visitor,6["send_message",{{"_placeholder":true,"num":0}}]')
        if head.startswith("45"):
            (answer,) = refusal(connected.next(), "43/visitor,6")
            assert answer["error"]["code"] == "bad_json"
        assert works(connected)

    def test_more_than_is_allowed_ends_a_websocket_with_its_code(
        self, engine: Stack, visitor: Visit
    ) -> None:
        with Stream(engine.url) as stream:
            assert stream.next()[0] == "0"
            connect(stream, "/visitor", visitor.token)
            stream.send('42/visitor,1["sync","' + "x" * 70_000 + '"]')
            assert stream.end() in (1009, 1000, None)


def _expect_over(client: Client) -> None:
    """The connection has ended."""
    for _ in until(5):
        try:
            client.send("3")
            client.next()
        except (Ended, AssertionError):
            return
    raise AssertionError("it goes on, without answering")
