"""What the scripts ask and send over plain HTTP while they have no socket."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from chat_app.use_cases.services import Services
from tests.delivery.dashboard.browsing import csrf_token
from tests.delivery.installation import Installation, bearer

VisitorWrites = Callable[..., str]
Send = Callable[..., TestResponse]


def path_of(session_id: str) -> str:
    return f"/dashboard/data/sessions/{session_id}"


@pytest.fixture
def send(browser: FlaskClient) -> Send:
    """Send as the page's script does, with the token of the page."""
    token = csrf_token(browser.get("/dashboard"))

    def send(session_id: str, body: str = "hello", **fields: str) -> TestResponse:
        form = {"csrf_token": token, "client_msg_id": "m1", "body": body, "kind": "text"} | fields
        return browser.post(f"{path_of(session_id)}/messages", data=form)

    return send


def test_a_message_is_stored_once(send: Send, visitor_writes: VisitorWrites) -> None:
    session_id = visitor_writes("hello")
    first = send(session_id, "  line one\nline two  ").get_json()
    assert first["duplicate"] is False
    assert first["message"]["body"] == "  line one\nline two  "
    assert first["message"]["sender"]["kind"] == "agent"
    again = send(session_id, "another body").get_json()
    assert again == first | {"duplicate": True}


def test_the_visitor_reads_replies_and_no_notes(
    send: Send, visitor_writes: VisitorWrites, installation: Installation
) -> None:
    session, token = installation.open_session()
    send(session["id"], "a reply")
    assert send(session["id"], "a note", client_msg_id="m2", kind="note").status_code == 200
    page = installation.client.get(
        f"/api/chat/sessions/{session['id']}/messages", headers=bearer(token)
    )
    assert "a reply" in page.text
    assert "a note" not in page.text


@pytest.mark.parametrize("token", [None, "", "forged"])
def test_without_the_token_of_a_page_nothing_is_sent(
    browser: FlaskClient, visitor_writes: VisitorWrites, services: Services, token: str | None
) -> None:
    session_id = visitor_writes("hello")
    form = {"client_msg_id": "m1", "body": "hi", "kind": "text"}
    form |= {} if token is None else {"csrf_token": token}
    answer = browser.post(f"{path_of(session_id)}/messages", data=form)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "forbidden")
    assert browser.get(path_of(session_id)).get_json()["session"]["last_seq"] == 1


def test_another_site_cannot_send(send: Send, browser: FlaskClient) -> None:
    token = csrf_token(browser.get("/dashboard"))
    answer = browser.post(
        f"{path_of('x')}/messages",
        data={"csrf_token": token},
        headers={"Origin": "https://elsewhere.example"},
    )
    assert answer.status_code == 403


def test_without_a_sign_in_nothing_is_sent(
    client: FlaskClient, visitor_writes: VisitorWrites
) -> None:
    token = csrf_token(client.get("/dashboard/login"))
    answer = client.post(
        f"{path_of(visitor_writes('hello'))}/messages",
        data={"csrf_token": token, "client_msg_id": "m1", "body": "hi", "kind": "text"},
    )
    assert (answer.status_code, answer.get_json()["code"]) == (401, "unauthorized")


@pytest.mark.parametrize(
    "fields",
    [
        {"body": ""},
        {"body": " \n "},
        {"body": "x" * 4_001},
        {"body": "a\x00b"},
        {"kind": "system"},
        {"kind": ""},
        {"client_msg_id": ""},
        {"client_msg_id": "not an id"},
    ],
)
def test_a_message_that_cannot_be_sent_is_refused(
    send: Send, visitor_writes: VisitorWrites, fields: dict[str, str]
) -> None:
    answer = send(visitor_writes("hello"), **fields)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "validation")


def test_foreign_and_closed_sessions_are_refused(
    send: Send, visitor_writes: VisitorWrites, installation: Installation
) -> None:
    for unknown in ("nonsense", "01890000-0000-7000-8000-000000000000"):
        assert send(unknown).status_code == 404
    session, token = installation.open_session()
    installation.client.post(
        f"/api/chat/sessions/{session['id']}/close", json={}, headers=bearer(token)
    )
    answer = send(session["id"])
    assert (answer.status_code, answer.get_json()["code"]) == (409, "session_closed")


def test_a_page_of_changes_holds_what_is_new_and_what_is_different(
    browser: FlaskClient, send: Send, visitor_writes: VisitorWrites, installation: Installation
) -> None:
    session_id = visitor_writes("one", "two")
    revision = browser.get(path_of(session_id)).get_json()["page"]["revision"]
    sent = send(session_id, "three").get_json()["message"]

    def changes(after: int) -> dict[str, Any]:
        opened: dict[str, Any] = browser.get(
            path_of(session_id), query_string={"after_revision": after}
        ).get_json()
        assert opened["session"]["id"] == session_id
        page: dict[str, Any] = opened["page"]
        return page

    page = changes(revision)
    assert [one["body"] for one in page["messages"]] == ["three"]
    assert changes(page["revision"])["messages"] == []
    services, agent = installation.services, sent["sender"]["id"]
    actor = services.authentication.agent_by_token(_token_of(browser))
    assert actor.id == agent
    services.revising.recall(actor, session_id, sent["id"])
    newer = changes(page["revision"])
    assert [(one["id"], one["body"]) for one in newer["messages"]] == [(sent["id"], "")]
    assert newer["messages"][0]["recalled_at"]


@pytest.mark.parametrize("after", ["", "x", "-1", "1.5"])
def test_changes_need_a_number(
    browser: FlaskClient, visitor_writes: VisitorWrites, after: str
) -> None:
    path = f"{path_of(visitor_writes('hello'))}?after_revision={after}"
    assert browser.get(path).status_code == 422


def test_the_list_comes_with_the_counts_of_the_rail(
    browser: FlaskClient, visitor_writes: VisitorWrites
) -> None:
    visitor_writes("hello")
    listed = browser.get("/dashboard/data/sessions?view=waiting").get_json()
    assert listed["counts"] == {"waiting": 1, "mine": 0, "open": 1}


def _token_of(browser: FlaskClient) -> str:
    cookie = browser.get_cookie("cland_agent")
    assert cookie is not None
    return cookie.value
