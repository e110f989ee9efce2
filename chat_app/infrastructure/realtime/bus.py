"""Rooms: of one process, and across processes through Redis."""

import json
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final, Protocol

import orjson
import socketio
import structlog

from chat_app.infrastructure.realtime.emitting import deliver_here, encoded
from chat_app.infrastructure.realtime.records import (
    ASIDE,
    HOST_BYTES,
    channel_of,
    hall_of,
    read,
    sent_at,
    together,
    write,
)
from chat_app.infrastructure.redis.connection import connect, database_of
from chat_app.infrastructure.redis.ear import Ear
from chat_app.infrastructure.redis.pipe import Pipe, packed

_log = structlog.get_logger(__name__)
# How many pushes to several rooms are remembered, so that none is delivered twice.
_REMEMBERED: Final = 2_000


class Json:
    """orjson in the shape that Socket.IO expects of a JSON module."""

    @staticmethod
    def dumps(value: Any, **_: Any) -> str:
        """Encode to text."""
        return orjson.dumps(value).decode()

    @staticmethod
    def loads(text: str | bytes, **_: Any) -> Any:
        """Decode; lone surrogates come through, so that they can be refused with an answer."""
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            return json.loads(text)


class Plain(Protocol):
    """The sockets of this process that are not Socket.IO's."""

    def deliver(self, body: bytes, namespace: str, rooms: list[str], skip_sid: str | None) -> None:
        """Push to every one that is in one of the rooms, once."""
        ...

    def has(self, room: str) -> bool:
        """Whether one of them is in the room, in whichever namespace."""
        ...


class Publisher:
    """Publishes pushes: one channel a room, all that gather for a channel in one publication.

    Workers do so from several threads; what one thread publishes leaves in its order.
    """

    def __init__(self, url: str, run: Callable[[Callable[[], None]], None]) -> None:
        self.host: Final = os.urandom(HOST_BYTES)
        client = connect(url)
        self._pipe = Pipe(client, run)
        self._database = database_of(client)
        self._run = run
        self._gathered: deque[tuple[list[str], bytes]] = deque()
        self._is_called = False
        self._sending = threading.Lock()

    def emit(
        self,
        event: str,
        data: Any,
        namespace: str,
        room: Any = None,
        skip_sid: str | None = None,
    ) -> None:
        """Tell every process that has members in the rooms; never blocks, never raises."""
        self.publish(namespace, _rooms(room), skip_sid, encoded(event, data))

    def publish(self, namespace: str, rooms: list[str], skip: str | None, body: bytes) -> None:
        """As `emit`, with the body encoded already."""
        key = os.urandom(8).hex() if len(rooms) > 1 else None
        self._gathered.append((rooms, write(namespace, rooms, skip, key, body)))
        if not self._is_called:
            self._is_called = True
            self._run(self._send)

    def _send(self) -> None:
        with self._sending:
            # Before looking: what comes from now on calls again, if it is not found here.
            self._is_called = False
            channels: dict[bytes, list[bytes]] = {}
            while self._gathered:
                rooms, record = self._gathered.popleft()
                for room in rooms:
                    channels.setdefault(channel_of(self._database, room), []).append(record)
            for channel, records in channels.items():
                body = together(self.host, time.time(), records)
                self._pipe.put(packed(b"PUBLISH", channel, body))


class LocalRooms(socketio.Manager):
    """Rooms of a single process, without Redis; each socket's are known without a search.

    `named` is told the connection of every client that says who it is, `refused` of those that
    were not let in.
    """

    def __init__(self, plain: Plain) -> None:
        super().__init__()
        self._plain = plain
        self._entered: dict[str, set[str | None]] = {}
        self.named: Callable[[str], None] = _nobody_asks
        self.refused: Callable[[str], None] = _nobody_asks

    def pre_connect(self, eio_sid: str, namespace: str) -> str | None:
        """As inherited."""
        sid: str | None = super().pre_connect(eio_sid, namespace)
        if sid is not None:
            self.named(eio_sid)
        return sid

    def disconnect(self, sid: str, namespace: str, **_: Any) -> None:
        """As inherited."""
        if self.is_pre_connected(sid, namespace):
            self.refused(self.eio_sid_from_sid(sid, namespace))
        self.basic_disconnect(sid, namespace)

    def basic_enter_room(
        self, sid: str, namespace: str, room: str | None, eio_sid: str | None = None
    ) -> None:
        """As inherited."""
        super().basic_enter_room(sid, namespace, room, eio_sid=eio_sid)
        self._entered.setdefault(sid, set()).add(room)

    def basic_leave_room(self, sid: str, namespace: str, room: str | None) -> None:
        """As inherited."""
        super().basic_leave_room(sid, namespace, room)
        entered = self._entered.get(sid)
        if entered is not None:
            entered.discard(room)
            if not entered:
                del self._entered[sid]

    def basic_disconnect(self, sid: str, namespace: str, **_: Any) -> None:
        """As inherited; the library looks through the rooms of everybody."""
        for room in tuple(self._entered.get(sid, ())):
            self.basic_leave_room(sid, namespace, room)
        self.callbacks.pop(sid, None)
        for pending in (self.pending_connect, self.pending_disconnect):
            if sid in pending.get(namespace, ()):
                pending[namespace].remove(sid)
                if not pending[namespace]:
                    del pending[namespace]

    def get_rooms(self, sid: str, namespace: str) -> list[str]:
        """As inherited; here too the library would look through all."""
        if not self.eio_sid_from_sid(sid, namespace):
            return []
        return [room for room in self._entered.get(sid, ()) if room is not None]

    def emit(
        self,
        event: str,
        data: Any,
        namespace: str,
        room: Any = None,
        skip_sid: str | None = None,
        **_: Any,
    ) -> None:
        """Push to every socket of this process that is in one of the rooms."""
        self.deliver(namespace, _rooms(room), skip_sid, encoded(event, data))

    def deliver(self, namespace: str, rooms: list[str], skip: str | None, body: bytes) -> None:
        """As `emit`, with the body encoded already."""
        deliver_here(self.server, namespace, rooms, body, skip)
        self._plain.deliver(body, namespace, rooms, skip)


