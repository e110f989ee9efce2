"""The inbox: its pages, and the same shapes as JSON for the scripts of those pages."""

from typing import Any, Final

from flask import Response, g, jsonify, render_template, request
from marshmallow import ValidationError

from chat_app.delivery.dashboard.presentation import present
from chat_app.delivery.dashboard.services import DashboardServices
from chat_app.delivery.dashboard.views import VIEWS, Shown, dump_counts, first_view, place_of
from chat_app.delivery.schemas.agent import dump_agent
from chat_app.delivery.schemas.fields import Id
from chat_app.delivery.schemas.message import dump_page
from chat_app.delivery.schemas.session import dump_session, read_cursor, write_cursor
from chat_app.domain.actor import Actor
from chat_app.domain.errors import NotFound, Validation
from chat_app.settings import Settings

LIST_LIMIT: Final = 30
HISTORY_LIMIT: Final = 50
MOST_DEPARTMENTS: Final = 200
_SEARCH_CHARACTERS: Final = 200


class Inbox:
    """Reads what the signed-in agent may see; the live part goes over the socket."""

    def __init__(self, services: DashboardServices, settings: Settings) -> None:
        self._services = services
        self._settings = settings

    def page(self) -> str:
        """GET /dashboard: the list, no conversation open."""
        return self._render(g.actor, None)

    def conversation_page(self, session_id: str) -> str:
        """GET /dashboard/sessions/<id>: the list with that conversation beside it."""
        return self._render(g.actor, self._conversation(g.actor, session_id))

    def sessions_data(self) -> Response:
        """GET /dashboard/data/sessions?view=&state=&department_id=&q=&cursor=.

        One page of a view, and the counts.
        """
        view = VIEWS.get(request.args.get("view", "mine"))
        if view is None:
            raise Validation.of("view", "must be one of " + ", ".join(VIEWS))
        state = request.args.get("state", view.usual_state)
        if state not in view.states:
            raise Validation.of("state", "must be one of " + ", ".join(view.states))
        shown = Shown(view, state, _department_id(), _query())
        listed = self._list(g.actor, shown, request.args.get("cursor"))
        return jsonify(listed | {"counts": dump_counts(self._services.sessions.counts(g.actor))})

    def conversation_data(self, session_id: str) -> Response:
        """GET /dashboard/data/sessions/<id>?after_revision=: a session and its messages.

        Without a revision these are the newest, else those that are new or changed since.
        """
        after = _number("after_revision") if "after_revision" in request.args else None
        return jsonify(self._conversation(g.actor, session_id, after_revision=after))

    def messages_data(self, session_id: str) -> Response:
        """GET /dashboard/data/sessions/<id>/messages?before_seq=: an earlier page."""
        before_seq = _number("before_seq")
        _check_id(session_id)
        return jsonify(self._messages(g.actor, session_id, before_seq=before_seq))

    def _render(self, actor: Actor, current: dict[str, Any] | None) -> str:
        counts = self._services.sessions.counts(actor)
        shown = _shown(place_of(current["session"], actor) if current else (first_view(counts), ""))
        listed = self._list(actor, shown, None)
        boot = {
            "language": g.words.language,
            "me": dump_agent(self._services.agents.me(actor)),
            "view": shown.view.name,
            "state": shown.state,
            "states": {view.name: list(view.states) for view in VIEWS.values()},
            "department_id": shown.department_id,
            "departments": self._departments(actor),
            "query": shown.query or "",
            "counts": dump_counts(counts),
            "sessions": listed["items"],
            "next_cursor": listed["next_cursor"],
            "current": current,
            "now": present().isoformat(),
            "message_characters": self._settings.limits.message_characters,
        }
        return render_template("dashboard/inbox.html", boot=boot, views=VIEWS.values())

    def _departments(self, actor: Actor) -> list[dict[str, str]]:
        page = self._services.departments.list(actor, limit=MOST_DEPARTMENTS)
        return [{"id": one.department.id, "name": one.department.name} for one in page.items]

    def _list(self, actor: Actor, shown: Shown, cursor: str | None) -> dict[str, Any]:
        wanted = shown.wanted_by(actor)
        page = self._services.sessions.list(actor, wanted, read_cursor(cursor), LIST_LIMIT)
        return {
            "items": [dump_session(item, actor) for item in page.items],
            "next_cursor": write_cursor(page.next_cursor),
        }

    def _conversation(self, actor: Actor, session_id: str, **bound: int | None) -> dict[str, Any]:
        _check_id(session_id)
        messages = self._messages(actor, session_id, **bound)
        # Read after the messages: reading them moved marks that the session shows.
        session = self._services.sessions.read(actor, session_id)
        return {"session": dump_session(session, actor), "page": messages}

    def _messages(self, actor: Actor, session_id: str, **bound: int | None) -> dict[str, Any]:
        page = self._services.messages.page(actor, session_id, **bound, limit=HISTORY_LIMIT)
        return dump_page(page, actor)


def _check_id(session_id: str) -> None:
    """Raise NotFound for what is no id at all: databases differ in what they do with it."""
    try:
        Id().deserialize(session_id)
    except ValidationError:
        raise NotFound from None


def _department_id() -> str | None:
    """The department a list is narrowed to; raise Validation for what is no id."""
    given = request.args.get("department_id")
    try:
        return None if not given else str(Id().deserialize(given))
    except ValidationError:
        raise Validation.of("department_id", "is no id") from None


def _shown(usual: tuple[str, str]) -> Shown:
    """What a page lists: what its address asks for, as far as that exists, else the usual."""
    name = request.args.get("view", "")
    view = VIEWS.get(name) or VIEWS[usual[0]]
    asked = request.args.get("state", "" if name in VIEWS else usual[1])
    state = asked if asked in view.states else view.usual_state
    try:
        return Shown(view, state, _department_id(), _query())
    except Validation:
        return Shown(view, state, None, _query())


def _number(name: str) -> int:
    given = request.args.get(name, "")
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        raise Validation.of(name, "must be a whole number")
    return int(given)


def _query() -> str | None:
    # No text contains a NUL, and not every database can be asked for one.
    asked = request.args.get("q", "").replace("\x00", "").strip()
    return asked[:_SEARCH_CHARACTERS] or None
