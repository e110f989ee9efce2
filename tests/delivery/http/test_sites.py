"""Sites over REST: `/api/sites`."""

import json
import re
from typing import Any

import pytest

from tests.delivery.http.test_opening import NOBODY
from tests.delivery.installation import Installation, bearer
from tests.delivery.shapes import check_problem

KEYS = {
    "id", "key", "name", "allowed_origins", "locale", "theme", "department_id", "prechat_fields",
    "retention_days", "bot", "created_at",
}  # fmt: skip
FULL = {
    "name": "Shop",
    "allowed_origins": ["https://shop.example", "http://localhost:3000"],
    "locale": "zh-CN",
    "theme": {
        "accent": "#2F5bea",
        "position": "left",
        "greeting": {"en": "Hello", "zh-CN": "您好"},
        "quick_replies": ["Where is my order?"],
    },
    "prechat_fields": ["name", "email"],
    "retention_days": 365,
}


def call(installation: Installation, token: str | None, method: str, path: str, body: Any) -> Any:
    return installation.client.open(
        f"/api/sites{path}", method=method, json=body, headers=bearer(token)
    )


def made(installation: Installation, token: str, **body: Any) -> dict[str, Any]:
    response = call(installation, token, "POST", "", {"name": "Shop"} | body)
    assert response.status_code == 201, response.text
    site: dict[str, Any] = response.get_json()["site"]
    return site


def test_the_life_of_a_site(installation: Installation, admin_token: str) -> None:
    site = made(installation, admin_token, **FULL)
    assert set(site) == KEYS
    assert {key: site[key] for key in FULL} == FULL
    public = installation.client.get(f"/api/chat/sites/{site['key']}").get_json()["site"]
    assert (public["name"], public["theme"]) == ("Shop", FULL["theme"])

    path = f"/{site['id']}"
    changes = {"department_id": installation.make_department(), "theme": {}, "locale": "auto"}
    changed = call(installation, admin_token, "PATCH", path, changes)
    assert (changed.status_code, changed.get_json()) == (200, {"site": site | changes})
    unchanged = call(installation, admin_token, "PATCH", path, {})
    assert (unchanged.status_code, unchanged.get_json()) == (200, changed.get_json())
    supervisor = installation.make_agent("supervisor")
    assert call(installation, supervisor, "GET", path, None).get_json() == changed.get_json()

    gone = call(installation, admin_token, "DELETE", path, None)
    assert (gone.status_code, gone.data) == (204, b"")
    check_problem(call(installation, admin_token, "GET", path, None), 404, "not_found")
    response = installation.client.get(f"/api/chat/sites/{site['key']}")
    check_problem(response, 404, "not_found")
    response = installation.client.post("/api/chat/sessions", json={"site_key": site["key"]})
    check_problem(response, 404, "not_found")


