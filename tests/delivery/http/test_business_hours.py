"""Business hours over REST: `/api/business-hours`, and what they change for visitors."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.delivery.installation import Installation, bearer
from tests.delivery.shapes import TIME, check_problem, check_session

KEYS = {"id", "site_id", "department_id", "time_zone", "enabled", "intervals", "created_at"}
MORNING = {"weekday": 0, "opens": "09:00", "closes": "12:00"}


def call(
    installation: Installation, token: str | None, method: str, path: str = "", body: Any = None
) -> Any:
    return installation.client.open(
        f"/api/business-hours{path}", method=method, json=body, headers=bearer(token)
    )


def made(installation: Installation, token: str, **body: Any) -> dict[str, Any]:
    given = {"time_zone": "Asia/Shanghai", "intervals": [MORNING]} | body
    response = call(installation, token, "POST", "", given)
    assert response.status_code == 201, response.text
    assert set(response.get_json()) == {"business_hours"}
    hours: dict[str, Any] = response.get_json()["business_hours"]
    assert set(hours) == KEYS
    return hours


def test_the_life_of_business_hours(installation: Installation, admin_token: str) -> None:
    department_id = installation.make_department()
    hours = made(installation, admin_token, department_id=department_id, site_id=None)
    assert (hours["department_id"], hours["site_id"]) == (department_id, None)
    assert (hours["time_zone"], hours["enabled"]) == ("Asia/Shanghai", True)
    assert hours["intervals"] == [MORNING]
    assert TIME.fullmatch(hours["created_at"])
    path = f"/{hours['id']}"
    agent = installation.make_agent()
    assert call(installation, agent, "GET", path).get_json() == {"business_hours": hours}
    assert call(installation, agent, "GET").get_json() == {"items": [hours], "next_cursor": None}

    night = {"weekday": 6, "opens": "22:00", "closes": "02:00"}
    changes = {"time_zone": "UTC", "enabled": False, "intervals": [MORNING, night]}
    changed = call(installation, admin_token, "PATCH", path, changes)
    assert (changed.status_code, changed.get_json()) == (200, {"business_hours": hours | changes})
    unchanged = call(installation, admin_token, "PATCH", path, {})
    assert (unchanged.status_code, unchanged.get_json()) == (200, changed.get_json())

    gone = call(installation, admin_token, "DELETE", path)
    assert (gone.status_code, gone.data) == (204, b"")
    check_problem(call(installation, admin_token, "GET", path), 404, "not_found")
    assert made(installation, admin_token, department_id=department_id)["id"] != hours["id"]


def test_exactly_one_owner_without_other_hours(
    installation: Installation, admin_token: str
) -> None:
    site_id, department_id = installation.make_site().id, installation.make_department()
    made(installation, admin_token, site_id=site_id)
    before = installation.dump()
    for owner, fields in (
        ({}, {"site_id", "department_id"}),
        ({"site_id": None, "department_id": None}, {"site_id", "department_id"}),
        ({"site_id": site_id, "department_id": department_id}, {"site_id", "department_id"}),
        ({"site_id": site_id}, {"site_id"}),
        ({"site_id": department_id}, {"site_id"}),
        ({"department_id": site_id}, {"department_id"}),
    ):
        response = call(
            installation, admin_token, "POST", "", {"time_zone": "UTC", "intervals": []} | owner
        )
        problem = check_problem(response, 422, "validation")
        assert set(problem["errors"]) == fields
    assert installation.dump() == before


def test_whose_hours_they_are_stays(installation: Installation, admin_token: str) -> None:
    hours = made(installation, admin_token, site_id=installation.make_site().id)
    other = {"site_id": installation.make_site().id}
    response = call(installation, admin_token, "PATCH", f"/{hours['id']}", other)
    assert set(check_problem(response, 422, "validation")["errors"]) == {"site_id"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("opens", text) for text in ("24:00", "9:00", "09:60", "09:00:00", "09:00\n", "０9:00")),
        *(("closes", text) for text in ("24:01", "25:00", "", " 17:00", None, 17, "12.00")),
        *(("weekday", number) for number in (-1, 7, "0", 0.5, None, True)),
    ],
)
def test_intervals_that_are_none(
    installation: Installation, admin_token: str, field: str, value: Any
) -> None:
    hours = made(installation, admin_token, site_id=installation.make_site().id)
    less = {name: one for name, one in MORNING.items() if name != field}
    for wrong in (MORNING | {field: value}, less, MORNING | {"minutes": 5}):
        response = call(
            installation, admin_token, "PATCH", f"/{hours['id']}", {"intervals": [MORNING, wrong]}
        )
        errors = check_problem(response, 422, "validation")["errors"]
        assert all(key.startswith("intervals.1.") for key in errors), errors
    assert call(installation, admin_token, "GET", f"/{hours['id']}").get_json() == {
        "business_hours": hours
    }


@pytest.mark.parametrize(
    "zone", ["Europe/Nowhere", "europe/berlin", "../UTC", "/etc/passwd", "localtime", "+08:00"]
)
def test_zones_that_are_none(installation: Installation, admin_token: str, zone: str) -> None:
    hours = made(installation, admin_token, site_id=installation.make_site().id)
    response = call(installation, admin_token, "PATCH", f"/{hours['id']}", {"time_zone": zone})
    assert set(check_problem(response, 422, "validation")["errors"]) == {"time_zone"}


def closed_now() -> tuple[int, str, str]:
    """A minute that is three days away, in UTC."""
    opening = datetime.now(UTC) + timedelta(days=3)
    return opening.weekday(), f"{opening:%H:%M}", f"{opening + timedelta(minutes=1):%H:%M}"


def test_a_site_says_when_it_opens(installation: Installation) -> None:
    site = installation.make_site()
    installation.make_schedule(closed_now(), site_id=site.id)
    public = installation.client.get(f"/api/chat/sites/{site.key}").get_json()["site"]
    assert public["open"] is False
    assert TIME.fullmatch(public["opens_at"])
    away = datetime.fromisoformat(public["opens_at"]) - datetime.now(UTC)
    assert timedelta(days=2, hours=23) < away <= timedelta(days=3)


def test_a_visitor_out_of_hours_is_asked_to_leave_a_message(installation: Installation) -> None:
    site = installation.make_site(locale="en")
    installation.make_schedule(closed_now(), site_id=site.id)
    first = {"client_msg_id": "m-1", "body": "Is it in stock?"}
    session, token = installation.open_session(site_key=site.key, message=first)
    check_session(session, for_visitor=True)
    assert (session["status"], session["last_seq"]) == ("queued", 2)
    response = installation.client.get(
        f"/api/chat/sessions/{session['id']}/messages", headers=bearer(token)
    )
    asked, line = response.get_json()["messages"]
    assert (asked["body"], line["kind"]) == ("Is it in stock?", "system")
    assert line["body"].startswith("We are closed now and open again ")
    seen = installation.read(installation.make_agent(), session["id"])
    assert seen["left_message"] is True
