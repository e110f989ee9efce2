"""Our WebSocket in the place of the library's, behind Engine.IO."""

from collections.abc import Callable, Iterable
from typing import Any

from chat_app.domain.ports import UpgradeRefused
from chat_app.infrastructure.realtime.sockets import WebSocket, leave, upgrade

TRANSPORT = "cland_transport"
MOST_QUEUED = 500


class EngineSocket:
    """What Engine.IO expects of a WebSocket: `wait`, `send`, `close`; one a connection."""

    def __init__(self, handler: Callable[[Any], Any], server: Any) -> None:
        self._handler = handler
        self._most_bytes = int(server.max_http_buffer_size)
        self._websocket: WebSocket | None = None

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Upgrade the request and run Engine.IO's loop on it."""
        try:
            websocket = self._websocket = upgrade(environ, self._most_bytes)
        except UpgradeRefused as refusal:
            start_response(refusal.status, refusal.headers)
            return []
        # The handler is a method of Engine.IO's socket, which must be able to end the connection.
        setattr(getattr(self._handler, "__self__", self), TRANSPORT, websocket)
        try:
            self._handler(self)
        finally:
            websocket.close()
        return leave(environ)

    @property
    def socket(self) -> WebSocket:
        """What Engine.IO sets its time limit on."""
        if self._websocket is None:
            raise RuntimeError("not upgraded yet")
        return self._websocket

    def wait(self) -> str | bytes | None:
        """The next message; None at the end."""
        return self.socket.receive()

    def send(self, message: str | bytes) -> None:
        """Send one message."""
        self.socket.send(message)

    def close(self) -> None:
        """End the connection."""
        self.socket.close()


def release_clients(server: Any) -> None:
    """End what would hold a stopping server: long polls, up to 25 s, and lines of the hub."""
    for eio_socket in list(server.eio.sockets.values()):
        transport: Any = getattr(eio_socket, TRANSPORT, None)
        if not eio_socket.upgraded:
            eio_socket.close(wait=False, reason=server.reason.SERVER_DISCONNECT)
        elif hasattr(transport, "leave"):
            transport.leave()


def drop_slow_readers(server: Any) -> int:
    """End connections that have not taken what was sent to them; they resume from the database."""
    dropped = 0
    for eio_socket in list(server.eio.sockets.values()):
        if eio_socket.queue.qsize() <= MOST_QUEUED:
            continue
        dropped += 1
        eio_socket.close(wait=False, abort=True)
        transport = getattr(eio_socket, TRANSPORT, None)
        if transport is not None:
            transport.abort()
    return dropped
