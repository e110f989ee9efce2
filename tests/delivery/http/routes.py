"""Every REST route: an example that works, and who may use it.

`access` is the status each of ACTORS gets for the same valid request on the session of `owner`:
nobody, invalid token, owner, other visitor, agent of the department, agent of another, supervisor,
admin. A route that is missing here fails the tests.
"""

from dataclasses import dataclass
from typing import Any

from flask import Flask
from marshmallow import Schema

from tests.delivery.scene import PASSWORD, Body, Scene, soon
from tests.processes import ADMIN_EMAIL, ADMIN_PASSWORD


@dataclass(frozen=True)
class Route:
    """`path` has places for the ids of a scene; `actor` sends the example of bad-input tests."""

    method: str
    path: str
    access: tuple[int, ...]
    body: Body | None = None
    actor: str = "agent"

    def url(self, scene: Scene, **other: str) -> str:
        """The path for this scene, with other ids where they are given."""
        return self.path.format(**scene.ids | other)

    def example(self, scene: Scene) -> dict[str, Any] | None:
        """A body that works."""
        return self.body(scene) if self.body else None


_SESSION = "/api/chat/sessions/{session}"
_MESSAGE = _SESSION + "/messages/{message}"
_LOGIN = {"email": ADMIN_EMAIL, "password": ADMIN_PASSWORD}
_EVERYBODY = (200,) * 8


def _of_agents(status: int) -> tuple[int, ...]:
    return 401, 401, 403, 403, status, status, status, status


def _of_overseers(status: int) -> tuple[int, ...]:
    return 401, 401, 403, 403, 403, 403, status, status


def _of_admins(status: int) -> tuple[int, ...]:
    return 401, 401, 403, 403, 403, 403, 403, status


def _kept_by_admins(
    name: str, path: str, readers: tuple[int, ...], create: Body, change: Body
) -> dict[str, Route]:
    """The five routes of a resource that admins keep: `name` is `{blueprint}.{}_thing`."""
    one = f"{path}/{{{name.rsplit('_', 1)[1]}}}"
    many = f"{name}s"
    return {
        many.format("list"): Route("GET", path, readers, actor="admin"),
        name.format("create"): Route("POST", path, _of_admins(201), create, "admin"),
        name.format("read"): Route("GET", one, readers, actor="admin"),
        name.format("change"): Route("PATCH", one, _of_admins(200), change, "admin"),
        name.format("delete"): Route("DELETE", one, _of_admins(204), actor="admin"),
    }


