"""A WebSocket on a connection that an HTTP server hands over."""

import base64
import hashlib
import socket
import threading
import time
from collections import deque
from typing import Any, Final

from chat_app.domain.ports import UpgradeRefused
from chat_app.infrastructure.realtime.frames import (
    BINARY,
    CLOSE,
    PING,
    PONG,
    TEXT,
    FrameError,
    FrameParser,
    Message,
    pack,
    pack_close,
)

_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_READ_BYTES: Final = 65_536
_GOODBYE_SECONDS: Final = 2.0
_GOODBYE_STEP_SECONDS: Final = 0.05
NORMAL: Final = 1000
TAKEN_OVER: Final = "cland.taken_over"
"""Where an HTTP server of ours puts the function to call when a connection was taken over."""
PLACES: Final = "cland.places"
"""Where it keeps count of its connections: `take() -> bool` and `give()`."""


class WebSocket:
    """Messages both ways; pings are answered. One reader, any number of writers.

    `unsent` is what leaves with the first frame.
    """

    def __init__(self, connection: socket.socket, most_bytes: int, unsent: bytes = b"") -> None:
        self.connection = connection
        self._unsent = unsent
        self._parser = FrameParser(most_bytes)
        self._ready: deque[str | bytes] = deque()
        self._writing = threading.Lock()
        self._closed = False
        self._reading = False
        self.heard_at = time.monotonic()

    def settimeout(self, seconds: float) -> None:
        """Give up reading and writing after a silence of `seconds`."""
        self.connection.settimeout(seconds)

    def receive(self) -> str | bytes | None:
        """The next message; None once the connection is over."""
        while not self._ready:
            data = b"" if self._closed else self._read()
            if not data:
                self._closed = True
                return None
            self.heard_at = time.monotonic()
            self._take(data)
        return self._ready.popleft()

    def _read(self) -> bytes:
        self._reading = True
        try:
            return self.connection.recv(_READ_BYTES)
        except OSError:
            return b""
        finally:
            self._reading = False

    def _take(self, data: bytes) -> None:
        try:
            for found in self._parser.feed(data):
                if isinstance(found, Message):
                    self._ready.append(found.data)
                elif found.opcode == PING:
                    self._write(pack(PONG, found.payload))
                elif found.opcode == CLOSE:
                    self.close(found.close_status)
                    return  # what follows a close is not heard (RFC 6455, 5.5.1)
        except FrameError as error:
            self.close(error.status, error.reason)

    def send(self, data: str | bytes) -> None:
        """Send one message; raise OSError when the peer is gone."""
        if isinstance(data, str):
            self._write(pack(TEXT, data.encode()))
        else:
            self._write(pack(BINARY, data))

    def send_many(self, texts: list[str]) -> None:
        """Send several text messages in one write."""
        self._write(b"".join(pack(TEXT, text.encode()) for text in texts))

    def ping(self) -> None:
        """Ask whether the peer is there; its pong moves `heard_at`."""
        self._write(pack(PING, b""))

    def close(self, status: int = NORMAL, reason: str = "") -> None:
        """Say why and end; the second call does nothing. Takes at most two seconds.

        What the peer still sends is read and dropped meanwhile: a connection that is torn down
        with unread data would lose the reason on its way.
        """
        if self._closed:
            return
        self._closed = True
        try:
            self.connection.settimeout(_GOODBYE_SECONDS)
            self._write(pack_close(status, reason))
            self.connection.shutdown(socket.SHUT_WR)
        except OSError:
            return
        deadline = time.monotonic() + _GOODBYE_SECONDS
        while time.monotonic() < deadline:
            if self._reading:
                time.sleep(_GOODBYE_STEP_SECONDS)
            elif not self._read():
                break
        self.abort()

    def abort(self) -> None:
        """End without a word, and wake whoever reads or writes."""
        self._closed = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def surrender(self) -> tuple[FrameParser, list[str | bytes], bytes]:
        """The state of reading, what was read and what is unsent: somebody else goes on from here."""
        return self._parser, list(self._ready), self._unsent

    def _write(self, data: bytes) -> None:
        with self._writing:
            unsent, self._unsent = self._unsent, b""
            self.connection.sendall(unsent + data)


def upgrade(environ: dict[str, Any], most_bytes: int, protocol: str | None = None) -> WebSocket:
    """Answer a handshake (RFC 6455, 4.2) and take the connection over; no extension is accepted.

    Raises UpgradeRefused for a request that is none.
    """
    websocket = upgrade_with_first_frame(environ, most_bytes, protocol)
    websocket.send_many([])
    return websocket


def upgrade_with_first_frame(
    environ: dict[str, Any], most_bytes: int, protocol: str | None = None
) -> WebSocket:
    """As `upgrade`, for a server that speaks first: the answer leaves with what it says."""
    upgrades = environ.get("HTTP_UPGRADE", "").lower() == "websocket"
    words = [word.strip() for word in environ.get("HTTP_CONNECTION", "").lower().split(",")]
    key = environ.get("HTTP_SEC_WEBSOCKET_KEY", "")
    if not upgrades or "upgrade" not in words or environ.get("REQUEST_METHOD") != "GET":
        raise UpgradeRefused("426 Upgrade Required", [("Upgrade", "websocket")])
    if environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13":
        raise UpgradeRefused("426 Upgrade Required", [("Sec-WebSocket-Version", "13")])
    if not _is_key(key):
        raise UpgradeRefused("400 Bad Request", [])
    connection = _connection(environ)
    accept = base64.b64encode(hashlib.sha1(key.encode() + _GUID).digest()).decode()  # noqa: S324 - the RFC's
    lines = [
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Accept: {accept}",
        *([f"Sec-WebSocket-Protocol: {protocol}"] if protocol else []),
    ]
    if (mark_idle := environ.get("eventlet.set_idle")) is not None:
        mark_idle()  # a graceful stop does not wait for it
    return WebSocket(connection, most_bytes, "\r\n".join([*lines, "", ""]).encode("latin-1"))


def leave(environ: dict[str, Any]) -> list[bytes]:
    """What a WSGI application returns after its connection was taken over.

    Our server is told not to answer any more; werkzeug's understands a ConnectionError.
    """
    taken_over = environ.get(TAKEN_OVER)
    if taken_over is None:
        raise ConnectionError("the connection was a WebSocket")
    taken_over()
    return []


def take_over(environ: dict[str, Any]) -> socket.socket:
    """The bare connection, which stays open after the request has ended: it is ours alone now."""
    green: Any = environ["eventlet.input"].get_socket()
    green.shutdown = green.close = _nothing
    connection: socket.socket = green.fd
    if connection.family != socket.AF_UNIX:
        # Small frames leave at once instead of waiting for what might follow.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _nothing(*_: object) -> None:
    """The HTTP server ends what is no longer its own."""


def _is_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key, validate=True)) == 16
    except ValueError:
        return False


def _connection(environ: dict[str, Any]) -> socket.socket:
    """The raw connection, by the HTTP server that runs us."""
    connection: socket.socket | None = environ.get("werkzeug.socket")
    if "eventlet.input" in environ:
        connection = environ["eventlet.input"].get_socket()
    if connection is None:
        raise UpgradeRefused("501 Not Implemented", [])
    return connection
