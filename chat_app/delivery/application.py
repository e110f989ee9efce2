"""Flask with what every request passes, where its usual way does work that nobody needs here."""

from typing import Any, Final

import orjson
from flask import Flask, Request, Response
from flask.json.provider import DefaultJSONProvider
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

# Moments become text before they come here; one that did not is written as Flask does.
_STRICT: Final = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


class FormCookies(SecureCookieSessionInterface):
    """The signed cookie of the dashboard's forms; who has none, and needs none, pays nothing."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """As inherited, without a signer where there is nothing to verify."""
        if self.get_cookie_name(app) not in request.environ.get("HTTP_COOKIE", ""):
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """As inherited, where a session was looked at at all."""
        if session or session.accessed or session.modified:
            super().save_session(app, session, response)


class QuickJson(DefaultJSONProvider):
    """Answers as UTF-8, by a library that takes a tenth of the time."""

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """As inherited; what orjson refuses is written by the standard library."""
        given = self._prepare_response_obj(args, kwargs)
        try:
            body: str | bytes = orjson.dumps(given, self.default, _STRICT)
        except TypeError:
            body = self.dumps(given)
        return Response(body, mimetype=self.mimetype)


class ChatFlask(Flask):
    """The application."""

    json_provider_class = QuickJson
    session_interface = FormCookies()
