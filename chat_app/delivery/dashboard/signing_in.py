"""Signing in and out, and the preferences of a browser."""

import re
from typing import Final

from flask import Response, g, make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from chat_app.delivery.dashboard.cookies import (
    LANGUAGE_COOKIE,
    THEME_COOKIE,
    forget_token,
    remember,
    set_token,
    token_cookie_name,
)
from chat_app.delivery.dashboard.forms import LoginForm, PreferencesForm, TokenForm
from chat_app.delivery.dashboard.services import DashboardServices
from chat_app.domain.actor import Actor
from chat_app.domain.errors import RateLimited, Unauthorized, Unavailable
from chat_app.settings import Settings

# Only our own pages, so that a link to the login page cannot lead elsewhere afterwards.
_OWN_PAGE: Final = re.compile(r"/dashboard(?:/[A-Za-z0-9/_-]*)?(?:\?[A-Za-z0-9=&%._-]*)?")


class SigningIn:
    """The login page, its form, logout and preferences."""

    def __init__(self, services: DashboardServices, settings: Settings) -> None:
        self._authentication = services.authentication
        self._settings = settings

    def actor(self) -> Actor | None:
        """The agent whose token the cookie carries; None without a valid one."""
        token = request.cookies.get(token_cookie_name(self._settings))
        if not token:
            return None
        try:
            return self._authentication.agent_by_token(token)
        except Unauthorized:
            return None

    def page(self) -> str | AnyResponse:
        """GET /dashboard/login: the form, or onward when already signed in."""
        if self.actor():
            return redirect(_wanted_page(request.args.get("next")))
        form = LoginForm(formdata=None, next=request.args.get("next", ""))
        return render_template("dashboard/login.html", form=form, problem=None)

    def login(self) -> str | AnyResponse:
        """POST /dashboard/login: check, keep the token in a cookie, go on to the wanted page."""
        form = LoginForm()
        if not form.validate():
            key = "login.expired" if "csrf_token" in form.errors else "login.incomplete"
            return self._again(form, g.words(key), 400)
        try:
            login = self._authentication.login(
                form.email.data.strip(), form.password.data, request.remote_addr or ""
            )
        except Unauthorized:
            return self._again(form, g.words("login.wrong"), 401)
        except RateLimited as error:
            seconds = error.retry_after or 60
            response = self._again(form, g.words("login.rate_limited", seconds=seconds), 429)
            response.headers["Retry-After"] = str(seconds)
            return response
        except Unavailable:
            return self._again(form, g.words("login.unavailable"), 503)
        session.clear()
        answer = make_response(redirect(_wanted_page(form.next.data), 303))
        set_token(answer, self._settings, login.token, login.expires_at)
        return answer

    def logout(self) -> AnyResponse:
        """POST /dashboard/logout: end this token, on every process."""
        if not TokenForm().validate():
            return redirect(url_for("dashboard.inbox"), 303)
        actor = self.actor()
        if actor:
            self._authentication.logout(actor)
        session.clear()
        answer = make_response(redirect(url_for("dashboard.login"), 303))
        forget_token(answer, self._settings)
        return answer

    def preferences(self) -> AnyResponse:
        """POST /dashboard/preferences: language and theme, kept in this browser."""
        form = PreferencesForm()
        answer = make_response(redirect(_wanted_page(form.next.data), 303))
        if form.validate():
            if form.language.data:
                remember(answer, self._settings, LANGUAGE_COOKIE, form.language.data)
            if form.theme.data:
                remember(answer, self._settings, THEME_COOKIE, form.theme.data)
        return answer

    def _again(self, form: LoginForm, problem: str, status: int) -> Response:
        page = render_template("dashboard/login.html", form=form, problem=problem)
        return make_response(page, status)


def _wanted_page(path: str | None) -> str:
    return path if path and _OWN_PAGE.fullmatch(path) else url_for("dashboard.inbox")
