"""REST for the scripts of the dashboard: the cookie counts only together with the page's token."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.delivery.dashboard.browsing import csrf_token
from tests.delivery.installation import Installation, bearer

VisitorWrites = Callable[..., str]
Call = Callable[..., TestResponse]
OURS = "http://localhost:8080"


def path_of(session_id: str) -> str:
    return f"/api/chat/sessions/{session_id}"


@pytest.fixture
def call(browser: FlaskClient) -> Call:
    """Ask as the page's script does."""
    token = csrf_token(browser.get("/dashboard"))

    def call(method: str, path: str, **options: Any) -> TestResponse:
        headers = {"X-CSRF-Token": token, "Origin": OURS} | options.pop("headers", {})
        sent = {name: value for name, value in headers.items() if value is not None}
        return browser.open(path, method=method, headers=sent, **options)

    return call


def test_a_page_sends_reads_and_acts(call: Call, visitor_writes: VisitorWrites) -> None:
    path = path_of(visitor_writes("hello"))
    draft = {"client_msg_id": "m1", "body": "  line one\nline two  "}
    first = call("POST", f"{path}/messages", json=draft)
    assert (first.status_code, first.get_json()["message"]["sender"]["kind"]) == (201, "agent")
    again = call("POST", f"{path}/messages", json=draft | {"body": "another body"})
    assert (again.status_code, again.get_json()) == (200, first.get_json())
    session = call("GET", path).get_json()["session"]
    accepted = call("POST", f"{path}/accept", json={"assign_epoch": session["assign_epoch"]})
    assert accepted.get_json()["session"]["status"] == "active"


def test_reading_needs_no_origin(browser: FlaskClient, visitor_writes: VisitorWrites) -> None:
    """Browsers send none with what they read of their own site."""
    token = csrf_token(browser.get("/dashboard"))
    path = path_of(visitor_writes("hello"))
    assert browser.get(path, headers={"X-CSRF-Token": token}).status_code == 200


def test_the_cookie_alone_is_nobody(browser: FlaskClient, visitor_writes: VisitorWrites) -> None:
    path = path_of(visitor_writes("hello"))
    for answer in (
        browser.get(path),
        browser.post(f"{path}/messages", json={"body": "hi"}, headers={"Origin": OURS}),
    ):
        assert (answer.status_code, answer.get_json()["code"]) == (401, "unauthorized")


@pytest.mark.parametrize(
    "headers",
    [
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "forged"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": None},
    ],
    ids=["no token", "a forged token", "another site", "nowhere", "no origin"],
)
def test_what_does_not_come_from_our_pages_changes_nothing(
    call: Call, visitor_writes: VisitorWrites, headers: dict[str, str | None]
) -> None:
    path = path_of(visitor_writes("hello"))
    answer = call("POST", f"{path}/messages", json={"body": "hi"}, headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "forbidden")
    assert call("GET", path).get_json()["session"]["last_seq"] == 1


def test_the_token_of_a_page_is_nobody_without_the_cookie(
    browser: FlaskClient, call: Call, visitor_writes: VisitorWrites
) -> None:
    path = path_of(visitor_writes("hello"))
    browser.delete_cookie("cland_agent")
    assert call("GET", path).status_code == 401


def test_a_bearer_token_goes_before_the_cookie(call: Call, installation: Installation) -> None:
    session, token = installation.open_session()
    answer = call("GET", path_of(session["id"]), headers=bearer(token))
    assert "assign_epoch" not in answer.get_json()["session"], "the visitor's own copy"
