"""The widget's routes: /widget.js, /widget/frame and, in development, /demo."""

import secrets
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request

from chat_app.delivery.widget.assets import Assets
from chat_app.delivery.widget.headers import frame_ancestors, secure
from chat_app.delivery.widget.language import chat_words, choose_locale, demo_words
from chat_app.domain.errors import NotFound
from chat_app.domain.site import PublicSite
from chat_app.settings import Settings
from chat_app.use_cases.sites import Sites

_NOT_BUILT = "// The browser side is not built yet: run `npm ci && npm run build`.\n"
_LOADER_SECONDS = 300


def create_blueprint(sites: Sites, settings: Settings) -> Blueprint:
    """Build the widget's pages around the one use case they need."""
    blueprint = Blueprint("widget", __name__, template_folder="templates")
    pages = _Pages(sites, settings)
    blueprint.add_url_rule("/widget.js", "loader", pages.loader)
    blueprint.add_url_rule("/widget/frame", "frame", pages.frame)
    if not settings.production:
        blueprint.add_url_rule("/demo", "demo", pages.demo)
    return blueprint


class _Pages:
    def __init__(self, sites: Sites, settings: Settings) -> None:
        self._sites = sites
        self._settings = settings
        self._assets = Assets()
        self._chat_words = chat_words()
        self._demo_words = demo_words()

    def loader(self) -> Response:
        """The script a website embeds; cached shortly, so that a new version arrives soon."""
        built = self._assets.loader()
        response = make_response(built[0] if built else _NOT_BUILT)
        if built:
            response.set_etag(built[1])
        response.cache_control.public = True
        response.cache_control.max_age = _LOADER_SECONDS if built else 0
        response.headers["Content-Type"] = "text/javascript; charset=utf-8"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.make_conditional(request)
        return response

    def frame(self) -> Response:
        """The chat itself, for the iframe the loader opens; 404 for an unknown site."""
        try:
            site = self._sites.public(request.args.get("site") or None)
        except NotFound:
            return self._page("widget/unknown_site.html", 404, ancestors="*")
        asked = request.args.get
        locale = choose_locale(asked("locale"), site.locale, asked("lang"), *_accepted())
        return self._page(
            "widget/frame.html",
            ancestors=frame_ancestors(site.allowed_origins),
            locale=locale,
            title=site.name,
            config=_config(site) | {"words": self._chat_words[locale]},
        )

    def demo(self) -> Response:
        """A made-up shop that embeds the widget of the default site."""
        locale = choose_locale(request.args.get("lang"), *_accepted())
        return self._page(
            "widget/demo.html",
            ancestors="'self'",
            t=self._demo_words[locale],
            locale=locale,
            site_key=self._sites.public().key,
        )

    def _page(
        self, template: str, status: int = 200, *, ancestors: str, **context: Any
    ) -> Response:
        nonce = secrets.token_urlsafe(16)
        page = render_template(template, nonce=nonce, asset=self._assets.url, **context)
        return secure(make_response(page, status), self._settings, nonce, ancestors)


def _accepted() -> list[str]:
    """The languages of the visitor's browser, best first."""
    return [language for language, _ in request.accept_languages]


def _config(site: PublicSite) -> dict[str, Any]:
    """What the frame's script has to know; all of it is public."""
    return {
        "site_key": site.key,
        "name": site.name,
        "theme": dict(site.theme),
        "prechat_fields": list(site.prechat_fields),
        "agents_online": site.agents_online,
    }
