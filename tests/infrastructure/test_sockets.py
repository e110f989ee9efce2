"""A WebSocket on a connection: its handshake after RFC 6455, 4.2, and how it ends."""

import socket
import struct
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from chat_app.domain.ports import UpgradeRefused
from chat_app.infrastructure.realtime.frames import CLOSE, PING, PONG, TEXT, pack, pack_close
from chat_app.infrastructure.realtime.sockets import WebSocket, upgrade
from tests.infrastructure.test_frames import client_frame

MOST = 1_000
# The example of the RFC.
KEY, ACCEPT = "dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a connection: the server's and the client's."""
    server, client = socket.socketpair()
    client.settimeout(5)
    yield server, client
    server.close()
    client.close()


def request(connection: socket.socket, **changed: str | None) -> dict[str, Any]:
    """A handshake as browsers send it; None leaves a header out."""
    headers = {
        "REQUEST_METHOD": "GET",
        "HTTP_UPGRADE": "websocket",
        "HTTP_CONNECTION": "Upgrade",
        "HTTP_SEC_WEBSOCKET_KEY": KEY,
        "HTTP_SEC_WEBSOCKET_VERSION": "13",
        **changed,
    }
    given = {name: value for name, value in headers.items() if value is not None}
    return {"werkzeug.socket": connection, **given}


def accepted(ends: tuple[socket.socket, socket.socket], **changed: str | None) -> str:
    """The answer to a handshake that is one."""
    upgrade(request(ends[0], **changed), MOST)
    return ends[1].recv(4_096).decode()


def test_the_example_of_the_rfc(ends: tuple[socket.socket, socket.socket]) -> None:
    answer = accepted(ends)
    assert answer.startswith("HTTP/1.1 101 ")
    assert f"Sec-WebSocket-Accept: {ACCEPT}\r\n" in answer
    assert answer.endswith("\r\n\r\n")
    assert "Extensions" not in answer
    assert "Sec-WebSocket-Protocol" not in answer


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTP_UPGRADE", "WebSocket"),
        ("HTTP_CONNECTION", "keep-alive, Upgrade"),
        ("HTTP_CONNECTION", "upgrade"),
        ("HTTP_SEC_WEBSOCKET_EXTENSIONS", "permessage-deflate; client_max_window_bits"),
    ],
)
def test_other_ways_to_say_the_same(
    ends: tuple[socket.socket, socket.socket], name: str, value: str
) -> None:
    answer = accepted(ends, **{name: value})
    assert answer.startswith("HTTP/1.1 101 ")
    assert "Extensions" not in answer, "no extension is accepted"


@pytest.mark.parametrize(
    ("name", "value", "status", "told"),
    [
        ("REQUEST_METHOD", "POST", "426", ("Upgrade", "websocket")),
        ("HTTP_UPGRADE", None, "426", ("Upgrade", "websocket")),
        ("HTTP_UPGRADE", "h2c", "426", ("Upgrade", "websocket")),
        ("HTTP_CONNECTION", "keep-alive", "426", ("Upgrade", "websocket")),
        ("HTTP_SEC_WEBSOCKET_VERSION", None, "426", ("Sec-WebSocket-Version", "13")),
        ("HTTP_SEC_WEBSOCKET_VERSION", "8", "426", ("Sec-WebSocket-Version", "13")),
        ("HTTP_SEC_WEBSOCKET_KEY", None, "400", None),
        ("HTTP_SEC_WEBSOCKET_KEY", "c2hvcnQ=", "400", None),
        ("HTTP_SEC_WEBSOCKET_KEY", "no base64 at all!!!!!!==", "400", None),
    ],
)
def test_what_is_no_handshake_is_told_why(
    ends: tuple[socket.socket, socket.socket],
    name: str,
    value: str | None,
    status: str,
    told: tuple[str, str] | None,
) -> None:
    with pytest.raises(UpgradeRefused) as refused:
        upgrade(request(ends[0], **{name: value}), MOST)
    assert refused.value.status.startswith(status)
    assert refused.value.headers == ([told] if told else [])


def test_a_ping_is_answered_with_its_payload_between_fragments(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    server, client = ends
    client.sendall(
        client_frame(TEXT, b"a", final=False) + client_frame(PING, b"who") + client_frame(0x0, b"b")
    )
    assert WebSocket(server, MOST).receive() == "ab"
    assert client.recv(100) == pack(PONG, b"who")


@pytest.mark.parametrize(("payload", "echo"), [(b"", 1000), (struct.pack("!H", 4001), 4001)])
def test_a_close_is_answered_and_nothing_after_it_is_heard(
    ends: tuple[socket.socket, socket.socket], payload: bytes, echo: int
) -> None:
    server, client = ends
    websocket, heard = WebSocket(server, MOST), list[object]()
    client.sendall(
        client_frame(TEXT, b"last")
        + client_frame(CLOSE, payload)
        + client_frame(TEXT, b"too late")
        + client_frame(PING, b"too late")
    )
    reader = threading.Thread(target=lambda: heard.extend(iter(websocket.receive, None)))
    reader.start()
    received = b""
    while data := client.recv(100):
        received += data
    client.close()
    reader.join(5)
    assert not reader.is_alive()
    assert received == pack_close(echo)
    assert heard == ["last"]


@pytest.mark.parametrize(
    ("frame", "status"),
    [
        (client_frame(TEXT, b"x", mask=None), 1002),
        (client_frame(TEXT, b"\xff"), 1007),
        (client_frame(TEXT, b"x" * (MOST + 1)), 1009),
    ],
)
def test_what_is_forbidden_is_closed_with_its_code(
    ends: tuple[socket.socket, socket.socket], frame: bytes, status: int
) -> None:
    server, client = ends
    client.sendall(frame)
    client.shutdown(socket.SHUT_WR)
    assert WebSocket(server, MOST).receive() is None
    answer = client.recv(200)
    assert answer[0] == 0x80 | CLOSE
    assert struct.unpack_from("!H", answer, 2)[0] == status
