"""The security headers of the widget's pages."""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from flask import Response

from chat_app.settings import Settings

_ORIGIN: Final = re.compile(r"https?://[a-z0-9.*-]+(:\d{1,5})?", re.IGNORECASE)
_FIXED: Final = {
    "Cache-Control": "no-store",
    # Lets pages embed the frame that ask every part for this consent (COEP).
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def frame_ancestors(allowed_origins: Iterable[str]) -> str:
    """Who may embed a site's frame: its origins and ourselves, or everybody when it names none."""
    named = list(allowed_origins)
    if not named:
        return "*"
    return " ".join(["'self'", *(origin for origin in named if _ORIGIN.fullmatch(origin))])


def secure(response: Response, settings: Settings, nonce: str, ancestors: str) -> Response:
    """Put the headers of a page on `response`; only our own files run in it."""
    public = urlsplit(settings.public_url)
    socket = f"{'wss' if public.scheme == 'https' else 'ws'}://{public.netloc}"
    response.headers.update(_FIXED)
    response.headers["Content-Security-Policy"] = "; ".join(
        (
            "default-src 'none'",
            f"script-src 'nonce-{nonce}'",
            f"style-src 'nonce-{nonce}'",
            "img-src 'self' data:",
            # Some browsers do not count a WebSocket of the same host as 'self'.
            f"connect-src 'self' {socket}",
            "frame-src 'self'",
            "form-action 'none'",
            f"frame-ancestors {ancestors}",
            "base-uri 'none'",
            "object-src 'none'",
            "require-trusted-types-for 'script'",
        )
    )
    if public.scheme == "https":
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response
