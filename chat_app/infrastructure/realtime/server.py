"""The Socket.IO server with the settings that chat needs."""

from typing import Any

from flask import Flask
from flask_socketio import SocketIO

from chat_app.infrastructure.realtime.bus import Bus, Json

PING_SECONDS = 25
PONG_SECONDS = 20


def create_socketio(
    app: Flask, *, async_mode: str, redis_url: str | None, frame_bytes: int, several: bool
) -> SocketIO:
    """Attach a Socket.IO server to `app`.

    Events of one client are handled one after another (their order is a promise). With several
    processes behind one port only WebSocket works, because polling needs a process of its own.
    """
    options: dict[str, Any] = {
        "async_mode": async_mode,
        "async_handlers": False,
        "manage_session": False,
        "json": Json,
        "max_http_buffer_size": frame_bytes,
        "ping_interval": PING_SECONDS,
        "ping_timeout": PONG_SECONDS,
        # The namespaces check the Origin of each CONNECT; no cookie is ever sent across origins.
        "cors_allowed_origins": _any_origin,
        "cors_credentials": False,
        "http_compression": False,
        "transports": ["websocket"] if several else ["polling", "websocket"],
    }
    if redis_url is not None:
        options["client_manager"] = Bus(redis_url, write_only=False)
    return SocketIO(app, **options)


def _any_origin(*_: object) -> bool:
    return True
