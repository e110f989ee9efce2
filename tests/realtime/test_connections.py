"""What a connection may not do, and that the others do not suffer from it."""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import websocket

from tests.clients import VISITOR, Visit, Wire, closing, open_session
from tests.processes import Stack
from tests.realtime.engines import Polls

CAP = 20
FRAME_BYTES = 65_536


@pytest.fixture(scope="module")
def strict(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """An installation with its rate limits on."""
    folder = tmp_path_factory.mktemp("strict")
    options = {"RATE_LIMITS": "on"}
    with Stack(folder, sqlite=sqlite_template, worker=False, env=options) as running:
        yield running


@pytest.fixture(scope="module")
def visitor(strict: Stack) -> Visit:
    return open_session(strict.url)


def test_connections_that_never_connect_are_few_and_end_after_10_s(
    strict: Stack, visitor: Visit
) -> None:
    begin = time.monotonic()
    # One that polls and stops must not hold whoever looks after all of them.
    asleep = Polls(strict.url)
    silent = [Wire(strict.url, connect=False) for _ in range(CAP - 1)]
    try:
        with pytest.raises(websocket.WebSocketBadStatusException):
            Wire(strict.url, connect=False)
        silent[0].send_text(f'40{VISITOR},{{"token":"{visitor.token}"}}')
        silent[0].wait_for(lambda one: one.kind == "0")
        with visitor.socket() as wire:
            assert wire.join(visitor.session_id)["ok"], "one who connected still counts"
        for wire in silent[1:]:
            wire.wait_end(14)
        assert 9 < time.monotonic() - begin < 14
        assert asleep.over()
        assert not silent[0].ended, "one who connected was thrown out"
        with visitor.socket() as wire:
            assert wire.join(visitor.session_id)["ok"]
    finally:
        for wire in silent:
            wire.close()


def test_a_wrong_token_is_refused_with_its_reason(strict: Stack) -> None:
    for token in ("nonsense", None):
        refused = _refusal(strict, token)
        assert refused == "unauthorized"


def test_compression_is_offered_and_not_taken(strict: Stack, visitor: Visit) -> None:
    offer = {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"}
    with visitor.socket(header=offer) as wire:
        assert "sec-websocket-extensions" not in (wire.ws.getheaders() or {})
        assert wire.join(visitor.session_id)["ok"]


@pytest.mark.parametrize("pieces", [1, 20], ids=["one frame", "fragments"])
def test_more_than_64_kib_close_the_socket(strict: Stack, visitor: Visit, pieces: int) -> None:
    with closing(visitor.socket(), visitor.socket()) as (greedy, other):
        _send_text_of(greedy, FRAME_BYTES + 5_000, pieces)
        greedy.wait_end(5)
        assert other.join(visitor.session_id)["ok"]


def test_fragments_without_end_close_the_socket(strict: Stack, visitor: Visit) -> None:
    with closing(visitor.socket(), visitor.socket()) as (greedy, other):
        _send_text_of(greedy, 2 * FRAME_BYTES, 40, finish=False)
        greedy.wait_end(5)
        assert other.join(visitor.session_id)["ok"]


def test_a_long_message_that_fits_is_answered(strict: Stack, visitor: Visit) -> None:
    with visitor.socket() as wire:
        answer = wire.send_message(visitor.session_id, "x" * (FRAME_BYTES - 500))
        assert answer["error"]["code"] == "validation"
        assert wire.join(visitor.session_id)["ok"]


@pytest.mark.parametrize("head", ["451-", "4599999999-"], ids=["one", "many"])
def test_attachments_in_binary_are_refused(strict: Stack, visitor: Visit, head: str) -> None:
    placeholder = '{"_placeholder":true,"num":0}'
    with closing(visitor.socket(), visitor.socket()) as (binary, other):
        binary.send_text(f'{head}{VISITOR},77["send_message",{placeholder}]')
        for _ in range(3):
            if not binary.ended:
                _send_binary(binary)
        _expect_refusal(binary, 77)
        assert other.join(visitor.session_id)["ok"]
        assert other.send_message(visitor.session_id, "still here")["ok"]


def test_a_stranger_is_told_nothing_before_its_connect(strict: Stack, visitor: Visit) -> None:
    with closing(Wire(strict.url, connect=False), visitor.socket()) as (stranger, wire):
        stranger.send_text(f'42{VISITOR},5["join_session",{{"session_id":"{visitor.session_id}"}}]')
        wire.join(visitor.session_id)
        assert wire.send_message(visitor.session_id, "a secret")["ok"]
        assert wire.call("sync", {"sessions": {}})["ok"]
        assert not [one for one in stranger.frames if "secret" in one.text or one.kind == "3"]


@pytest.mark.parametrize(
    "text",
    [
        "4", "42", "42[]", "42{}", "4299", f"42{VISITOR},", f"42{VISITOR},[1]", "9", "4x", "",
        f'42{VISITOR},1["send_message"', f"43{VISITOR},99999[]", f"42{VISITOR},7{'[' * 5_000}",
        f'42{VISITOR},{"1" * 100}["sync",{{}}]', '40/nowhere,{"token":1}', "40" + "/x" * 9_000,
        f'42{VISITOR},8["connect",{{}}]', f'42{VISITOR},8["__proto__",{{}}]',
    ],
    ids=lambda text: repr(text[:24]),
)  # fmt: skip
def test_after_a_broken_packet_the_socket_is_closed_or_works_and_others_do(
    strict: Stack, visitor: Visit, text: str
) -> None:
    with closing(visitor.socket(), visitor.socket()) as (broken, other):
        broken.send_text(text)
        assert other.call("sync", {"sessions": {visitor.session_id: 0}})["ok"]
        with contextlib.suppress(ConnectionError):
            broken.send_text(f'42{VISITOR},500["sync",{{"sessions":{{}}}}]')
            assert broken.answer(500, 5)["ok"]


def _refusal(stack: Stack, token: str | None) -> str | None:
    with Wire(stack.url, connect=False) as wire:
        wire.send_text(f"40{VISITOR}," + ("" if token is None else f'{{"token":"{token}"}}'))
        answer = wire.wait_for(lambda one: one.kind == "4")
        code: str | None = answer.data["data"]["code"]
        return code


def _send_text_of(wire: Wire, size: int, pieces: int, *, finish: bool = True) -> None:
    """Send one text message of `size` bytes as that many frames, as long as it is taken."""
    part = "x" * (size // pieces)
    try:
        for number in range(pieces):
            code = websocket.ABNF.OPCODE_CONT if number else websocket.ABNF.OPCODE_TEXT
            last = finish and number == pieces - 1
            text = ("4" if number == 0 else "") + part
            wire.ws.send_frame(websocket.ABNF(int(last), 0, 0, 0, code, 1, text.encode()))
    except (OSError, websocket.WebSocketException):
        return


def _send_binary(wire: Wire) -> None:
    try:
        wire.ws.send_binary(os.urandom(1_000))
    except (OSError, websocket.WebSocketException):
        return


def _expect_refusal(wire: Wire, number: int) -> None:
    """The socket is closed, or the event answered with a refusal."""
    try:
        answer = wire.answer(number, 3)
    except ConnectionError:
        return
    assert not answer["ok"]
