"""Accounts over REST: `/api/agents`, and one's own password."""

from typing import Any

import pytest

from chat_app.domain.actor import Role
from tests.delivery.http.test_opening import NOBODY
from tests.delivery.installation import Installation, MakeInstallation, bearer
from tests.delivery.shapes import AGENT, check_problem

PASSWORD = "a long password"
MIA = {"name": "Mia", "email": "mia@example.com", "password": PASSWORD}


def call(installation: Installation, token: str | None, method: str, path: str, body: Any) -> Any:
    return installation.client.open(
        f"/api/agents{path}", method=method, json=body, headers=bearer(token)
    )


def made(installation: Installation, token: str, **over: Any) -> dict[str, Any]:
    response = call(installation, token, "POST", "", MIA | over)
    assert response.status_code == 201, response.text
    agent: dict[str, Any] = response.get_json()["agent"]
    return agent


def login(installation: Installation, password: str = PASSWORD, email: str = MIA["email"]) -> Any:
    body = {"email": email, "password": password}
    return installation.client.post("/api/auth/login", json=body)


def test_the_life_of_an_account(installation: Installation, admin_token: str) -> None:
    sales = installation.make_department()
    agent = made(installation, admin_token, department_ids=[sales.upper()], languages=[" en "])
    assert set(agent) == AGENT
    assert (agent["role"], agent["capacity"], agent["disabled"]) == ("agent", 5, False)
    assert (agent["department_ids"], agent["languages"]) == ([sales], ["en"])
    assert "password" not in str(agent).lower()

    path = f"/{agent['id']}"
    changed = call(installation, admin_token, "PATCH", path, {"capacity": 0, "role": "supervisor"})
    assert changed.status_code == 200
    expected = agent | {"capacity": 0, "role": "supervisor"}
    assert changed.get_json() == {"agent": expected}
    unchanged = call(installation, admin_token, "PATCH", path, {})
    assert (unchanged.status_code, unchanged.get_json()) == (200, {"agent": expected})
    token = login(installation).get_json()["token"]
    assert call(installation, token, "GET", path, None).get_json() == {"agent": expected}

    gone = call(installation, admin_token, "DELETE", path, None)
    assert (gone.status_code, gone.data) == (204, b"")
    check_problem(call(installation, admin_token, "GET", path, None), 404, "not_found")
    check_problem(call(installation, token, "GET", "/me", None), 401, "unauthorized")
    check_problem(login(installation), 401, "unauthorized")
    assert made(installation, admin_token)["id"] != agent["id"], "the address is free again"


def test_a_list_in_parts(installation: Installation, admin_token: str) -> None:
    for number in range(3):
        installation.make_agent(name=f"Agent {number}")
    names: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    for _ in range(2):
        found = installation.client.get(
            "/api/agents", query_string=query, headers=bearer(admin_token)
        ).get_json()
        assert set(found) == {"items", "next_cursor"}
        names += [one["name"] for one in found["items"]]
        query["cursor"] = found["next_cursor"]
    assert names == ["Admin", "Agent 0", "Agent 1", "Agent 2"]
    assert query["cursor"] is None


@pytest.mark.parametrize("query", ["cursor=x", "limit=0", "limit=101", "limit=x", "unknown=1"])
def test_a_list_that_cannot_be(installation: Installation, admin_token: str, query: str) -> None:
    response = installation.client.get(f"/api/agents?{query}", headers=bearer(admin_token))
    check_problem(response, 422, "validation")


@pytest.mark.parametrize("role", ["agent", "supervisor"])
def test_only_admins_change_and_every_agent_reads(installation: Installation, role: Role) -> None:
    token = installation.make_agent(role)
    own = call(installation, token, "GET", "/me", None).get_json()["agent"]["id"]
    assert call(installation, token, "GET", "", None).status_code == 200
    assert call(installation, token, "GET", f"/{own}", None).status_code == 200
    before = installation.dump()
    for method, path, body in (
        ("POST", "", MIA),
        ("PATCH", f"/{own}", {"role": "admin"}),
        ("PATCH", f"/{NOBODY}", {}),
        ("DELETE", f"/{own}", None),
    ):
        check_problem(call(installation, token, method, path, body), 403, "forbidden")
    assert installation.dump() == before


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": " \n"}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"email": "mia"}, "email"),
        ({"email": "a@b@example.com"}, "email"),
        ({"email": f"{'x' * 250}@example.com"}, "email"),
        ({"email": "ADMIN@example.com"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "x" * 129}, "password"),
        ({"password": "Password123"}, "password"),
        ({"role": "boss"}, "role"),
        ({"role": None}, "role"),
        ({"capacity": -1}, "capacity"),
        ({"capacity": 101}, "capacity"),
        ({"capacity": "5"}, "capacity"),
        ({"department_ids": [NOBODY]}, "department_ids"),
        ({"department_ids": ["x"]}, "department_ids.0"),
        ({"languages": "en"}, "languages"),
        ({"languages": ["x" * 36]}, "languages.0"),
        ({"skills": [""]}, "skills.0"),
        ({"skills": ["x"] * 101}, "skills"),
        ({"disabled": 0}, "disabled"),
        ({"status": "away"}, "status"),
        ({"id": NOBODY}, "id"),
        ({"password_hash": "x"}, "password_hash"),
    ],
)
def test_what_an_account_cannot_be(
    installation: Installation, admin_token: str, wrong: dict[str, Any], field: str
) -> None:
    agent = made(installation, admin_token, email="other@example.com")
    before = installation.dump()
    for method, path, body in (("POST", "", MIA | wrong), ("PATCH", f"/{agent['id']}", wrong)):
        response = call(installation, admin_token, method, path, body)
        problem = check_problem(response, 422, "validation")
        assert field in problem["errors"], problem
    assert installation.dump() == before