@pytest.mark.parametrize(("locale", "shown"), [("en", "Hello"), ("zh-CN", "您好")])
def test_the_widget_greets_in_the_visitors_language(
    installation: Installation, admin_token: str, locale: str, shown: str
) -> None:
    key = made(installation, admin_token, theme=FULL["theme"])["key"]
    page = installation.client.get(f"/widget/frame?site={key}&locale={locale}").text
    found = re.search(r'<script[^>]*id="config"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found is not None
    assert json.loads(found[1])["theme"]["greeting"] == shown


def test_what_is_left_out_has_a_default(installation: Installation, admin_token: str) -> None:
    site = made(installation, admin_token)
    assert {key: site[key] for key in KEYS - {"id", "key", "created_at"}} == {
        "name": "Shop",
        "allowed_origins": [],
        "locale": "auto",
        "theme": {},
        "department_id": None,
        "prechat_fields": [],
        "retention_days": None,
        "bot": None,
    }


def test_the_last_site_stays(installation: Installation, admin_token: str) -> None:
    listed = call(installation, admin_token, "GET", "", None).get_json()
    (only,) = listed["items"]
    check_problem(
        call(installation, admin_token, "DELETE", f"/{only['id']}", None), 422, "validation"
    )


def test_a_secret_is_shown_once(installation: Installation, admin_token: str) -> None:
    site = made(installation, admin_token)
    path = f"/{site['id']}/identity-secret"
    first = call(installation, admin_token, "POST", path, None)
    assert first.status_code == 201
    assert set(first.get_json()) == {"identity_secret"}
    second = call(installation, admin_token, "POST", path, None).get_json()["identity_secret"]
    assert len(second) >= 40
    assert first.get_json()["identity_secret"] != second
    for answer in (
        call(installation, admin_token, "GET", f"/{site['id']}", None),
        call(installation, admin_token, "GET", "", None),
        call(installation, admin_token, "PATCH", f"/{site['id']}", {}),
    ):
        assert second not in answer.text
        assert "secret" not in answer.text


@pytest.mark.parametrize("role", ["agent", "supervisor", "visitor"])
def test_who_may_not(installation: Installation, admin_token: str, role: Any) -> None:
    site = made(installation, admin_token)
    visitor = installation.open_session()[1]
    token = visitor if role == "visitor" else installation.make_agent(role)
    may_read = 200 if role == "supervisor" else 403
    for path in ("", f"/{site['id']}"):
        assert call(installation, token, "GET", path, None).status_code == may_read
        check_problem(call(installation, None, "GET", path, None), 401, "unauthorized")
    before = installation.dump()
    for method, path, body in (
        ("POST", "", {"name": "x"}),
        ("PATCH", f"/{site['id']}", {"name": "x"}),
        ("PATCH", f"/{NOBODY}", {}),
        ("DELETE", f"/{site['id']}", None),
        ("POST", f"/{site['id']}/identity-secret", None),
    ):
        check_problem(call(installation, token, method, path, body), 403, "forbidden")
        check_problem(call(installation, None, method, path, body), 401, "unauthorized")
    assert installation.dump() == before


@pytest.mark.parametrize(
    "origin",
    [
        "", "shop.example", "https://", "https://*", "https://*.shop.example", "ftp://shop.example",
        "https://shop.example/path", "https://shop.example?x", "https://a@shop.example", "null",
        "https://shop.example:0", "https://shop.example:99999", "https://shop.example:x",
        "https://shop example", "javascript:alert(1)", "https://shop.example;script-src *",
        "https://shop\n.example", "*",
    ],
)  # fmt: skip
def test_what_is_no_origin(installation: Installation, admin_token: str, origin: str) -> None:
    body = {"name": "Shop", "allowed_origins": [origin]}
    problem = check_problem(call(installation, admin_token, "POST", "", body), 422, "validation")
    assert set(problem["errors"]) == {"allowed_origins.0"}


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("HTTPS://Shop.Example:443/", "https://shop.example"),
        ("http://shop.example:80", "http://shop.example"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ],
)
def test_origins_are_kept_as_browsers_send_them(
    installation: Installation, admin_token: str, given: str, stored: str
) -> None:
    assert made(installation, admin_token, allowed_origins=[given])["allowed_origins"] == [stored]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "\t"}, "name"),
        ({"allowed_origins": "https://shop.example"}, "allowed_origins"),
        ({"locale": "de"}, "locale"),
        ({"theme": {"accent": "red"}}, "theme.accent"),
        ({"theme": {"accent": "#2f5bea\n"}}, "theme.accent"),
        ({"theme": {"accent": "#2f5bea;x"}}, "theme.accent"),
        ({"theme": {"position": "top"}}, "theme.position"),
        ({"theme": {"greeting": "x" * 501}}, "theme.greeting"),
        ({"theme": {"greeting": 1}}, "theme.greeting"),
        ({"theme": {"greeting": {"de": "Hallo"}}}, "theme.greeting.de"),
        ({"theme": {"greeting": {"zh-CN": ""}}}, "theme.greeting.zh-CN"),
        ({"theme": {"quick_replies": ["x"] * 7}}, "theme.quick_replies"),
        ({"theme": {"css": "x"}}, "theme.css"),
        ({"theme": None}, "theme"),
        ({"department_id": NOBODY}, "department_id"),
        ({"prechat_fields": ["phone"]}, "prechat_fields.0"),
        ({"retention_days": 0}, "retention_days"),
        ({"key": "x"}, "key"),
        ({"identity_secret": "x"}, "identity_secret"),
    ],
)
def test_what_a_site_cannot_be(
    installation: Installation, admin_token: str, wrong: dict[str, Any], field: str
) -> None:
    site = made(installation, admin_token)
    before = installation.dump()
    given = {"name": "Other"} | wrong
    for method, path, body in (("POST", "", given), ("PATCH", f"/{site['id']}", wrong)):
        response = call(installation, admin_token, method, path, body)
        problem = check_problem(response, 422, "validation")
        assert field in problem["errors"], problem
    assert installation.dump() == before
