"""Who is calling: bearer token or cookie → Actor."""

from http.cookies import CookieError, SimpleCookie
from typing import Any

from flask import g, request
from flask_wtf.csrf import validate_csrf  # type: ignore[import-untyped]  # it ships no types
from wtforms.validators import ValidationError  # type: ignore[import-untyped]  # it ships no types

from chat_app.delivery.origins import Origins
from chat_app.domain.actor import Actor
from chat_app.domain.errors import Forbidden, Unauthorized
from chat_app.use_cases.authentication import Authentication

AGENT_COOKIES = ("__Host-cland_agent", "cland_agent")
PAGE_PROOF_HEADER = "X-CSRF-Token"
_LONGEST_TOKEN = 256
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def bearer_token() -> str | None:
    """The token in this request's Authorization header; raise Unauthorized for another scheme."""
    header = request.headers.get("Authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not 1 <= len(token.strip()) <= _LONGEST_TOKEN:
        raise Unauthorized("Authorization: a bearer token is needed")
    return token.strip()


def cookie_token(environ: dict[str, Any]) -> str | None:
    """The dashboard's token in a request's cookies."""
    try:
        cookies = SimpleCookie(environ.get("HTTP_COOKIE", ""))
    except CookieError:
        return None
    found = (cookies.get(name) for name in AGENT_COOKIES)
    return next((morsel.value for morsel in found if morsel is not None), None)


class Caller:
    """Finds out, once a request, on whose behalf it comes."""

    def __init__(self, authentication: Authentication, origins: Origins) -> None:
        self._authentication = authentication
        self._origins = origins

    def optional(self) -> Actor | None:
        """The caller, or None without credentials; raise Unauthorized for invalid ones."""
        if "caller" not in g:
            token = bearer_token() or self._page_token()
            g.caller = None if token is None else self._authentication.actor_by_token(token)
        found: Actor | None = g.caller
        return found

    def required(self) -> Actor:
        """The visitor or agent who calls; raise Unauthorized."""
        actor = self.optional()
        if actor is None:
            raise Unauthorized
        return actor

    def agent(self) -> Actor:
        """The agent who calls; raise Unauthorized, or Forbidden for a visitor."""
        actor = self.required()
        if not actor.is_agent:
            raise Forbidden("Only agents may do this")
        return actor

    def _page_token(self) -> str | None:
        """The dashboard's cookie, when a script of one of its pages asks; raise Forbidden.

        Browsers add a cookie to whatever is asked of us, the widget's frame included: only the
        token of the page says that the agent's own script asks.
        """
        given = request.headers.get(PAGE_PROOF_HEADER)
        if given is None:
            return None
        origin = request.headers.get("Origin")
        if origin is None and request.method not in _SAFE_METHODS:
            raise Forbidden("A page that changes something says where it is")
        if origin is not None and not self._origins.may_be_dashboard(origin):
            raise Forbidden("Agents may not work from there")
        try:
            validate_csrf(given)
        except ValidationError:
            raise Forbidden("This is not the token of one of our pages") from None
        return cookie_token(request.environ)
