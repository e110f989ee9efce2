"""The security headers of every page of the dashboard."""

import secrets
from typing import Final
from urllib.parse import urlsplit

from flask import Response, g

from chat_app.delivery.dashboard.cookies import served_over_https
from chat_app.settings import Settings

_FIXED: Final = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    # Not `no-referrer`: that makes browsers send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_HSTS: Final = "max-age=31536000"


def new_nonce() -> None:
    """Give this request the nonce that marks our own scripts and styles."""
    g.csp_nonce = secrets.token_urlsafe(16)


def content_security_policy(settings: Settings, nonce: str) -> str:
    """The policy of one page: our own files only, never framed, no markup from strings."""
    public = urlsplit(settings.public_url)
    socket = f"{'wss' if public.scheme == 'https' else 'ws'}://{public.netloc}"
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'nonce-{nonce}'",
            f"style-src 'nonce-{nonce}'",
            "img-src 'self' data:",
            "font-src 'self'",
            # Some browsers do not count a WebSocket of the same host as 'self'.
            f"connect-src 'self' {socket}",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "object-src 'none'",
            "require-trusted-types-for 'script'",
        )
    )


def secure(response: Response, settings: Settings) -> Response:
    """Put the headers on `response`."""
    response.headers.update(_FIXED)
    response.headers["Content-Security-Policy"] = content_security_policy(settings, g.csp_nonce)
    if served_over_https(settings):
        response.headers["Strict-Transport-Security"] = _HSTS
    return response
