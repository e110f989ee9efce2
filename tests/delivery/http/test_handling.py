"""What agents do with sessions, over REST: the stories that the tables of routes cannot tell."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from chat_app.infrastructure.clock import SystemClock
from tests.delivery.installation import Installation, bearer


@pytest.fixture
def session(installation: Installation) -> dict[str, Any]:
    return installation.open_session()[0]


def do(
    installation: Installation,
    token: str,
    session_id: str,
    what: str,
    status: int = 200,
    **body: Any,
) -> dict[str, Any]:
    """Do something with a session and return it, or the problem."""
    response = installation.client.post(
        f"/api/chat/sessions/{session_id}/{what}", json=body, headers=bearer(token)
    )
    assert response.status_code == status, response.text
    answer = response.get_json()
    found: dict[str, Any] = answer.get("session", answer)
    return found


def test_a_session_goes_from_hand_to_hand(
    installation: Installation, session: dict[str, Any]
) -> None:
    ada, bob = installation.make_agent(), installation.make_agent()
    bob_id = installation.actor(bob).id
    held = installation.accept(ada, session["id"])
    stale = held["assign_epoch"]
    moved = do(
        installation,
        ada,
        session["id"],
        "transfer",
        assign_epoch=stale,
        agent_id=bob_id,
        note="退货",
    )
    assert (moved["agent"]["id"], moved["status"]) == (bob_id, "active")
    problem = do(
        installation, ada, session["id"], "snooze", 409, assign_epoch=stale, until=hours(1)
    )
    assert problem["code"] == "stale_assignment"
    problem = do(
        installation, ada, session["id"], "snooze", 409,
        assign_epoch=moved["assign_epoch"], until=hours(1),
    )  # fmt: skip
    assert problem["code"] == "already_assigned"
    asleep = do(
        installation, bob, session["id"], "snooze",
        assign_epoch=moved["assign_epoch"], until=hours(1),
    )  # fmt: skip
    assert asleep["status"] == "snoozed"
    assert datetime.fromisoformat(asleep["snoozed_until"]) > SystemClock().now()
    closed = do(installation, bob, session["id"], "close", assign_epoch=asleep["assign_epoch"])
    again = do(installation, bob, session["id"], "reopen", assign_epoch=closed["assign_epoch"])
    assert (again["status"], again["agent"]["id"]) == ("active", bob_id)
    problem = do(
        installation, bob, session["id"], "reopen", 409, assign_epoch=again["assign_epoch"]
    )
    assert problem["code"] == "session_open"


def test_the_visitor_sees_neither_note_nor_snooze(installation: Installation) -> None:
    session, visitor = installation.open_session()
    ada = installation.make_agent()
    held = installation.accept(ada, session["id"])
    do(
        installation, ada, session["id"], "transfer", assign_epoch=held["assign_epoch"],
        agent_id=installation.actor(ada).id, note="secret",
    )  # fmt: skip
    do(
        installation, ada, session["id"], "snooze",
        assign_epoch=held["assign_epoch"], until=hours(1),
    )  # fmt: skip
    seen = installation.read(visitor, session["id"])
    assert seen["status"] == "active"
    assert "snoozed_until" not in seen
    messages = installation.client.get(
        f"/api/chat/sessions/{session['id']}/messages", headers=bearer(visitor)
    ).get_json()["messages"]
    assert [one["kind"] for one in messages] == ["system"]


def test_beside_another_open_session_nothing_is_reopened(
    installation: Installation, session: dict[str, Any]
) -> None:
    first, visitor = installation.open_session()
    ada = installation.make_agent()
    closed = do(installation, ada, first["id"], "close", assign_epoch=0)
    installation.client.post("/api/chat/sessions", json={}, headers=bearer(visitor))
    problem = do(installation, ada, first["id"], "reopen", 409, assign_epoch=closed["assign_epoch"])
    assert problem["code"] == "already_open"


@pytest.mark.parametrize(
    "until",
    [
        "2020-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-13-01T00:00:00Z", "tomorrow", "",
        "2099-01-01", "2099-01-01T00:00:00", "2099-01-01 00:00:00Z", "20990101T000000Z",
        "0001-01-01T00:00:00+23:59", "2099-01-01T00:00:00+25:00", "２０９９-01-01T00:00:00Z",
    ],
)  # fmt: skip
def test_a_time_that_is_none_or_not_ahead_is_refused(
    installation: Installation, session: dict[str, Any], until: str
) -> None:
    ada = installation.make_agent()
    held = installation.accept(ada, session["id"])
    before = installation.dump()
    problem = do(
        installation, ada, session["id"], "snooze", 422,
        assign_epoch=held["assign_epoch"], until=until,
    )  # fmt: skip
    assert set(problem["errors"]) == {"until"}
    assert installation.dump() == before


def test_subject_tags_priority_and_department(
    installation: Installation, session: dict[str, Any]
) -> None:
    boss = installation.make_agent("supervisor")
    department_id = installation.make_department()
    body = {"subject": "退货", "tags": ["vip", "退货"], "priority": "urgent",
            "department_id": department_id}  # fmt: skip
    response = installation.client.patch(
        f"/api/chat/sessions/{session['id']}", json=body, headers=bearer(boss)
    )
    assert response.status_code == 200, response.text
    changed = response.get_json()["session"]
    assert changed["department"]["id"] == department_id
    assert {key: changed[key] for key in ("subject", "tags", "priority")} == {
        key: body[key] for key in ("subject", "tags", "priority")
    }
    found = installation.client.get(
        "/api/chat/sessions", query_string={"tag": "vip"}, headers=bearer(boss)
    ).get_json()["items"]
    assert [one["id"] for one in found] == [session["id"]]


def hours(count: int) -> str:
    """A moment so many hours ahead, as another zone writes it."""
    return (SystemClock().now() + timedelta(hours=count)).isoformat(timespec="seconds")
