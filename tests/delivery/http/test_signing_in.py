"""Signing in and out, and one's own account."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.delivery.installation import Installation, bearer
from tests.delivery.shapes import AGENT, TIME, check_problem
from tests.processes import ADMIN_EMAIL, ADMIN_PASSWORD

LOGIN = "/api/auth/login"


def login(installation: Installation, email: str, password: str) -> Any:
    return installation.client.post(LOGIN, json={"email": email, "password": password})


def me(installation: Installation, token: str) -> Any:
    return installation.client.get("/api/agents/me", headers=bearer(token))


class TestLogin:
    def test_gives_a_token_that_works(self, installation: Installation) -> None:
        response = login(installation, ADMIN_EMAIL, ADMIN_PASSWORD)
        assert response.status_code == 200
        signed_in = response.get_json()
        assert set(signed_in) == {"token", "expires_at", "agent"}
        assert set(signed_in["agent"]) == AGENT
        assert TIME.fullmatch(signed_in["expires_at"])
        assert TIME.fullmatch(signed_in["agent"]["created_at"])
        expires = datetime.fromisoformat(signed_in["expires_at"])
        assert timedelta(days=13) < expires - datetime.now(UTC) < timedelta(days=15)
        account = me(installation, signed_in["token"])
        assert account.get_json() == {"agent": signed_in["agent"]}
        assert signed_in["token"] not in str(installation.dump())

    def test_takes_the_address_in_any_case(self, installation: Installation) -> None:
        spelled = f" {ADMIN_EMAIL.upper()} "
        assert login(installation, spelled, ADMIN_PASSWORD).status_code == 200

    @pytest.mark.parametrize(
        ("email", "password"),
        [
            (ADMIN_EMAIL, "wrong"), ("nobody@example.com", ADMIN_PASSWORD), (ADMIN_EMAIL, " "),
            (ADMIN_EMAIL, ADMIN_PASSWORD + " "), (ADMIN_EMAIL, ADMIN_PASSWORD.upper()),
            ("' OR 1=1 --", "x"), (ADMIN_EMAIL + "\u200b", ADMIN_PASSWORD),
        ],
    )  # fmt: skip
    def test_says_the_same_to_every_wrong_pair(
        self, installation: Installation, email: str, password: str
    ) -> None:
        before = installation.dump()
        problem = check_problem(login(installation, email, password), 401, "unauthorized")
        assert problem["detail"] == "E-mail or password is wrong"
        assert installation.dump() == before

    def test_refuses_the_disabled(self, installation: Installation) -> None:
        installation.make_agent(email="a@example.com", password="a long password", disabled=True)
        check_problem(login(installation, "a@example.com", "a long password"), 401, "unauthorized")

    def test_a_hashless_account_lets_nobody_in(self, installation: Installation) -> None:
        installation.make_agent(email="a@example.com")
        check_problem(login(installation, "a@example.com", "!"), 401, "unauthorized")

    def test_sets_no_cookie(self, installation: Installation) -> None:
        assert "Set-Cookie" not in login(installation, ADMIN_EMAIL, ADMIN_PASSWORD).headers


class TestLogout:
    def test_ends_its_own_token_only(self, installation: Installation) -> None:
        first, second = installation.admin_token(), installation.admin_token()
        response = installation.client.post("/api/auth/logout", headers=bearer(first))
        assert (response.status_code, response.data) == (204, b"")
        check_problem(me(installation, first), 401, "unauthorized")
        assert me(installation, second).status_code == 200

    def test_twice_is_too_late(self, installation: Installation) -> None:
        token = installation.admin_token()
        statuses = [
            installation.client.post("/api/auth/logout", headers=bearer(token)).status_code
            for _ in range(2)
        ]
        assert statuses == [204, 401]


def test_a_token_that_has_expired_is_nothing(installation: Installation) -> None:
    token = installation.make_agent()
    with closing(sqlite3.connect(installation.database)) as connection, connection:
        connection.execute("UPDATE agent_token SET expires_at = '2020-01-01 00:00:00.000000'")
    check_problem(me(installation, token), 401, "unauthorized")


def test_an_agent_chooses_its_status(installation: Installation) -> None:
    token = installation.make_agent()
    for status in ("away", "offline", "online"):
        response = installation.client.put(
            "/api/agents/me/status", json={"status": status}, headers=bearer(token)
        )
        assert response.status_code == 200
        assert set(response.get_json()["agent"]) == AGENT
        assert me(installation, token).get_json()["agent"]["status"] == status


def test_one_agents_status_is_no_others(installation: Installation) -> None:
    token, other = installation.make_agent(), installation.make_agent()
    installation.client.put("/api/agents/me/status", json={"status": "away"}, headers=bearer(token))
    assert me(installation, other).get_json()["agent"]["status"] == "online"
