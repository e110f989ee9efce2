"""The Socket.IO server with the settings that chat needs."""

from importlib import import_module
from typing import Any

from flask import Flask
from flask_socketio import SocketIO

from chat_app.infrastructure.realtime.bus import Json
from chat_app.infrastructure.realtime.engine import EngineSocket
from chat_app.infrastructure.realtime.packets import strict_packet

PING_SECONDS = 25
PONG_SECONDS = 20


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
    if own_websocket:
        engine = socketio.server.eio
        websocket: Any = EngineSocket
        if async_mode == "eventlet":
            # By name: whoever serves with threads need not have eventlet at all.
            websocket = import_module("chat_app.infrastructure.realtime.hub_engine").HubEngineSocket
        engine._async = {**engine._async, "websocket": websocket}  # noqa: SLF001 - its only hook
    return socketio


def _any_origin(*_: object) -> bool:
    return True
