"""Every limit is shown to fire, to say when to come back, and to let go again."""

from collections.abc import Iterator
from typing import Any

import pytest

from chat_app.domain.limits import Limits
from tests.delivery.installation import OPEN, Installation, MakeInstallation, bearer
from tests.delivery.shapes import check_problem
from tests.processes import ADMIN_EMAIL, ADMIN_PASSWORD

SMALL = Limits(
    visitor_messages_per_minute=3,
    agent_messages_per_minute=5,
    sessions_per_minute=4,
    login_failures_per_address=3,
    login_failures_per_account=5,
    message_characters=10,
)


class Clock:
    """The time as the limiter and its storage see it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = 0.0
        import_time = __import__("time")
        real = import_time.time
        monkeypatch.setattr(import_time, "time", lambda: real() + self.ahead)

    def pass_by(self, seconds: float) -> None:
        self.ahead += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    yield Clock(monkeypatch)
    monkeypatch.undo()


@pytest.fixture
def installation(make_installation: MakeInstallation) -> Installation:
    return make_installation(rate_limits=True, limits=SMALL)


def check_limited(response: Any, most: int) -> None:
    check_problem(response, 429, "rate_limited")
    assert 1 <= int(response.headers["Retry-After"]) <= most


def login(installation: Installation, password: str, address: str = "10.0.0.1") -> Any:
    return installation.client.post(
        "/api/auth/login",
        json={"email": ADMIN_EMAIL, "password": password},
        environ_base={"REMOTE_ADDR": address},
    )


class TestLogin:
    def test_an_address_fails_so_often_and_waits(
        self, installation: Installation, clock: Clock
    ) -> None:
        for _ in range(3):
            assert login(installation, "wrong").status_code == 401
        check_limited(login(installation, "wrong"), 300)
        check_limited(login(installation, ADMIN_PASSWORD), 300)
        assert login(installation, ADMIN_PASSWORD, "10.0.0.2").status_code == 200, "not the victim"
        clock.pass_by(301)
        assert login(installation, ADMIN_PASSWORD).status_code == 200

    def test_an_account_is_guarded_against_many_addresses(
        self, installation: Installation, clock: Clock
    ) -> None:
        for number in range(5):
            assert login(installation, "wrong", f"10.0.1.{number}").status_code == 401
        check_limited(login(installation, "wrong", "10.0.2.1"), 900)
        clock.pass_by(901)
        assert login(installation, ADMIN_PASSWORD, "10.0.2.1").status_code == 200

    def test_succeeding_costs_nothing(self, installation: Installation) -> None:
        for _ in range(8):
            assert login(installation, ADMIN_PASSWORD).status_code == 200

    def test_a_forged_address_changes_nothing(self, installation: Installation) -> None:
        body = {"email": ADMIN_EMAIL, "password": "wrong"}
        statuses = [
            installation.client.post(
                "/api/auth/login", json=body, headers={"X-Forwarded-For": f"1.2.3.{number}"}
            ).status_code
            for number in range(4)
        ]
        assert statuses == [401, 401, 401, 429]


class TestSessions:
    def test_an_address_opens_so_many_a_minute(
        self, installation: Installation, clock: Clock
    ) -> None:
        for _ in range(4):
            installation.open_session()
        before = installation.dump()
        check_limited(installation.client.post(OPEN), 60)
        assert installation.dump() == before
        elsewhere = installation.client.post(OPEN, environ_base={"REMOTE_ADDR": "10.0.0.9"})
        assert elsewhere.status_code == 201
        clock.pass_by(61)
        assert installation.client.post(OPEN).status_code == 201

    def test_each_site_counts_for_itself(self, installation: Installation) -> None:
        site = installation.make_site()
        for _ in range(4):
            installation.open_session()
        assert installation.client.post(OPEN).status_code == 429
        assert installation.client.post(OPEN, json={"site_key": site.key}).status_code == 201

    def test_naming_the_default_site_does_not_double_the_limit(
        self, installation: Installation
    ) -> None:
        for _ in range(4):
            installation.open_session()
        check_limited(installation.client.post(OPEN, json={"site_key": "default"}), 60)


class TestMessages:
    def test_a_visitor_sends_so_many_a_minute_over_rest_and_socket(
        self, installation: Installation, clock: Clock
    ) -> None:
        session, token = installation.open_session()
        socket = installation.socket("/visitor", token)
        payload = {"session_id": session["id"], "client_msg_id": "0", "body": "x"}
        assert socket.call("send_message", payload)["ok"]
        for _ in range(2):
            installation.send(token, session["id"], "x")
        before = installation.dump()
        response = installation.client.post(
            f"{OPEN}/{session['id']}/messages", json={"body": "x"}, headers=bearer(token)
        )
        check_limited(response, 60)
        error = socket.call("send_message", payload | {"client_msg_id": "9"})["error"]
        assert error["code"] == "rate_limited"
        assert 1 <= error["retry_after"] <= 60
        assert installation.dump() == before
        clock.pass_by(61)
        installation.send(token, session["id"], "x")

    def test_agents_send_more(self, installation: Installation) -> None:
        session, _ = installation.open_session()
        agent = installation.make_agent()
        for _ in range(5):
            installation.send(agent, session["id"], "x")
        response = installation.client.post(
            f"{OPEN}/{session['id']}/messages", json={"body": "x"}, headers=bearer(agent)
        )
        check_limited(response, 60)

    def test_another_visitor_is_not_held_up(self, installation: Installation) -> None:
        session, token = installation.open_session()
        for _ in range(3):
            installation.send(token, session["id"], "x")
        other, other_token = installation.open_session()
        installation.send(other_token, other["id"], "x")


def test_the_length_of_a_message_is_a_setting(installation: Installation) -> None:
    session, token = installation.open_session()
    installation.send(token, session["id"], "x" * 10)
    response = installation.client.post(
        f"{OPEN}/{session['id']}/messages", json={"body": "x" * 11}, headers=bearer(token)
    )
    assert "body" in check_problem(response, 422, "validation")["errors"]
