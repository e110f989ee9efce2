"""Engine.IO over lines: in the place of the library's two greenlets and a queue a connection."""

import queue
import re
import socket
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final

import orjson
from engineio import packet as engine
from engineio.exceptions import EngineIOError

from chat_app.domain.ports import UpgradeRefused
from chat_app.infrastructure.realtime.crew import CREW
from chat_app.infrastructure.realtime.engine import TRANSPORT
from chat_app.infrastructure.realtime.frames import BINARY, TEXT, pack
from chat_app.infrastructure.realtime.line import Line
from chat_app.infrastructure.realtime.packets import RESERVED
from chat_app.infrastructure.realtime.sockets import (
    PLACES,
    WebSocket,
    leave,
    take_over,
    upgrade,
    upgrade_with_first_frame,
)

# An event with an acknowledgement, as all of ours are; what looks otherwise takes the long way.
_EVENT: Final = re.compile(r"42(/[a-z]+),(\d{1,15})(\[.*)", re.DOTALL)
_PONG: Final = "3"
GOING_AWAY, TRY_LATER = 1001, 1013
# Above that a client is not read until its events are done.
_MOST_UNDONE: Final = 64


class HubEngineSocket:
    """What Engine.IO calls to make a WebSocket of a request, where the server is eventlet."""

    def __init__(self, handler: Callable[[Any], Any], server: Any) -> None:
        self._eio_socket: Any = getattr(handler, "__self__", None)
        self._most_bytes = int(server.max_http_buffer_size)

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Upgrade the request, and leave the connection to the hub."""
        try:
            moves = self._eio_socket.connected  # from polling: it speaks first
            websocket = (upgrade if moves else upgrade_with_first_frame)(environ, self._most_bytes)
        except UpgradeRefused as refusal:
            start_response(refusal.status, refusal.headers)
            return []
        if moves and not _probed(self._eio_socket, websocket):
            websocket.close()
            return leave(environ)
        places = environ.get(PLACES)
        if places is not None and not places.take():
            websocket.close(TRY_LATER, "too many connections")
            return leave(environ)
        line = EngineLine(self._eio_socket, websocket, take_over(environ), places)
        setattr(self._eio_socket, TRANSPORT, line)
        line.begin()
        return leave(environ)


def _probed(eio_socket: Any, websocket: WebSocket) -> bool:
    """Whether a client that has polled until now moves over (Engine.IO 4, "Upgrade")."""
    eio_socket.upgrading = True  # what is sent meanwhile is kept
    try:
        websocket.settimeout(eio_socket.server.ping_interval + eio_socket.server.ping_timeout)
        if websocket.receive() != "2probe":
            return False
        websocket.send("3probe")
        eio_socket.queue.put(engine.Packet(engine.NOOP))  # ends a poll that waits
        # Of two that probe at once, the first one to decide has it.
        return websocket.receive() == "5" and not eio_socket.upgraded
    except OSError:
        return False
    finally:
        eio_socket.upgrading = False


class EngineLine:
    """A line and the Engine.IO socket it serves; it stands where that one has its queue."""

    def __init__(
        self, eio_socket: Any, websocket: WebSocket, connection: socket.socket, places: Any
    ) -> None:
        self._eio_socket = eio_socket
        self._undone: deque[str | bytes] = deque()
        self._at_work = False
        self._unanswered = self._asking = False
        self._over = False
        parser, self._early, self._unsent = websocket.surrender()
        self._places = places
        self._line = Line(connection, parser, self._heard, self._ended)

    def begin(self) -> None:
        """Send what has gathered, and read."""
        eio_socket, waiting = self._eio_socket, self._eio_socket.queue
        if self._unsent:
            self.write(self._unsent)
        eio_socket.queue = self
        eio_socket.connected = eio_socket.upgraded = True
        while not waiting.empty():
            if (packet := waiting.get()) is None or packet.packet_type != engine.NOOP:
                self.put(packet)
        for message in self._early:
            self._heard(message)
        self._line.listen()

    def put(self, packet: Any) -> None:
        """Send a packet; None ends the connection."""
        if packet is None:
            self._line.close()
            return
        text = packet.encode()
        binary = isinstance(text, bytes | bytearray)
        self.write(pack(BINARY, bytes(text)) if binary else pack(TEXT, text.encode()))

    def write(self, frame: bytes) -> None:
        """Send a packet that is a frame already."""
        self._line.write(frame)

    def qsize(self) -> int:
        """How many packets the client has not taken yet."""
        return self._line.waiting

    def get(self, **_: Any) -> Any:
        """Nothing is left for polls."""
        raise queue.Empty

    def task_done(self) -> None:
        """Sending is all there is to do."""

    def join(self) -> None:
        """Sending never waits."""

    def leave(self) -> None:
        """Tell the client that this server goes away."""
        self._line.close(GOING_AWAY, "restart")

    def abort(self) -> None:
        """End the connection without a word."""
        self._line.abort()

    def _heard(self, data: str | bytes) -> None:
        """Take a message in the hub; a greenlet does what it asks for, one after another."""
        if data == _PONG:
            self._eio_socket.schedule_ping()
            return
        self._undone.append(data)
        if not self._at_work:
            self._at_work = True
            CREW.soon(self._work)
        elif len(self._undone) > _MOST_UNDONE:
            self._line.pause()

    def _ended(self) -> None:
        self._over = True
        if not self._at_work:
            self._at_work = True
            CREW.soon(self._work)

    def _work(self) -> None:
        try:
            while self._undone and not self._eio_socket.closed:
                self._do(self._undone.popleft())
                if self._unanswered:
                    return  # the answer goes on
        except Exception:  # as in the library: whatever breaks ends this connection
            self._eio_socket.server.logger.exception("receiving failed")
            self._line.abort()
        self._rest()

    def _rest(self) -> None:
        self._at_work = False
        if self._over:
            self._finish()
        else:
            self._line.listen()

    def _finish(self) -> None:
        """Forget a client that is gone."""
        server, sid = self._eio_socket.server, self._eio_socket.sid
        self._eio_socket.close(wait=False, abort=True, reason=server.reason.TRANSPORT_CLOSE)
        server.sockets.pop(sid, None)
        if self._places is not None:
            self._places.give()

    def _do(self, data: str | bytes) -> None:
        if isinstance(data, str) and self._answer(data):
            return
        try:
            self._eio_socket.receive(engine.Packet(encoded_packet=data))
        except EngineIOError:
            self._line.abort()
        except ValueError:
            self._line.close()

    def _answer(self, text: str) -> bool:
        """Handle a usual event and acknowledge it; False for anything else."""
        found = _EVENT.fullmatch(text)
        if found is None:
            return False
        server: Any = self._eio_socket.server.handlers["message"].__self__
        namespace, sid = found[1], None
        handler = server.namespace_handlers.get(namespace)
        if handler is not None:
            sid = server.manager.sid_from_eio_sid(self._eio_socket.sid, namespace)
        if sid is None or not server.manager.is_connected(sid, namespace):
            return False
        try:
            event = orjson.loads(found[3])
        except orjson.JSONDecodeError:
            return False
        if not event or not isinstance(event[0], str) or event[0] in RESERVED:
            return False
        self._unanswered = self._asking = True
        handler.begin(
            event[0], sid, event[1:], partial(self._acknowledge, f"43{namespace},{found[2]}")
        )
        self._asking = False
        return True

    def _acknowledge(self, head: str, answer: dict[str, Any]) -> None:
        """Send the answer to an event, and go on with what came behind it."""
        self._unanswered = False
        try:
            self.write(pack(TEXT, head.encode() + orjson.dumps([answer])))
        except Exception:
            if self._asking:
                raise
            self._eio_socket.server.logger.exception("answering failed")
            self._line.abort()
        if self._asking:
            return
        if self._undone or self._over:
            CREW.soon(self._work)  # it may wait, and the answers of others are next
        else:
            self._rest()
