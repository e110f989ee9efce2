"""What surrounds every request: an id, size and security headers, CORS for visitors' clients."""

import contextlib
import re

import structlog
from flask import Flask, Response, g, request

from chat_app.delivery.origins import Origins
from chat_app.domain.errors import Unavailable
from chat_app.domain.ports import Ids
from chat_app.use_cases.sites import Sites

_REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")
_CHAT = "/api/chat/"
_ALWAYS = (("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"))
_OF_API = (
    *_ALWAYS,
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
)


class Around:
    """Hooks of the whole application."""

    def __init__(self, ids: Ids, sites: Sites, origins: Origins) -> None:
        self._ids = ids
        self._sites = sites
        self._origins = origins
        self._allowed: list[list[str]] = []

    def install(self, app: Flask) -> None:
        """Hang the hooks in."""
        app.before_request(self._begin)
        app.after_request(self._finish)

    def _begin(self) -> Response | None:
        given = request.headers.get("X-Request-ID", "")
        g.request_id = given if _REQUEST_ID.fullmatch(given) else self._ids.new()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)
        if request.method == "OPTIONS" and request.path.startswith(_CHAT):
            return Response(status=204)
        return None

    def _finish(self, response: Response) -> Response:
        path, headers = request.path, response.headers
        headers["X-Request-ID"] = g.request_id
        present = {name.lower() for name, _ in headers}
        for name, value in _OF_API if path.startswith("/api/") else _ALWAYS:
            if name.lower() not in present:
                headers.add(name, value)
        if path.startswith(_CHAT):
            if "vary" in present:
                response.vary.add("Origin")
            else:
                headers.add("Vary", "Origin")
            self._allow_origin(response)
        return response

    def _allow_origin(self, response: Response) -> None:
        """CORS without credentials, for pages that some site allows."""
        origin = request.headers.get("Origin")
        if origin is None or not (self._origins.is_own(origin) or self._is_of_a_site(origin)):
            return
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = "Retry-After, X-Request-ID"
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = "GET, POST, PATCH, PUT, DELETE"
            response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
            response.headers["Access-Control-Max-Age"] = "600"

    def _is_of_a_site(self, origin: str) -> bool:
        """Without the database the last known origins count, so that pages can read the 503."""
        with contextlib.suppress(Unavailable):
            self._allowed = self._sites.origins()
        return any(self._origins.may_be_site(origin, allowed) for allowed in self._allowed)
