"""The routes of the dashboard and what happens around every one of them."""

from typing import Any

from flask import (
    Blueprint,
    Response,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from chat_app.delivery.assets import Assets
from chat_app.delivery.dashboard import presentation
from chat_app.delivery.dashboard.cookies import (
    DETAILS_COOKIE,
    THEMES,
    ZONE_COOKIE,
    chosen_theme,
)
from chat_app.delivery.dashboard.forms import PreferencesForm, TokenForm
from chat_app.delivery.dashboard.headers import new_nonce, secure
from chat_app.delivery.dashboard.inbox import Inbox
from chat_app.delivery.dashboard.language import LANGUAGE_NAMES, chosen_language, load_words
from chat_app.delivery.dashboard.origin import comes_from_our_pages
from chat_app.delivery.dashboard.services import DashboardServices
from chat_app.delivery.dashboard.settings import add_routes
from chat_app.delivery.dashboard.signing_in import SigningIn
from chat_app.delivery.errors import status_of
from chat_app.domain.errors import ChatError, Forbidden, Unauthorized
from chat_app.settings import Settings

_OPEN_TO_ALL = frozenset({"dashboard.login", "dashboard.sign_in", "dashboard.preferences"})


def create_blueprint(services: DashboardServices, settings: Settings) -> Blueprint:
    """Build the dashboard's pages at /dashboard around their use cases."""
    blueprint = Blueprint(
        "dashboard", __name__, url_prefix="/dashboard", template_folder="templates"
    )
    signing_in = SigningIn(services, settings)
    inbox = Inbox(services, settings)
    words = load_words()
    assets = Assets()
    add = blueprint.add_url_rule
    add("/login", "login", signing_in.page)
    add("/login", "sign_in", signing_in.login, methods=["POST"])
    add("/logout", "logout", signing_in.logout, methods=["POST"])
    add("/preferences", "preferences", signing_in.preferences, methods=["POST"])
    add("", "inbox", inbox.page)
    add("/sessions/<session_id>", "conversation", inbox.conversation_page)
    add("/data/sessions", "sessions_data", inbox.sessions_data)
    add("/data/sessions/<session_id>", "conversation_data", inbox.conversation_data)
    add("/data/sessions/<session_id>/messages", "messages_data", inbox.messages_data)
    add_routes(blueprint, services, settings)

    def prepare() -> AnyResponse | None:
        new_nonce()
        g.words = words[chosen_language(request)]
        g.actor = None
        if request.method != "GET" and not comes_from_our_pages(request, settings.public_url):
            raise Forbidden
        return None if request.endpoint in _OPEN_TO_ALL else _require_agent(signing_in)

    blueprint.before_request(prepare)
    blueprint.after_request(lambda response: secure(response, settings))
    blueprint.register_error_handler(ChatError, _refuse)
    blueprint.context_processor(lambda: _page_context(assets))
    return blueprint


def _require_agent(signing_in: SigningIn) -> AnyResponse | None:
    g.actor = signing_in.actor()
    if g.actor:
        return None
    if _wants_data():
        raise Unauthorized
    if request.method != "GET":
        return redirect(url_for("dashboard.login"), 303)
    wanted = request.full_path.rstrip("?")
    known = request.endpoint == "dashboard.inbox" and not request.args
    return redirect(url_for("dashboard.login", next=None if known else wanted))


def _wants_data() -> bool:
    return (request.endpoint or "").endswith("_data")


def _refuse(error: ChatError) -> Response:
    """Answer a refusal as a page for people, as JSON for scripts."""
    if _wants_data():
        response = jsonify(code=error.code, detail=error.detail)
    else:
        place = "settings" if "settings" in (request.endpoint or "") else "inbox"
        page = render_template("dashboard/problem.html", code=error.code, place=place)
        response = make_response(page)
    response.status_code = status_of(error)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _page_context(assets: Assets) -> dict[str, Any]:
    """What every template may use."""
    t = g.words
    zone = presentation.zone_named(request.cookies.get(ZONE_COOKIE))
    now = presentation.present()
    return {
        "t": t,
        "now": now,
        "zone": zone,
        "today": now.astimezone(zone).date(),
        "look": presentation,
        "nonce": g.csp_nonce,
        "asset": assets.url,
        "asset_text": assets.text,
        "theme": chosen_theme(request),
        "themes": THEMES,
        "languages": LANGUAGE_NAMES,
        "details_hidden": request.cookies.get(DETAILS_COOKIE) == "hidden",
        "token_form": TokenForm(formdata=None),
        "preferences_form": PreferencesForm(formdata=None),
        "this_page": request.full_path.rstrip("?") if request.method == "GET" else "",
    }
