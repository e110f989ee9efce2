"""Cland Chat: self-hosted customer-service chat."""

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from flask import Flask

    from chat_app.domain.ports import Blocking
    from chat_app.settings import Settings

Role = Literal["web", "worker", "cli"]


def create_app(
    settings: "Settings | None" = None, role: Role = "web", blocking: "Blocking | None" = None
) -> "Flask":
    """Build an application; connects to nothing, and may be called several times.

    Only the role "web" carries a Socket.IO server; the others push through the bus. A server that
    is an event loop gives its way of running work in native threads as `blocking`.
    """
    # Imported here, so that importing the domain alone stays free.
    from chat_app.settings import Settings
    from chat_app.wiring import wire

    return wire(settings or Settings.from_env(), role, blocking)
