"""Clients without a Socket.IO library: who they are, their rooms, and what waits to be sent."""

import json
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from chat_app.domain.ports import ClientSocket

MOST_QUEUED = 500
PING_SECONDS = 25.0
PONG_SECONDS = 20.0
RESTART = 1012
Watch = Callable[[str], None]
"""Takes a room."""


class Waiter(Protocol):
    """An event that can be waited for, of whatever kind of thread the server uses."""

    def set(self) -> None:
        """Wake who waits."""
        ...

    def clear(self) -> None:
        """Begin to wait again."""
        ...

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until set; False when `timeout` seconds have passed."""
        ...


class PlainConnection:
    """One client: a bounded queue in front of its socket, emptied in single writes.

    It hears what is pushed before its socket is there: nothing falls between joining a session
    and completing the handshake.
    """

    def __init__(self, sid: str, wake: Waiter) -> None:
        self.sid = sid
        self._socket: ClientSocket | None = None
        self._wake = wake
        self._queue: deque[str] = deque()
        self._over = False

    def attach(self, socket: ClientSocket) -> None:
        """The handshake is complete: `write` may begin."""
        self._socket = socket

    def push(self, frame: dict[str, Any]) -> None:
        """Queue a frame."""
        self.push_text(_text(frame))

    def push_text(self, text: str) -> None:
        """Queue a frame as text; a client that does not read is cut off and resumes later."""
        if len(self._queue) >= MOST_QUEUED:
            self._abort()
            return
        self._queue.append(text)
        self._wake.set()

    def end(self) -> None:
        """Stop writing."""
        self._over = True
        self._wake.set()

    def close(self, status: int, reason: str) -> None:
        """Send what is still queued, say why, and end."""
        self.end()
        if self._socket is None:
            return
        try:
            self._send_queued(self._socket)
        except OSError:
            return
        self._socket.close(status, reason)

    def write(self) -> None:
        """Send what is queued, and ask after the client when nothing is; returns at the end."""
        socket = self._socket
        while socket is not None and not self._over:
            if not self._queue:
                self._wake.wait(PING_SECONDS)
            self._wake.clear()
            try:
                self._flush(socket)
            except OSError:
                self.end()
            if time.monotonic() - socket.heard_at > PING_SECONDS + PONG_SECONDS:
                self._abort()

    def _flush(self, socket: ClientSocket) -> None:
        if self._over:
            return
        if self._queue:
            self._send_queued(socket)
        else:
            socket.ping()

    def _send_queued(self, socket: ClientSocket) -> None:
        texts = list(self._queue)
        self._queue.clear()
        if texts:
            socket.send_many(texts)

    def _abort(self) -> None:
        self.end()
        if self._socket is not None:
            self._socket.abort()


class PlainRooms:
    """Which plain clients of this process are in which rooms; pushes reach them through here."""

    def __init__(self) -> None:
        self._connections: dict[str, PlainConnection] = {}
        self._rooms: dict[str, dict[str, set[str]]] = {}
        self._entered: dict[str, set[tuple[str, str]]] = {}
        self._follow: Watch = _nobody_watches
        self._unfollow: Watch = _nobody_watches

    def watch(self, follow: Watch, unfollow: Watch) -> None:
        """Tell who brings pushes of other processes which rooms are needed here."""
        self._follow, self._unfollow = follow, unfollow

    def add(self, connection: PlainConnection) -> None:
        """A client has come."""
        self._connections[connection.sid] = connection

    def remove(self, sid: str) -> None:
        """A client has gone."""
        self._connections.pop(sid, None)
        for namespace, room in self._entered.pop(sid, set()):
            self._leave(namespace, sid, room)

    def __contains__(self, sid: object) -> bool:
        return sid in self._connections

    def enter(self, namespace: str, sid: str, room: str) -> None:
        """Hear what is pushed to `room` from now on."""
        self._rooms.setdefault(room, {}).setdefault(namespace, set()).add(sid)
        self._entered.setdefault(sid, set()).add((namespace, room))
        self._follow(room)

    def has(self, room: str) -> bool:
        """Whether somebody is in the room, in whichever namespace."""
        return room in self._rooms

    def leave(self, namespace: str, sid: str, room: str) -> None:
        """Hear it no longer."""
        self._entered.get(sid, set()).discard((namespace, room))
        self._leave(namespace, sid, room)

    def members(self, namespace: str, room: str) -> set[str]:
        """The clients in the room."""
        return set(self._rooms.get(room, {}).get(namespace, ()))

    def of(self, sid: str) -> set[str]:
        """The rooms a client is in."""
        return {room for _, room in self._entered.get(sid, ())}

    def deliver(
        self, body: bytes, namespace: str, rooms: Iterable[str], skip_sid: str | None
    ) -> None:
        """Push `[event, data]` to every client in one of the rooms, once."""
        if not self._connections:
            return
        found = (self._rooms.get(room, {}).get(namespace, ()) for room in rooms)
        sids: set[str] = set().union(*found)
        if not sids - {skip_sid}:
            return
        event, data = json.loads(body)
        text = _text({"type": event, "data": data})
        for sid in sids - {skip_sid}:
            connection = self._connections.get(sid)
            if connection is not None:
                connection.push_text(text)

    def tell(self, sid: str, event: str, data: Any) -> None:
        """Push to one client."""
        connection = self._connections.get(sid)
        if connection is not None:
            connection.push({"type": event, "data": data})

    def close_all(self, farewell: Callable[[], dict[str, Any]]) -> None:
        """Say goodbye to everybody and close with 1012."""
        for connection in list(self._connections.values()):
            connection.push(farewell())
            connection.close(RESTART, "restart")

    def close(self, sid: str, status: int, reason: str) -> None:
        """Close one client's connection."""
        connection = self._connections.get(sid)
        if connection is not None:
            connection.close(status, reason)

    def _leave(self, namespace: str, sid: str, room: str) -> None:
        here = self._rooms.get(room, {})
        sids = here.get(namespace, set())
        sids.discard(sid)
        if not sids:
            here.pop(namespace, None)
        if not here:
            self._rooms.pop(room, None)
            self._unfollow(room)


def _text(frame: dict[str, Any]) -> str:
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":"))


def _nobody_watches(_: str) -> None:
    """Without other processes every push is made here."""
