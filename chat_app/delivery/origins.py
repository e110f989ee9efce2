"""Which web pages may speak to us."""

from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit


def normal(origin: str) -> str:
    """An origin in lower case and without the port that its scheme implies."""
    try:
        parts = urlsplit(origin.strip().lower())
        port = parts.port
    except ValueError:
        return origin
    implied = {"http": 80, "https": 443}.get(parts.scheme)
    if parts.hostname is None or parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        return origin
    if any(map(str.isspace, parts.hostname)):
        return origin
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + ("" if port in (None, implied) else f":{port}")


class Origins:
    """The origins of this installation itself: its dashboard and the widget's frame."""

    def __init__(
        self, public_origin: str, allowed: Collection[str], loopback_port: int | None
    ) -> None:
        own = {normal(public_origin)}
        if loopback_port is not None:
            own |= {
                f"http://{host}:{loopback_port}" for host in ("localhost", "127.0.0.1", "[::1]")
            }
        self._own = own
        self._dashboard = {normal(one) for one in allowed} or own

    def is_own(self, origin: str) -> bool:
        """True for the widget's frame, which we serve."""
        return normal(origin) in self._own

    def may_be_dashboard(self, origin: str) -> bool:
        """True where agents work: `ALLOWED_ORIGINS`."""
        return normal(origin) in self._dashboard

    @staticmethod
    def may_be_site(origin: str, allowed: Collection[str]) -> bool:
        """True for a page of a site; an empty list means any page."""
        return not allowed or normal(origin) in {normal(one) for one in allowed}


def origin_of(environ: dict[str, Any]) -> str | None:
    """The Origin header of a WSGI request."""
    value: str | None = environ.get("HTTP_ORIGIN")
    return value
