"""A WebSocket that the hub itself serves.

No greenlet waits for the client: what it sends is read, unmasked and handed on where the hub finds
the connection readable, and what is written to it leaves in one piece once the greenlets that run
now have gone on. A client that says nothing costs its buffers and nothing else.
"""

import socket
from collections.abc import Callable
from typing import Any, Final

from eventlet import hubs

from chat_app.infrastructure.realtime.frames import (
    CLOSE,
    PING,
    PONG,
    FrameError,
    FrameParser,
    Message,
    pack,
    pack_close,
)
from chat_app.infrastructure.realtime.post import POST

_READ_BYTES: Final = 65_536
_GOODBYE_SECONDS: Final = 2.0
NORMAL: Final = 1000


class Line:
    """One connection after its handshake. Nothing here blocks; `heard` and `ended` must not."""

    __slots__ = (
        "_closing", "_connection", "_ended", "_heard", "_hub", "_out", "_over", "_parser", "_reader",
        "_writer", "waiting",
    )  # fmt: skip

    def __init__(
        self,
        connection: socket.socket,
        parser: FrameParser,
        heard: Callable[[str | bytes], None],
        ended: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._parser = parser
        self._heard = heard
        self._ended = ended
        self._hub = hubs.get_hub()
        self._out: list[bytes] = []
        self._reader: Any = None
        self._writer: Any = None
        self._closing = False
        self._over = False
        self.waiting = 0
        """How many frames the client has not taken yet."""

    def listen(self) -> None:
        """Read from now on, or again after `pause`."""
        if self._reader is None and not self._over:
            self._reader = self._watch(self._hub.READ, self._readable)

    def pause(self) -> None:
        """Leave what comes to the kernel, whose buffers slow the client down."""
        if self._reader is not None:
            self._hub.remove(self._reader)
            self._reader = None

    def write(self, frame: bytes) -> None:
        """Send a whole frame soon, together with what is written until then."""
        if self._closing or self._over:
            return
        self.waiting += 1
        self._out.append(frame)
        if len(self._out) == 1:
            POST.soon(self._flush)

    def close(self, status: int = NORMAL, reason: str = "") -> None:
        """Say why, once everything written before has left; the connection ends within 2 s."""
        if self._closing or self._over:
            return
        self._out.append(pack_close(status, reason))
        self._closing = True
        self.listen()
        self._hub.schedule_call_global(_GOODBYE_SECONDS, self.abort)
        self._flush()

    def abort(self) -> None:
        """End without a word."""
        if self._over:
            return
        self._over = True
        self.pause()
        self._forget_writer()
        self._out.clear()
        self._connection.close()
        self._ended()

    def _watch(self, kind: str, ready: Callable[[int], None]) -> Any:
        return self._hub.add(kind, self._connection.fileno(), ready, self._lost, None)

    def _lost(self, _: object) -> None:
        """The hub says that the descriptor is no longer ours."""
        self._reader = self._writer = None
        self.abort()

    def _readable(self, _: int) -> None:
        try:
            data = self._connection.recv(_READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.abort()
        elif not self._closing:
            self.take(data)

    def take(self, data: bytes) -> None:
        """Understand bytes of the client."""
        try:
            for found in self._parser.feed(data):
                if isinstance(found, Message):
                    self._heard(found.data)
                elif found.opcode == PING:
                    self.write(pack(PONG, found.payload))
                elif found.opcode == CLOSE:
                    self.close(found.close_status)
                    return
        except FrameError as error:
            self.close(error.status, error.reason)

    def _flush(self, *_: object) -> None:
        if self._over or not self._out:
            return
        data = self._out[0] if len(self._out) == 1 else b"".join(self._out)
        try:
            sent = self._connection.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.abort()
            return
        if sent < len(data):
            self._out[:] = [data[sent:]]
            if self._writer is None:
                self._writer = self._watch(self._hub.WRITE, self._flush)
            return
        self.waiting = 0
        self._out.clear()
        if self._writer is not None:
            self._forget_writer()
        if self._closing:
            self._shut()

    def _shut(self) -> None:
        """Tell the client that nothing follows; its own end of the connection ends it."""
        try:
            self._connection.shutdown(socket.SHUT_WR)
        except OSError:
            self.abort()

    def _forget_writer(self) -> None:
        if self._writer is not None:
            self._hub.remove(self._writer)
            self._writer = None
