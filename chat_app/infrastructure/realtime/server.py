"""The Socket.IO server with the settings that chat needs."""

from importlib import import_module
from typing import Any

from engineio.payload import Payload
from flask import Flask
from flask_socketio import SocketIO

from chat_app.infrastructure.realtime.bus import Json
from chat_app.infrastructure.realtime.engine import EngineSocket
from chat_app.infrastructure.realtime.packets import strict_packet

PING_SECONDS = 25
PONG_SECONDS = 20
# A browser that polls sends in one payload whatever its page has said meanwhile. Above the
# library's 16 all of it would be dropped, and the client told that it has arrived.
MOST_PACKETS = 2_000


def create_socketio(
    app: Flask,
    manager: Any,
    *,
    async_mode: str,
    frame_bytes: int,
    several: bool,
    own_websocket: bool,
    namespaces: tuple[str, ...],
    unreadable: str,
    unknown: str,
) -> SocketIO:
    """Attach a Socket.IO server to `app`.

    Events of one client are handled one after another (their order is a promise). With several
    processes behind one port only WebSocket works, because polling needs a process of its own.
    `own_websocket` puts our framing in the place of the library's; packets that cannot be read
    become the event `unreadable`, reserved names the event `unknown`.
    """
    socketio = SocketIO(
        app,
        client_manager=manager,
        serializer=strict_packet(unreadable, unknown),
        async_mode=async_mode,
        async_handlers=False,
        manage_session=False,
        namespaces=list(namespaces),  # otherwise "/" would let anybody in
        json=Json,
        max_http_buffer_size=frame_bytes,
        ping_interval=PING_SECONDS,
        ping_timeout=PONG_SECONDS,
        # The namespaces check the Origin of each CONNECT; no cookie is ever sent across origins.
        cors_allowed_origins=_any_origin,
        cors_credentials=False,
        http_compression=False,
        transports=["websocket"] if several else ["polling", "websocket"],
    )
    Payload.max_decode_packets = MOST_PACKETS
    _exchange_parts(socketio.server.eio, async_mode, own_websocket=own_websocket)
    return socketio


def _exchange_parts(engine: Any, async_mode: str, *, own_websocket: bool) -> None:
    """Put ours in the place of the library's queue and, if asked for, of its WebSocket."""
    parts: dict[str, Any] = engine._async  # noqa: SLF001 - the one place where it looks its parts up
    ours: dict[str, Any] = {"queue": _never_waiting(parts["queue"])}
    if own_websocket and async_mode == "eventlet":
        # By name: whoever serves with threads need not have eventlet at all.
        module = import_module("chat_app.infrastructure.realtime.hub_engine")
        ours["websocket"] = module.HubEngineSocket
    elif own_websocket:
        ours["websocket"] = EngineSocket
    engine._async = parts | ours  # noqa: SLF001 - as above


def _never_waiting(queue: type[Any]) -> type[Any]:
    """A queue of packets that nobody waits for to be emptied.

    The library closes a connection by waiting until its client has taken everything: one that
    does not poll any more would hold whoever closes it for ever.
    """

    def join(_: Any) -> None:
        """Whoever closes a connection goes on."""

    return type("PacketQueue", (queue,), {"join": join})


def _any_origin(*_: object) -> bool:
    return True