@pytest.mark.parametrize("missing", ["name", "email", "password"])
def test_what_an_account_needs(installation: Installation, admin_token: str, missing: str) -> None:
    body = {key: value for key, value in MIA.items() if key != missing}
    problem = check_problem(call(installation, admin_token, "POST", "", body), 422, "validation")
    assert set(problem["errors"]) == {missing}


def test_the_last_admin_stays(installation: Installation, admin_token: str) -> None:
    own = call(installation, admin_token, "GET", "/me", None).get_json()["agent"]["id"]
    for method, body in (
        ("DELETE", None),
        ("PATCH", {"disabled": True}),
        ("PATCH", {"role": "agent"}),
    ):
        check_problem(call(installation, admin_token, method, f"/{own}", body), 422, "validation")
    second = installation.make_agent("admin")
    assert call(installation, second, "DELETE", f"/{own}", None).status_code == 204


def test_a_disabled_agents_session_waits_again(
    installation: Installation, admin_token: str
) -> None:
    session, visitor = installation.open_session(locale="en")
    token = installation.make_agent(name="Mia")
    own = call(installation, token, "GET", "/me", None).get_json()["agent"]["id"]
    assert installation.accept(token, session["id"])["assign_epoch"] == 1
    response = call(installation, admin_token, "PATCH", f"/{own}", {"disabled": True})
    assert response.status_code == 200, response.text

    check_problem(call(installation, token, "GET", "/me", None), 401, "unauthorized")
    copy = installation.read(admin_token, session["id"])
    assert (copy["status"], copy["agent"], copy["assign_epoch"]) == ("queued", None, 2)
    assert copy["queue"]["position"] == 1
    path = f"/api/chat/sessions/{session['id']}/messages"
    lines = installation.client.get(path, headers=bearer(visitor)).get_json()["messages"]
    assert [one["body"] for one in lines] == [
        "Mia joined the conversation",
        "Mia left the conversation; somebody else will take over",
    ]
    other = installation.make_agent()
    assert installation.accept(other, session["id"])["status"] == "active"


class TestOwnPassword:
    def change(self, installation: Installation, token: str | None, **over: Any) -> Any:
        body = {"current_password": PASSWORD, "new_password": "another password"} | over
        return call(installation, token, "PUT", "/me/password", body)

    def test_it_ends_every_sign_in(self, installation: Installation, admin_token: str) -> None:
        made(installation, admin_token)
        tokens = [login(installation).get_json()["token"] for _ in range(2)]
        response = self.change(installation, tokens[0])
        assert (response.status_code, response.data) == (204, b"")
        for token in tokens:
            check_problem(call(installation, token, "GET", "/me", None), 401, "unauthorized")
        check_problem(login(installation), 401, "unauthorized")
        assert login(installation, "another password").status_code == 200

    @pytest.mark.parametrize(
        ("over", "field"),
        [
            ({"current_password": "a wrong one"}, "current_password"),
            ({"current_password": ""}, "current_password"),
            ({"new_password": "short"}, "new_password"),
            ({"new_password": "12345678"}, "new_password"),
            ({"new_password": None}, "new_password"),
            ({"unknown": 1}, "unknown"),
        ],
    )
    def test_what_is_refused(
        self, installation: Installation, admin_token: str, over: dict[str, Any], field: str
    ) -> None:
        made(installation, admin_token)
        token = login(installation).get_json()["token"]
        problem = check_problem(self.change(installation, token, **over), 422, "validation")
        assert set(problem["errors"]) == {field}
        assert call(installation, token, "GET", "/me", None).status_code == 200

    def test_guesses_are_counted(self, make_installation: MakeInstallation) -> None:
        installation = make_installation(rate_limits=True)
        token = installation.make_agent(password=PASSWORD)
        for _ in range(5):
            response = self.change(installation, token, current_password="a guess")
            check_problem(response, 422, "validation")
        response = self.change(installation, token)
        check_problem(response, 429, "rate_limited")
        assert int(response.headers["Retry-After"]) > 0

    def test_who_has_none(self, installation: Installation) -> None:
        _, visitor = installation.open_session()
        check_problem(self.change(installation, visitor), 403, "forbidden")
        check_problem(self.change(installation, None), 401, "unauthorized")
