"""Departments over REST: `/api/departments`."""

from typing import Any

import pytest

from chat_app.domain.actor import Role
from tests.delivery.http.test_opening import NOBODY
from tests.delivery.installation import Installation, bearer
from tests.delivery.shapes import check_problem

KEYS = {
    "id", "name", "strategy", "agent_ids", "fallback_department_id", "max_queue",
    "max_wait_seconds", "created_at",
}  # fmt: skip


def call(installation: Installation, token: str | None, method: str, path: str, body: Any) -> Any:
    return installation.client.open(
        f"/api/departments{path}", method=method, json=body, headers=bearer(token)
    )


def made(installation: Installation, token: str, **body: Any) -> dict[str, Any]:
    response = call(installation, token, "POST", "", {"name": "Sales"} | body)
    assert response.status_code == 201, response.text
    department: dict[str, Any] = response.get_json()["department"]
    return department


def test_the_life_of_a_department(installation: Installation, admin_token: str) -> None:
    agent = installation.make_agent()
    agent_id = installation.actor(agent).id
    support = made(installation, admin_token, name="Support")
    sales = made(
        installation,
        admin_token,
        name=" Sales ",
        agent_ids=[agent_id],
        fallback_department_id=support["id"],
    )
    assert set(sales) == KEYS
    assert (sales["name"], sales["strategy"], sales["agent_ids"]) == (
        "Sales",
        "least_busy",
        [agent_id],
    )
    path = f"/{sales['id']}"
    assert call(installation, agent, "GET", path, None).get_json() == {"department": sales}
    assert installation.actor(agent).department_ids == {sales["id"]}

    changes = {"max_queue": 0, "max_wait_seconds": 60, "strategy": "round_robin", "agent_ids": []}
    changed = call(installation, admin_token, "PATCH", path, changes)
    assert (changed.status_code, changed.get_json()) == (200, {"department": sales | changes})
    unchanged = call(installation, admin_token, "PATCH", path, {})
    assert (unchanged.status_code, unchanged.get_json()) == (200, changed.get_json())

    session, _ = installation.open_session(department_id=sales["id"])
    gone = call(installation, admin_token, "DELETE", path, None)
    assert (gone.status_code, gone.data) == (204, b"")
    check_problem(call(installation, admin_token, "GET", path, None), 404, "not_found")
    moved = installation.read(admin_token, session["id"])
    assert moved["department"] == {"id": support["id"], "name": "Support"}
    listed = call(installation, agent, "GET", "", None).get_json()
    assert listed == {"items": [support], "next_cursor": None}


@pytest.mark.parametrize("role", ["agent", "supervisor"])
def test_only_admins_change_and_every_agent_reads(installation: Installation, role: Role) -> None:
    sales = installation.make_department()
    token = installation.make_agent(role)
    assert call(installation, token, "GET", "", None).status_code == 200
    assert call(installation, token, "GET", f"/{sales}", None).status_code == 200
    before = installation.dump()
    for method, path, body in (
        ("POST", "", {"name": "x"}),
        ("PATCH", f"/{sales}", {"name": "x"}),
        ("PATCH", f"/{NOBODY}", {}),
        ("DELETE", f"/{sales}", None),
    ):
        check_problem(call(installation, token, method, path, body), 403, "forbidden")
    assert installation.dump() == before


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "SUPPORT"}, "name"),
        ({"strategy": "random"}, "strategy"),
        ({"agent_ids": [NOBODY]}, "agent_ids"),
        ({"agent_ids": ["x"]}, "agent_ids.0"),
        ({"agent_ids": None}, "agent_ids"),
        ({"fallback_department_id": NOBODY}, "fallback_department_id"),
        ({"fallback_department_id": ""}, "fallback_department_id"),
        ({"max_queue": -1}, "max_queue"),
        ({"max_queue": 1.5}, "max_queue"),
        ({"max_wait_seconds": 0}, "max_wait_seconds"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_what_a_department_cannot_be(
    installation: Installation, admin_token: str, wrong: dict[str, Any], field: str
) -> None:
    made(installation, admin_token, name="Support")
    sales = made(installation, admin_token)
    before = installation.dump()
    given = {"name": "Other"} | wrong
    for method, path, body in (("POST", "", given), ("PATCH", f"/{sales['id']}", wrong)):
        response = call(installation, admin_token, method, path, body)
        problem = check_problem(response, 422, "validation")
        assert field in problem["errors"], problem
    assert installation.dump() == before


def test_it_does_not_fall_back_on_itself(installation: Installation, admin_token: str) -> None:
    sales = made(installation, admin_token)
    body = {"fallback_department_id": sales["id"]}
    response = call(installation, admin_token, "PATCH", f"/{sales['id']}", body)
    problem = check_problem(response, 422, "validation")
    assert set(problem["errors"]) == {"fallback_department_id"}
