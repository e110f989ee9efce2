"""The pages: who may see them, what they show, and that nothing in them becomes markup."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from chat_app.delivery.dashboard.presentation import moment, waiting_since
from chat_app.use_cases.services import Services
from tests.delivery.installation import Installation, bearer

VisitorWrites = Callable[..., str]
MANIFEST = Path("chat_app/delivery/static/build/manifest.json")
NOBODY = "01890000-0000-7000-8000-000000000000"
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'{{7*7}}"

# Their tests are in test_settings.py.
SETTINGS_PAGES = {
    "/dashboard/settings",
    "/dashboard/settings/account",
    *(
        f"/dashboard/settings/{topic}{page}"
        for topic, one in (
            ("team", "agent"),
            ("departments", "department"),
            ("sites", "site"),
            ("hours", "schedule"),
        )
        for page in ("", "/new", f"/<{one}_id>")
    ),
}


def boot_of(page: str) -> dict[str, Any]:
    """What the scripts of the page get."""
    found = re.search(
        r'<script type="application/json" id="boot"[^>]*>(.*?)</script>', page, re.DOTALL
    )
    assert found
    boot: dict[str, Any] = json.loads(found[1])
    return boot


def test_logged_out_pages_lead_to_the_form_and_back(client: FlaskClient) -> None:
    assert client.get("/dashboard").location == "/dashboard/login"
    answer = client.get(f"/dashboard/sessions/{NOBODY}?view=open")
    assert answer.location == (f"/dashboard/login?next=/dashboard/sessions/{NOBODY}?view%3Dopen")


def test_logged_out_data_is_refused_as_data(client: FlaskClient) -> None:
    for path in ("", f"/{NOBODY}", f"/{NOBODY}/messages?before_seq=2"):
        answer = client.get(f"/dashboard/data/sessions{path}")
        assert answer.status_code == 401
        assert answer.get_json()["code"] == "unauthorized"


def test_an_invalid_cookie_is_like_none(client: FlaskClient) -> None:
    client.set_cookie("cland_agent", "not-a-token")
    assert client.get("/dashboard").status_code == 302


def test_the_first_paint_holds_list_counts_and_conversation(
    browser: FlaskClient, visitor_writes: VisitorWrites
) -> None:
    session_id = visitor_writes(
        "你好，台灯还有货吗？", "or in black?", name="王小明", email="wang@example.com"
    )
    page = browser.get(f"/dashboard/sessions/{session_id}").get_data(as_text=True)
    boot = boot_of(page)
    assert boot["view"] == "waiting"
    assert boot["counts"]["waiting"] == 1
    assert [one["id"] for one in boot["sessions"]] == [session_id]
    html = page.replace(json.dumps(boot), "")
    for text in (
        "王小明",
        "你好，台灯还有货吗？",
        "or in black?",
        "wang@example.com",
        "Waiting for an agent",
    ):
        assert text in html


def test_what_was_edited_or_recalled_is_shown_so_from_the_first_paint(
    browser: FlaskClient, installation: Installation
) -> None:
    session, token = installation.open_session(name="Jonas")
    messages = f"/api/chat/sessions/{session['id']}/messages"
    edited = installation.send(token, session["id"], "a tpyo")
    recalled = installation.send(token, session["id"], "a slip")
    headers = bearer(token)
    browser.patch(f"{messages}/{edited['id']}", json={"body": "a typo"}, headers=headers)
    browser.delete(f"{messages}/{recalled['id']}", headers=headers)
    page = browser.get(f"/dashboard/sessions/{session['id']}").get_data(as_text=True)
    assert "a tpyo" not in page
    assert "a slip" not in page
    assert re.search(r'data-part="edited">edited<', page)
    assert "Jonas recalled a message" in page
    assert '<span data-part="line">Message recalled</span>' in page


def test_a_visitor_in_the_queue_waits_since_it_came_there(
    browser: FlaskClient, visitor_writes: VisitorWrites
) -> None:
    session_id = visitor_writes("hello")
    session = browser.get(f"/dashboard/data/sessions/{session_id}").get_json()["session"]
    came = moment("2026-11-24T10:00:00.000Z")
    queued = session | {"waiting_since": "2026-11-24T10:00:00.000Z", "assign_epoch": 4}
    assert waiting_since(queued) == came
    active = session | {"status": "active"}
    assert waiting_since(active) == moment(session["last_message"]["created_at"])
    answered = active | {"last_message": session["last_message"] | {"sender_kind": "agent"}}
    assert waiting_since(answered) is None


def test_icons_are_part_of_the_page(browser: FlaskClient) -> None:
    page = browser.get("/dashboard").get_data(as_text=True)
    if not MANIFEST.exists():
        pytest.skip("the browser side is not built here")
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', page))
    assert set(re.findall(r'<use href="#([\w-]+)"', page)) <= drawn


def test_an_empty_inbox_says_so(browser: FlaskClient) -> None:
    page = browser.get("/dashboard?view=waiting").get_data(as_text=True)
    assert "Nobody is waiting." in page


def test_what_visitors_write_never_becomes_markup(
    browser: FlaskClient, visitor_writes: VisitorWrites
) -> None:
    session_id = visitor_writes(HOSTILE, name=HOSTILE, subject=HOSTILE)
    for path in (f"/dashboard/sessions/{session_id}", f"/dashboard?view=open&q={HOSTILE}"):
        page = browser.get(path).get_data(as_text=True)
        assert "<script>alert" not in page
        assert "<img" not in page
        assert page.count("<script") == 2  # the bundle and the page's data
        title = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
        assert title
        assert "49" not in title[1], "nothing in it was computed"
    assert boot_of(page)["query"] == HOSTILE


@pytest.mark.parametrize("session_id", [NOBODY, "nonsense", "%00", "x" * 300])
def test_a_session_that_one_may_not_see_does_not_exist(
    browser: FlaskClient, session_id: str
) -> None:
    page = browser.get(f"/dashboard/sessions/{session_id}")
    assert page.status_code == 404
    assert "Conversation not found" in page.get_data(as_text=True)
    for path in (session_id, f"{session_id}/messages?before_seq=5"):
        data = browser.get(f"/dashboard/data/sessions/{path}")
        assert data.status_code == 404
        assert data.get_json()["code"] == "not_found"


def test_sessions_of_other_departments_do_not_exist(
    installation: Installation, visitor_writes: VisitorWrites
) -> None:
    ours, theirs = installation.make_department(), installation.make_department()
    seen = visitor_writes("hello", department_id=ours)
    hidden = visitor_writes("secret", department_id=theirs)
    client = installation.client
    client.set_cookie("cland_agent", installation.make_agent(department_ids=[ours]))
    assert client.get(f"/dashboard/sessions/{seen}").status_code == 200
    for path in ("sessions", "data/sessions"):
        answer = client.get(f"/dashboard/{path}/{hidden}")
        assert answer.status_code == 404
        assert "secret" not in answer.get_data(as_text=True)
    assert client.get(f"/dashboard/data/sessions/{hidden}/messages?before_seq=9").status_code == 404
    page = client.get("/dashboard?view=open").get_data(as_text=True)
    assert seen in page
    assert hidden not in page


def test_a_token_of_a_visitor_opens_no_page(
    installation: Installation, client: FlaskClient
) -> None:
    _, token = installation.open_session()
    client.set_cookie("cland_agent", token)
    assert client.get("/dashboard").status_code == 302


def test_views_show_what_belongs_to_them(
    browser: FlaskClient, visitor_writes: VisitorWrites
) -> None:
    session_id = visitor_writes("hello", name="Jonas")
    found = {
        view: [
            one["id"]
            for one in browser.get(f"/dashboard/data/sessions?view={view}").get_json()["items"]
        ]
        for view in ("waiting", "mine", "open", "closed")
    }
    assert found == {"waiting": [session_id], "mine": [], "open": [session_id], "closed": []}


def test_earlier_messages_come_page_by_page(
    browser: FlaskClient, visitor_writes: VisitorWrites
) -> None:
    session_id = visitor_writes(*(f"line {number}" for number in range(1, 55)))
    opened = browser.get(f"/dashboard/data/sessions/{session_id}").get_json()
    assert [one["seq"] for one in opened["page"]["messages"]] == list(range(5, 55))
    assert opened["page"]["has_more"] is True
    path = f"/dashboard/data/sessions/{session_id}/messages"
    earlier = browser.get(f"{path}?before_seq=5").get_json()
    assert [one["body"] for one in earlier["messages"]] == ["line 1", "line 2", "line 3", "line 4"]
    assert earlier["has_more"] is False


@pytest.mark.parametrize(
    "query",
    [
        "view=nowhere",
        "state=nowhere",
        "view=mine&state=bot",
        "department_id=x",
        "cursor=nonsense",
        "cursor=%00",
        "view=mine&cursor=" + "A" * 500,
    ],
)
def test_what_the_list_cannot_be_asked_is_refused(browser: FlaskClient, query: str) -> None:
    assert browser.get(f"/dashboard/data/sessions?{query}").status_code == 422


@pytest.mark.parametrize("before_seq", ["", "x", "-1", "1.5", "99999999999999999999"])
def test_history_needs_a_number(
    browser: FlaskClient, visitor_writes: VisitorWrites, before_seq: str
) -> None:
    session_id = visitor_writes("hello")
    path = f"/dashboard/data/sessions/{session_id}/messages?before_seq={before_seq}"
    assert browser.get(path).status_code == 422


def test_every_page_has_the_security_headers(browser: FlaskClient) -> None:
    paths = ("", "/login", f"/sessions/{NOBODY}", "/data/sessions", "/data/sessions?view=x")
    nonces = set()
    for path in paths:
        answer = browser.get(f"/dashboard{path}")
        policy = answer.headers["Content-Security-Policy"]
        for rule in (
            "default-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "object-src 'none'",
        ):
            assert rule in policy
        assert "unsafe-" not in policy
        nonces.update(re.findall(r"script-src 'nonce-([\w-]{16,})'", policy))
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in answer.headers["Permissions-Policy"]
        assert "Strict-Transport-Security" not in answer.headers
    assert len(nonces) == len(paths)


def test_scripts_carry_the_nonce_and_nothing_is_inline(
    browser: FlaskClient, visitor_writes: VisitorWrites
) -> None:
    answer = browser.get(f"/dashboard/sessions/{visitor_writes('hello')}")
    page = answer.get_data(as_text=True)
    nonce = re.findall(r"'nonce-([\w-]+)'", answer.headers["Content-Security-Policy"])[0]
    scripts = re.findall(r"<script[^>]*>", page)
    assert scripts
    assert all(f'nonce="{nonce}"' in script for script in scripts)
    markup = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r"<[^>]+\son\w+=", markup)
    assert not re.search(r"<[^>]+\sstyle=", markup)
    assert "<style" not in markup


def test_every_route_of_the_dashboard_is_known_here(app: Flask) -> None:
    """A new route needs a line in these tests: is it open to all, does it have the headers?"""
    routes = {
        str(rule) for rule in app.url_map.iter_rules() if rule.endpoint.startswith("dashboard.")
    }
    assert routes == {
        "/dashboard",
        "/dashboard/login",
        "/dashboard/logout",
        "/dashboard/preferences",
        "/dashboard/sessions/<session_id>",
        "/dashboard/data/sessions",
        "/dashboard/data/sessions/<session_id>",
        "/dashboard/data/sessions/<session_id>/messages",
        *SETTINGS_PAGES,
    }


@pytest.mark.parametrize("query", ["%00", "%ED%A0%80", "%25_'\"", "x" * 5_000, "台灯"])
def test_any_search_is_answered(
    browser: FlaskClient, visitor_writes: VisitorWrites, query: str
) -> None:
    visitor_writes("hello")
    assert browser.get(f"/dashboard?view=open&q={query}").status_code == 200
    assert browser.get(f"/dashboard/data/sessions?view=open&q={query}").status_code == 200


def test_the_search_finds_chinese_wherever_it_stands(
    browser: FlaskClient, visitor_writes: VisitorWrites, services: Services
) -> None:
    told = visitor_writes("您好，我的订单还没有发货，请问什么时候能到？")
    named = visitor_writes("hello", name="王小红")
    about = visitor_writes("hello", subject="红色的鞋子")
    for _ in range(2):
        for query, found in (("发货", told), ("时候能", told), ("小红", named), ("鞋", about)):
            page = browser.get(f"/dashboard/data/sessions?view=open&q={query}").get_json()
            assert [one["id"] for one in page["items"]] == [found], query
        services.indexing.sweep()
