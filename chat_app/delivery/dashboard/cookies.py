"""The dashboard's cookies: the agent's token and what a browser remembers between visits."""

from datetime import datetime
from typing import Final, Literal

from flask import Request, Response

from chat_app.settings import Settings

LANGUAGE_COOKIE: Final = "cland_lang"
THEME_COOKIE: Final = "cland_theme"
ZONE_COOKIE: Final = "cland_zone"
DETAILS_COOKIE: Final = "cland_details"
THEMES: Final = ("auto", "light", "dark")
_YEAR_SECONDS: Final = 31_536_000


def served_over_https(settings: Settings) -> bool:
    """True when people reach this installation over HTTPS, so that cookies may insist on it."""
    return settings.public_url.startswith("https://")


def token_cookie_name(settings: Settings) -> str:
    """The name of the cookie with the agent's token.

    Over HTTPS it carries the `__Host-` prefix: no sub-domain and no plain page can plant one.
    """
    return "__Host-cland_agent" if served_over_https(settings) else "cland_agent"


def set_token(response: Response, settings: Settings, token: str, expires_at: datetime) -> None:
    """Keep the agent's token where scripts cannot read it."""
    response.set_cookie(
        token_cookie_name(settings),
        token,
        expires=expires_at,
        path="/",
        httponly=True,
        secure=served_over_https(settings),
        samesite="Lax",
    )


def forget_token(response: Response, settings: Settings) -> None:
    """Drop the agent's token from the browser."""
    response.delete_cookie(
        token_cookie_name(settings),
        path="/",
        httponly=True,
        secure=served_over_https(settings),
        samesite="Lax",
    )


def remember(
    response: Response,
    settings: Settings,
    name: Literal["cland_lang", "cland_theme"],
    value: str,
) -> None:
    """Keep a preference of this browser for a year."""
    response.set_cookie(
        name,
        value,
        max_age=_YEAR_SECONDS,
        path="/",
        httponly=True,
        secure=served_over_https(settings),
        samesite="Lax",
    )


def chosen_theme(request: Request) -> str:
    """The theme this browser asked for; `auto` follows the system."""
    theme = request.cookies.get(THEME_COOKIE, "auto")
    return theme if theme in THEMES else "auto"