ROUTES: dict[str, Route] = {
    "api-docs.openapi_json": Route("GET", "/api/openapi.json", _EVERYBODY),
    "api_docs": Route("GET", "/api/docs", _EVERYBODY),
    "chat.open_session": Route(
        "POST",
        "/api/chat/sessions",
        (201, 401, 200, 200, 403, 403, 403, 403),
        lambda _: {"name": "x"},
        actor="nobody",
    ),
    "chat.list_sessions": Route(
        "GET", "/api/chat/sessions", (401, 401, 200, 200, 200, 200, 200, 200)
    ),
    "chat.read_session": Route("GET", _SESSION, (401, 401, 200, 404, 200, 404, 200, 200)),
    "chat.create_message": Route(
        "POST",
        f"{_SESSION}/messages",
        (401, 401, 201, 404, 201, 404, 201, 201),
        lambda _: {"body": "x"},
    ),
    "chat.list_messages": Route(
        "GET", f"{_SESSION}/messages", (401, 401, 200, 404, 200, 404, 200, 200)
    ),
    "chat.edit_message": Route(
        "PATCH",
        _MESSAGE,
        (401, 401, 200, 404, 403, 404, 403, 403),
        lambda _: {"body": "other words"},
        "owner",
    ),
    "chat.recall_message": Route(
        "DELETE", _MESSAGE, (401, 401, 200, 404, 403, 404, 403, 403), actor="owner"
    ),
    "chat.mark_read": Route(
        "POST",
        f"{_SESSION}/read",
        (401, 401, 200, 404, 200, 404, 200, 200),
        lambda _: {"seq": 1},
    ),
    "chat.close_session": Route(
        "POST",
        f"{_SESSION}/close",
        (401, 401, 200, 404, 200, 404, 200, 200),
        lambda _: {"assign_epoch": 0},
    ),
    "chat.hand_off": Route(
        "POST",
        f"{_SESSION}/handoff",
        (401, 401, 200, 404, 200, 404, 200, 200),
        lambda _: {"assign_epoch": 0},
    ),
    "chat.accept_session": Route(
        "POST",
        f"{_SESSION}/accept",
        (401, 401, 403, 404, 200, 404, 200, 200),
        lambda _: {"assign_epoch": 0},
    ),
    "handling.change_session": Route(
        "PATCH",
        _SESSION,
        (401, 401, 403, 404, 200, 404, 200, 200),
        lambda _: {"subject": "x", "tags": ["a"], "priority": "high", "department_id": None},
    ),
    "handling.transfer_session": Route(
        "POST",
        f"{_SESSION}/transfer",
        (401, 401, 403, 404, 200, 404, 200, 200),
        lambda scene: {"assign_epoch": 0, "department_id": scene.ids["department"]},
    ),
    "handling.snooze_session": Route(
        "POST",
        f"{_SESSION}/snooze",
        (401, 401, 403, 404, 200, 404, 200, 200),
        lambda _: {"assign_epoch": 0, "until": soon()},
    ),
    "handling.reopen_session": Route(
        "POST",
        "/api/chat/sessions/{closed}/reopen",
        (401, 401, 404, 404, 200, 404, 200, 200),
        lambda _: {"assign_epoch": 1},
    ),
    "sites.read_site": Route("GET", "/api/chat/sites/default", _EVERYBODY),
    "agents.login": Route("POST", "/api/auth/login", _EVERYBODY, lambda _: _LOGIN),
    "agents.logout": Route("POST", "/api/auth/logout", _of_agents(204)),
    "agents.read_me": Route("GET", "/api/agents/me", _of_agents(200)),
    "agents.set_status": Route(
        "PUT", "/api/agents/me/status", _of_agents(200), lambda _: {"status": "away"}
    ),
    "agents.change_password": Route(
        "PUT",
        "/api/agents/me/password",
        _of_agents(204),
        lambda _: {"current_password": PASSWORD, "new_password": "another long password"},
    ),
    **_kept_by_admins(
        "staff.{}_agent",
        "/api/agents",
        _of_agents(200),
        lambda _: {"name": "New", "email": "new@example.com", "password": PASSWORD},
        lambda _: {"name": "Renamed"},
    ),
    **_kept_by_admins(
        "departments.{}_department",
        "/api/departments",
        _of_agents(200),
        lambda _: {"name": "New"},
        lambda _: {"name": "Renamed"},
    ),
    **_kept_by_admins(
        "business_hours.{}_schedule",
        "/api/business-hours",
        _of_agents(200),
        lambda scene: {
            "department_id": scene.ids["department"],
            "time_zone": "Asia/Shanghai",
            "intervals": [{"weekday": 0, "opens": "09:00", "closes": "18:00"}],
        },
        lambda _: {"enabled": False},
    ),
    **_kept_by_admins(
        "site_settings.{}_site",
        "/api/sites",
        _of_overseers(200),
        lambda _: {"name": "New"},
        lambda _: {"name": "Renamed"},
    ),
    "site_settings.renew_identity_secret": Route(
        "POST", "/api/sites/{site}/identity-secret", _of_admins(201), actor="admin"
    ),
}


def endpoints(app: Flask) -> set[str]:
    """Every endpoint under /api that the application serves."""
    return {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")}


def schema_of(app: Flask, endpoint: str, location: str) -> Schema | None:
    """The schema that reads the body ("json") or the query of a route."""
    described = getattr(app.view_functions[endpoint], "_apidoc", {})
    for one in described.get("arguments", {}).get("parameters", ()):
        if one["in"] == location:
            schema = one["schema"]
            made: Schema = schema() if isinstance(schema, type) else schema
            return made
    return None
