"""What the list is narrowed to, and how rows that are set apart look from the first paint."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from chat_app.delivery.dashboard.language import load_words
from chat_app.delivery.dashboard.presentation import (
    because_text,
    channel_of,
    in_hands,
    reason_text,
    until_time,
    waiting_since,
)
from tests.delivery.dashboard.browsing import token_of
from tests.delivery.installation import Installation, bearer

VisitorWrites = Callable[..., str]
NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
T = load_words()["en"]


def ids(browser: FlaskClient, query: str) -> list[str]:
    listed = browser.get(f"/dashboard/data/sessions?{query}").get_json()["items"]
    return [str(one["id"]) for one in listed]


@pytest.fixture
def snoozed(browser: FlaskClient, visitor_writes: VisitorWrites, installation: Installation) -> str:
    """A session that the browser's agent has put aside."""
    session_id = visitor_writes("later, please", name="Jonas")
    token = token_of(browser)
    session = installation.accept(token, session_id)
    until = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    answer = browser.post(
        f"/api/chat/sessions/{session_id}/snooze",
        json={"assign_epoch": session["assign_epoch"], "until": until},
        headers=bearer(token),
    )
    assert answer.status_code == 200
    return session_id


def test_what_is_put_aside_is_out_of_sight_until_it_is_asked_for(
    browser: FlaskClient, snoozed: str
) -> None:
    assert ids(browser, "view=mine") == ids(browser, "view=open&state=active") == []
    for query in ("view=mine&state=snoozed", "view=open", "view=open&state=snoozed"):
        assert ids(browser, query) == [snoozed], query


def test_its_own_page_lists_it_and_says_until_when(browser: FlaskClient, snoozed: str) -> None:
    page = browser.get(f"/dashboard/sessions/{snoozed}").get_data(as_text=True)
    assert 'data-state="snoozed" aria-pressed="true"' in page
    assert page.count("Snoozed until ") == 3, "in the row, in the head and in the details"


def test_a_department_narrows_the_list(
    browser: FlaskClient, visitor_writes: VisitorWrites, installation: Installation
) -> None:
    sales, support = installation.make_department("Sales"), installation.make_department("Support")
    in_sales = visitor_writes("hello", department_id=sales)
    visitor_writes("hi", department_id=support)
    assert ids(browser, f"view=waiting&department_id={sales}") == [in_sales]
    page = browser.get(f"/dashboard?view=waiting&department_id={sales}").get_data(as_text=True)
    assert f'<option value="{sales}" selected>Sales</option>' in page


@pytest.mark.parametrize("query", ["state=nowhere", "department_id=nonsense", "department_id="])
def test_a_page_with_an_odd_address_shows_the_usual(
    browser: FlaskClient, visitor_writes: VisitorWrites, query: str
) -> None:
    session_id = visitor_writes("hello")
    page = browser.get(f"/dashboard?view=open&{query}").get_data(as_text=True)
    assert f"/dashboard/sessions/{session_id}?view=open" in page


def session(**over: Any) -> dict[str, Any]:
    usual = {
        "status": "queued", "left_message": False, "snoozed_until": None, "agent": None,
        "department": None, "assigned_because": None, "last_message": None,
        "waiting_since": "2026-11-25T09:00:00.000Z", "created_at": "2026-11-25T08:00:00.000Z",
    }  # fmt: skip
    return usual | over


def test_who_left_a_message_does_not_wait() -> None:
    assert waiting_since(session()) is not None
    assert waiting_since(session(left_message=True)) is None
    assert channel_of(session(left_message=True)) == "left"
    assert channel_of(session(status="bot")) == "bot"
    assert channel_of(session(status="active", left_message=True)) is None


def test_moments_ahead_are_said_shortly() -> None:
    def said(at: datetime) -> str:
        return until_time(at, NOW, UTC, T)

    assert said(NOW + timedelta(hours=5)) == "15:00"
    assert said(NOW + timedelta(hours=23)) == "tomorrow 09:00"
    assert said(datetime(2026, 11, 30, 9, tzinfo=UTC)) == "Mon, 30 Nov 09:00"


@pytest.mark.parametrize(
    ("because", "text"),
    [
        (None, ""),
        ({"strategy": "least_busy", "candidates": 3}, "Least busy of 3 online in Sales"),
        ({"strategy": "round_robin", "candidates": 2}, "Next in turn of 2 online in Sales"),
        ({"strategy": "least_busy", "candidates": 1}, "The only one online in Sales"),
        ({"strategy": "last_agent", "candidates": 4}, "Served this visitor before"),
        ({"strategy": "of tomorrow", "candidates": 4}, ""),
    ],
)
def test_why_it_came_to_me(because: dict[str, Any] | None, text: str) -> None:
    given = session(assigned_because=because, department={"id": "d", "name": "Sales"})
    assert because_text(given, T) == text


def test_reasons_and_hands() -> None:
    assert reason_text("solved", T) == "Solved"
    assert reason_text("in own words", T) == "in own words"
    assert reason_text(None, T) == ""
    other = session(agent={"id": "other"})
    assert [in_hands(other, {"id": one, "role": role}) for one, role in (
        ("me", "agent"), ("other", "agent"), ("me", "supervisor"), ("me", "admin")
    )] == [False, True, True, True]  # fmt: skip
    assert in_hands(session(), {"id": "me", "role": "agent"})
