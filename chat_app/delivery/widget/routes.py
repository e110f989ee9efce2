"""The widget's routes: /widget.js, /widget/frame, built files and, in development, /demo."""

import secrets
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request

from chat_app.delivery.assets import Assets
from chat_app.delivery.schemas.fields import moment
from chat_app.delivery.widget.headers import frame_ancestors, secure
from chat_app.delivery.widget.language import chat_words, choose_locale, demo_words
from chat_app.domain.errors import NotFound
from chat_app.domain.site import PublicSite
from chat_app.settings import Settings
from chat_app.use_cases.sites import Sites

_NOT_BUILT = "// The browser side is not built yet: run `npm ci && npm run build`.\n"
_NEVER_KEPT = {"Cache-Control": "no-store"}
_KEPT_SHORTLY = "public, max-age=300"
_KEPT_FOR_GOOD = "public, max-age=31536000, immutable"


def create_blueprint(sites: Sites, settings: Settings) -> Blueprint:
    """Build the widget's pages around the one use case they need."""
    blueprint = Blueprint("widget", __name__, template_folder="templates")
    pages = _Pages(sites, settings)
    blueprint.add_url_rule("/widget.js", "loader", pages.loader)
    blueprint.add_url_rule("/widget/frame", "frame", pages.frame)
    blueprint.add_url_rule("/static/build/<path:name>", "built_file", pages.built_file)
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
        built = self._assets.file("widget.js")
        if built is None:
            return Response(_NOT_BUILT, mimetype="text/javascript", headers=_NEVER_KEPT)
        return built.respond(request, _KEPT_SHORTLY)

    def built_file(self, name: str) -> Response:
        """A script or style of the build; its name changes with its content, so it never expires."""
        built = self._assets.file(name)
        if built is None:
            abort(404)
        return built.respond(request, _KEPT_SHORTLY if name == "widget.js" else _KEPT_FOR_GOOD)

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
            config=_config(site, locale) | {"words": self._chat_words[locale]},
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


def _config(site: PublicSite, locale: str) -> dict[str, Any]:
    """What the frame's script has to know; all of it is public."""
    theme = dict(site.theme)
    if isinstance(greetings := theme.get("greeting"), dict):
        theme["greeting"] = greetings.get(locale)
    return {
        "site_key": site.key,
        "name": site.name,
        "theme": theme,
        "prechat_fields": list(site.prechat_fields),
        "agents_online": site.agents_online,
        "open": site.open,
        "opens_at": moment(site.opens_at),
        "bot": site.bot,
    }
