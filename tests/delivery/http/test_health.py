"""What a supervisor, a load balancer and a browser's cache are told."""

from typing import Any

import pytest

from tests.delivery.installation import OPEN, Installation, bearer
from tests.delivery.shapes import check_problem


def ready(installation: Installation) -> tuple[int, dict[str, Any]]:
    response = installation.client.get("/readyz")
    return response.status_code, response.get_json()


def lose_database(installation: Installation) -> None:
    """Let no connection be made any more."""
    installation._engine.dispose()
    installation.database.unlink()
    for suffix in ("-wal", "-shm"):
        installation.database.with_name(installation.database.name + suffix).unlink(missing_ok=True)
    installation.database.mkdir()


def test_a_healthy_process(installation: Installation) -> None:
    assert installation.client.get("/healthz").get_json() == {"status": "ok"}
    assert ready(installation) == (200, {"status": "ready", "checks": {"database": "ok"}})


def test_draining_is_not_ready_but_alive(installation: Installation) -> None:
    installation.system.drain.begin()
    status, body = ready(installation)
    assert (status, body["status"]) == (503, "unavailable")
    assert body["checks"]["database"] == "ok"
    assert installation.client.get("/healthz").status_code == 200
    assert installation.open_session()[0]["status"] == "queued", "what comes is still served"


class TestWithoutDatabase:
    def test_is_not_ready_but_alive(self, installation: Installation) -> None:
        lose_database(installation)
        status, body = ready(installation)
        assert (status, body["status"]) == (503, "unavailable")
        assert body["checks"]["database"] != "ok"
        assert installation.client.get("/healthz").status_code == 200

    @pytest.mark.parametrize("origin", [None, "https://shop.test"])
    def test_every_call_says_try_again(
        self, installation: Installation, origin: str | None
    ) -> None:
        """Also to pages of other origins, which must be able to read it."""
        session, token = installation.open_session()
        installation.client.get(OPEN, headers={"Origin": "https://shop.test"})
        lose_database(installation)
        headers = bearer(token) | ({"Origin": origin} if origin else {})
        path = f"{OPEN}/{session['id']}"
        for method, url in (
            ("POST", OPEN), ("GET", OPEN), ("GET", path), ("POST", f"{path}/messages"),
            ("GET", f"{path}/messages"), ("POST", f"{path}/close"), ("GET", "/api/agents/me"),
            ("GET", "/api/chat/sites/default"),
        ):  # fmt: skip
            response = installation.client.open(
                url, method=method, json={"body": "x"} if "messages" in url else {}, headers=headers
            )
            check_problem(response, 503, "unavailable")
            assert int(response.headers["Retry-After"]) >= 1
            if origin and url.startswith("/api/chat/"):
                assert response.headers["Access-Control-Allow-Origin"] == origin

    def test_a_socket_is_told_too(self, installation: Installation) -> None:
        session, token = installation.open_session()
        socket = installation.socket("/visitor", token)
        lose_database(installation)
        payload = {"session_id": session["id"], "client_msg_id": "1", "body": "x"}
        error = socket.call("send_message", payload)["error"]
        assert error["code"] == "unavailable"
        assert error["retry_after"] >= 1
        late = installation.socket("/visitor", token)
        assert late.refusal["data"]["code"] == "unavailable"


def test_a_bug_says_nothing_of_itself(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the secret of the machine room")

    session, token = installation.open_session()
    socket = installation.socket("/visitor", token)
    installation.app.testing = False
    monkeypatch.setattr(installation.services.sessions, "read", fail)
    monkeypatch.setattr(installation.services.messages, "send", fail)
    response = installation.client.get(f"{OPEN}/{session['id']}", headers=bearer(token))
    check_problem(response, 500, "internal")
    assert "secret" not in response.text
    payload = {"session_id": session["id"], "client_msg_id": "1", "body": "x"}
    ack = socket.call("send_message", payload)
    assert ack["error"]["code"] == "internal"
    assert "secret" not in str(ack)
    assert socket.call("sync", {"sessions": {}})["ok"], "the socket goes on"
