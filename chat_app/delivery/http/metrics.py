"""What a monitoring system asks."""

import hmac
from collections.abc import Callable
from ipaddress import ip_address

from flask import Blueprint, Response, request

from chat_app.domain.errors import NotFound, Unauthorized

_FORWARDED = ("X-Forwarded-For", "X-Real-Ip", "Forwarded")


def create_blueprint(page: Callable[[], bytes], content_type: str, token: str | None) -> Blueprint:
    """Build /metrics: for whoever has the token, and without one for this machine only."""
    blueprint = Blueprint("metrics", __name__)

    @blueprint.get("/metrics")
    def metrics() -> Response:
        """Everything measured, as Prometheus reads it."""
        _check(token)
        return Response(page(), content_type=content_type)

    return blueprint


def _check(token: str | None) -> None:
    if token is None:
        # Whoever comes through a proxy of this machine is not of this machine.
        forwarded = any(name in request.headers for name in _FORWARDED)
        if forwarded or not _is_loopback(request.remote_addr):
            raise NotFound("There is no such page")
        return
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        raise Unauthorized


def _is_loopback(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False