class Bus(LocalRooms):
    """Rooms across processes.

    Delivering here and telling the others are two steps: while Redis hangs, the sockets of this
    process are served as always. What the others miss they find in the database. A process hears
    the rooms that it has members in, and no others. `aside` is told what another process says of a
    room to this one.
    """

    def __init__(
        self, url: str, plain: Plain, publish: Callable[[Callable[[], None]], None]
    ) -> None:
        super().__init__(plain)
        self._client = connect(url)
        self._database = database_of(self._client)
        self._run = publish
        self._publisher = Publisher(url, publish)
        self._keys: deque[str] = deque(maxlen=_REMEMBERED)
        self._lag = 0.0
        self.host: Final = self._publisher.host
        self.aside: Callable[[bytes], None] = _nobody_listens
        self.ear: Ear | None = None

    def take_lag(self) -> float:
        """The longest time in seconds that something was under way since the last call."""
        lag, self._lag = self._lag, 0.0
        return lag

    def initialize(self) -> None:
        """Begin to listen, until `close`; called before the first request is served."""
        event = self.server.eio.create_event
        self.ear = Ear(self._client, self._heard, self._run, event, hall_of(self._database))
        self.server.start_background_task(self.ear.listen)

    def close(self) -> None:
        """Listen no longer."""
        if self.ear is not None:
            self.ear.stop()

    def emit(
        self,
        event: str,
        data: Any,
        namespace: str,
        room: Any = None,
        skip_sid: str | None = None,
        ignore_queue: bool = False,
        **_: Any,
    ) -> None:
        """Push here and, unless told to ignore them, on every other process."""
        rooms, body = _rooms(room), encoded(event, data)
        self.deliver(namespace, rooms, skip_sid, body)
        if not ignore_queue:
            self._publisher.publish(namespace, rooms, skip_sid, body)

    def enter_room(self, sid: str, namespace: str, room: str, eio_sid: str | None = None) -> None:
        """As inherited; from now on this process hears the room."""
        super().enter_room(sid, namespace, room, eio_sid=eio_sid)
        self.follow(room)

    def basic_leave_room(self, sid: str, namespace: str, room: str | None) -> None:
        """As inherited; a room that nobody is in any more is not heard any longer."""
        super().basic_leave_room(sid, namespace, room)
        if room is not None and room != sid:
            self.leave(room)

    def follow(self, room: str) -> None:
        """Hear what other processes push to the room, once this returns."""
        if self.ear is not None:
            self.ear.follow(channel_of(self._database, room))

    def leave(self, room: str) -> None:
        """Hear it no longer, unless somebody here is in it, in whichever namespace."""
        if any(room in rooms for rooms in self.rooms.values()) or self._plain.has(room):
            return
        if self.ear is not None:
            self.ear.leave(channel_of(self._database, room))

    def _heard(self, data: bytes) -> None:
        """Deliver what another process has published."""
        if data[:HOST_BYTES] == self._publisher.host:
            return
        try:
            self._lag = max(self._lag, time.time() - sent_at(data))
            records = list(read(data))
        except ValueError:
            _log.warning("bus_publication_unreadable")
            return
        for record in records:
            if record.key is not None:
                if record.key in self._keys:
                    continue
                self._keys.append(record.key)
            if record.namespace == ASIDE:
                self.aside(record.body)
                continue
            self.deliver(record.namespace, record.rooms, record.skip, record.body)


class Nowhere:
    """Where there is no bus: a process without sockets has nobody to tell."""

    def emit(
        self,
        event: str,
        data: Any,
        namespace: str,
        room: Any = None,
        skip_sid: str | None = None,
    ) -> None:
        """Drop it."""


def _nobody_asks(_: str) -> None:
    """Who is connected is nobody else's business."""


def _nobody_listens(_: bytes) -> None:
    """Nothing follows from what other processes say."""


def _rooms(room: Any) -> list[str]:
    return [room] if isinstance(room, str) else list(room)
