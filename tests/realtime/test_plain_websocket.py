"""`GET /ws` on real processes: the same events and rules, without a Socket.IO library."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import websocket

from tests.clients import Rest, Visit, open_session, sign_in
from tests.processes import Stack

CLOSE = websocket.ABNF.OPCODE_CLOSE


class Plain:
    """A raw client; `received` keeps every frame."""

    def __init__(self, url: str, query: str, **options: Any) -> None:
        options.setdefault("suppress_origin", True)
        self.ws = websocket.create_connection(
            url.replace("http", "ws", 1) + "/ws?" + query, timeout=10, **options
        )
        self.received: list[dict[str, Any]] = []

    def send(self, type_: str, data: Any = None, id_: Any = None) -> None:
        frame = {"type": type_} | ({} if data is None else {"data": data})
        self.ws.send(json.dumps(frame | ({} if id_ is None else {"id": id_})))

    def next(self, wanted: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
        while True:
            opcode, data = self.ws.recv_data()
            assert opcode != CLOSE, f"closed with {int.from_bytes(data[:2], 'big')}"
            frame: dict[str, Any] = json.loads(data)
            self.received.append(frame)
            if wanted(frame):
                return frame

    def call(self, type_: str, data: Any, id_: Any = "call") -> dict[str, Any]:
        self.send(type_, data, id_)
        answer: dict[str, Any] = self.next(lambda one: one["type"] == "ack" and one["id"] == id_)[
            "data"
        ]
        return answer

    def close_code(self) -> int:
        while True:
            opcode, data = self.ws.recv_data()
            if opcode == CLOSE:
                return int.from_bytes(data[:2], "big")


@pytest.fixture
def connect() -> Iterator[Callable[..., Plain]]:
    opened: list[Plain] = []

    def open_(url: str, query: str, **options: Any) -> Plain:
        opened.append(Plain(url, query, **options))
        return opened[-1]

    yield open_
    for one in opened:
        one.ws.shutdown()


def bearer(token: str | None) -> list[str]:
    return [f"Authorization: Bearer {token}"]


def of(visit: Visit) -> str:
    return f"session_id={visit.session_id}"


def test_a_visitor_and_an_agent_talk(house: Stack, connect: Callable[..., Plain]) -> None:
    visit = open_session(house.url, user_id="u-42")
    visitor = connect(house.url, f"user_id=u-42&{of(visit)}", header=bearer(visit.token))
    agent = connect(house.url, of(visit), subprotocols=["cland.v1", sign_in(house.url).token])
    assert agent.ws.getsubprotocol() == "cland.v1"

    answer = visitor.call("send_message", {"client_msg_id": "a", "body": "你好"}, 1)
    assert (answer["ok"], answer["duplicate"]) == (True, False)
    pushed = agent.next(lambda one: one["type"] == "message_created")["data"]
    assert pushed["message"]["body"] == "你好"

    agent.call("send_message", {"client_msg_id": "n", "body": "secret", "kind": "note"})
    agent.call("send_message", {"client_msg_id": "b", "body": "hello"})
    reply = visitor.next(lambda one: one["type"] == "message_created")["data"]["message"]
    assert reply["body"] == "hello"
    assert reply["seq"] == answer["message"]["seq"] + 1
    assert "secret" not in json.dumps(visitor.received)


def test_it_shares_rooms_with_socket_io(house: Stack, connect: Callable[..., Plain]) -> None:
    visit = open_session(house.url)
    plain = connect(house.url, of(visit), header=bearer(visit.token))
    with sign_in(house.url).socket() as wire:
        wire.join(visit.session_id)
        plain.call("send_message", {"client_msg_id": "a", "body": "from plain"})
        assert wire.event("message_created")["message"]["body"] == "from plain"
        wire.send_message(visit.session_id, "from socket.io")
        pushed = plain.next(lambda one: one["type"] == "message_created")
        assert pushed["data"]["message"]["body"] == "from socket.io"


def test_resume_gives_just_what_is_missing(house: Stack, connect: Callable[..., Plain]) -> None:
    visit = open_session(house.url)
    for number in range(5):
        visit.send(visit.session_id, f"line {number}")
    plain = connect(house.url, of(visit), header=bearer(visit.token))
    joined = plain.call("join_session", {"after_seq": 3})
    assert [one["seq"] for one in joined["messages"]] == [4, 5]
    assert (joined["last_seq"], joined["has_more"]) == (5, False)


def test_the_first_frame_may_carry_the_token(house: Stack, connect: Callable[..., Plain]) -> None:
    visit = open_session(house.url)
    plain = connect(house.url, of(visit))
    assert plain.call("authenticate", {"token": visit.token}) == {"ok": True}
    assert plain.call("sync", {"sessions": {visit.session_id: 0}})["ok"]


@pytest.mark.parametrize(
    "options", [{"header": bearer("nope")}, {"subprotocols": ["cland.v1", "nope"]}]
)
def test_a_bad_token_in_a_header_is_401_before_the_upgrade(
    house: Stack, connect: Callable[..., Plain], options: dict[str, Any]
) -> None:
    visit = open_session(house.url)
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        connect(house.url, of(visit), **options)
    assert refused.value.status_code == 401


def test_close_codes_speak_after_the_upgrade(house: Stack, connect: Callable[..., Plain]) -> None:
    visit, other = open_session(house.url), open_session(house.url)
    mine = bearer(visit.token)
    wrong_first_frame = connect(house.url, of(visit))
    wrong_first_frame.send("authenticate", {"token": "nope"})
    assert wrong_first_frame.close_code() == 4401
    assert connect(house.url, f"user_id=somebody&{of(visit)}", header=mine).close_code() == 4401
    assert connect(house.url, of(other), header=mine).close_code() == 4404
    assert connect(house.url, "session_id=nonsense", header=mine).close_code() == 4404
    assert connect(house.url, "", header=mine).close_code() == 4404


def test_silence_before_authentication_ends_after_five_seconds(
    house: Stack, connect: Callable[..., Plain]
) -> None:
    silent, began = connect(house.url, of(open_session(house.url))), time.monotonic()
    assert silent.close_code() == 4408
    assert 4.5 < time.monotonic() - began < 8


@pytest.mark.parametrize(
    "text",
    ["{", "[]", "1", "{}", '{"type": 1}', '{"type": "sync", "id": []}', '{"type": "sync", "x": 1}'],
)
def test_what_is_no_frame_closes_with_4400(
    house: Stack, connect: Callable[..., Plain], text: str
) -> None:
    visit = open_session(house.url)
    plain = connect(house.url, of(visit), header=bearer(visit.token))
    plain.ws.send(text)
    assert plain.close_code() == 4400


def test_binary_and_oversized_frames_close(house: Stack, connect: Callable[..., Plain]) -> None:
    visit = open_session(house.url)
    binary = connect(house.url, of(visit), header=bearer(visit.token))
    binary.ws.send_binary(b"{}")
    assert binary.close_code() == 4400
    large = connect(house.url, of(visit), header=bearer(visit.token))
    large.ws.send("x" * 70_000)
    assert large.close_code() == 1009


def test_refusals_are_answers_not_closes(house: Stack, connect: Callable[..., Plain]) -> None:
    visit = open_session(house.url)
    plain = connect(house.url, of(visit), header=bearer(visit.token))
    unknown = plain.call("no_such_event", {})
    invalid = plain.call("send_message", {"client_msg_id": "a", "body": 1})
    note = plain.call("send_message", {"client_msg_id": "a", "body": "x", "kind": "note"})
    codes = [one["error"]["code"] for one in (unknown, invalid, note)]
    assert codes == ["unknown_event", "validation", "forbidden"]
    assert plain.call("send_message", {"client_msg_id": "a", "body": "fine"})["ok"]


def test_over_a_rate_three_times_in_a_minute_closes_with_4429(
    make_stack: Callable[..., Stack], connect: Callable[..., Plain]
) -> None:
    env = {"RATE_LIMITS": "on", "LIMIT_VISITOR_MESSAGES_PER_MINUTE": "2"}
    stack = make_stack(worker=False, env=env)
    visit = open_session(stack.url)
    plain = connect(stack.url, of(visit), header=bearer(visit.token))
    for number in range(5):
        plain.send("send_message", {"client_msg_id": str(number), "body": "x"}, number)
    answers = [plain.next(lambda one: one["type"] == "ack")["data"] for _ in range(4)]
    assert [one["ok"] for one in answers] == [True, True, False, False]
    assert answers[2]["error"]["code"] == "rate_limited"
    assert answers[2]["error"]["retry_after"] > 0
    assert plain.close_code() == 4429


def test_a_restart_says_so(make_stack: Callable[..., Stack], connect: Callable[..., Plain]) -> None:
    stack = make_stack(worker=False)
    visit = open_session(stack.url)
    plain = connect(stack.url, of(visit), header=bearer(visit.token))
    plain.call("sync", {"sessions": {}})
    stack.processes["web"].terminate()
    draining = plain.next()
    assert draining["type"] == "server_draining"
    assert 0 <= draining["data"]["reconnect_in"] <= 10
    assert plain.close_code() == 1012


def test_a_plain_request_is_told_to_upgrade(house: Stack) -> None:
    assert Rest(house.url).get("/ws").status_code == 426
