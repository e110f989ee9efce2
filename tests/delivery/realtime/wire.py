"""Socket.IO without a network: real packets in, real packets out, one process, one thread in."""

import contextlib
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flask import Flask
from socketio import packet
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder

from chat_app.delivery.realtime.rooms import session_in

PATIENCE_SECONDS = 5.0
_CONNECTED = {packet.CONNECT: True, packet.DISCONNECT: False, packet.CONNECT_ERROR: False}


class Push:
    """What a server sent by itself: the name of the event and its payload."""

    def __init__(self, name: str, data: Any) -> None:
        self.name = name
        self.data = data

    def __repr__(self) -> str:
        return f"Push({self.name}, {self.data})"


class Wire:
    """Takes the place of the network below one Socket.IO server."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.server = app.extensions["socketio"].server
        self.arrived = threading.Condition()
        self.frames: dict[str, list[str]] = {}
        self.ended: set[str] = set()
        self.server.eio.send = self._send
        self.server.eio.send_packet = lambda eio_sid, sent: self._send(eio_sid, sent.data)
        self.server.eio.disconnect = self._end

    def _send(self, eio_sid: str, data: str) -> None:
        with self.arrived:
            self.frames.setdefault(eio_sid, []).append(data)
            self.arrived.notify_all()

    def _end(self, eio_sid: str) -> None:
        self.ended.add(eio_sid)

    def settle(self) -> None:
        """Return once every push asked for until now has left: they leave in order."""
        done = threading.Event()
        realtime = self.app.extensions["cland"].services.messages._realtime
        realtime._runner.run(done.set)
        assert done.wait(PATIENCE_SECONDS), "pushes do not leave"


class Socket:
    """One client on one namespace. `frames` is what came over the wire, to the letter."""

    def __init__(
        self,
        wire: Wire,
        namespace: str,
        auth: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._wire = wire
        self._server = wire.server
        self._acks = 0
        self.namespace = namespace
        self.eio_sid = uuid.uuid4().hex
        self.frames = wire.frames.setdefault(self.eio_sid, [])
        environ = EnvironBuilder(
            path="/socket.io/", headers=Headers(dict(headers or {}))
        ).get_environ()
        environ["flask.app"] = wire.app
        self._server._handle_eio_connect(self.eio_sid, environ)
        self.connect(auth)

    def connect(self, auth: object = None) -> None:
        """Send a CONNECT packet."""
        where = "" if self.namespace == "/" else f"{self.namespace},"
        self._deliver(f"{packet.CONNECT}{where}{'' if auth is None else json.dumps(auth)}")

    def leave(self, reason: str | None = None) -> None:
        """Close the connection; without a reason the client says goodbye itself."""
        self._server._handle_eio_disconnect(
            self.eio_sid, reason or self._server.reason.CLIENT_DISCONNECT
        )

    def deliver(self, text: str) -> None:
        """Send one frame as it is."""
        self._deliver(text)

    def try_to_deliver(self, text: str) -> None:
        """Send one frame, with whatever it makes the library raise: Engine.IO would log it."""
        with contextlib.suppress(Exception):
            self._deliver(text)

    def call(self, event: object, *payload: Any) -> Any:
        """Send an event and return its acknowledgement."""
        self._acks += 1
        # Python's own JSON writes what the server's would refuse, such as lone surrogates.
        arguments = json.dumps([event, *payload])
        self._deliver(f"{packet.EVENT}{self.namespace},{self._acks}{arguments}")
        return self.ack(self._acks)

    def ack(self, number: int) -> Any:
        """The acknowledgement with this number; fails the test without one."""
        found = [one for one in self._packets() if one.packet_type == packet.ACK]
        for one in found:
            if one.id == number:
                return one.data[0]
        raise AssertionError(f"no acknowledgement {number}: {self.frames}")

    @property
    def connected(self) -> bool:
        """True from the answer to CONNECT until either side has ended it."""
        kinds = [one.packet_type for one in self._packets()]
        known = [_CONNECTED[kind] for kind in kinds if kind in _CONNECTED]
        sid = self._server.manager.sid_from_eio_sid(self.eio_sid, self.namespace)
        return bool(known) and known[-1] and sid is not None

    @property
    def sid(self) -> str:
        """The id under which the server knows this client."""
        sid: str = self._server.manager.sid_from_eio_sid(self.eio_sid, self.namespace)
        return sid

    @property
    def refusal(self) -> Any:
        """What the refused CONNECT was told: {message, data: {code}}."""
        found = [one for one in self._packets() if one.packet_type == packet.CONNECT_ERROR]
        return found[-1].data if found else None

    @property
    def followed(self) -> set[str]:
        """The sessions whose pushes this client gets."""
        rooms = self._server.rooms(self.sid, self.namespace)
        return {found for room in rooms if (found := session_in(room)) is not None}

    def received(self, name: str | None = None) -> list[Push]:
        """Every push until now (of that name), once all that were asked for have left."""
        self._wire.settle()
        return list(self._pushes(name))

    def heard(self) -> list[Push]:
        """What was received but for places in the queue, which come up to a second late."""
        return [push for push in self.received() if push.name != "queue_updated"]

    def wait_for(self, name: str, matching: Callable[[Any], bool] = lambda _: True) -> Any:
        """The payload of the first push of that name that matches; fails when none comes."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        with self._wire.arrived:
            while True:
                for push in self._pushes(name):
                    if matching(push.data):
                        return push.data
                left = deadline - time.monotonic()
                assert left > 0, f"no {name}: {self.frames}"
                self._wire.arrived.wait(left)

    def forget(self) -> None:
        """Drop what was received until now."""
        self._wire.settle()
        self.frames.clear()

    def _pushes(self, name: str | None) -> Iterator[Push]:
        for one in self._packets():
            if one.packet_type == packet.EVENT and name in (None, one.data[0]):
                yield Push(one.data[0], *one.data[1:])

    def _packets(self) -> list[Any]:
        known = (packet.Packet(encoded_packet=frame) for frame in list(self.frames))
        return [one for one in known if (one.namespace or "/") == self.namespace]

    def _deliver(self, encoded: Any) -> None:
        self._server._handle_eio_message(self.eio_sid, encoded)
