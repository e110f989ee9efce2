"""`POST /api/chat/sessions`: who begins, who is found again, who is refused."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from chat_app.domain.site import Site
from tests.delivery import shapes
from tests.delivery.installation import OPEN, Installation, bearer
from tests.delivery.shapes import check_problem

NOBODY = "0190e7c4-7b3a-7cc1-8f1e-5a2d9f0c4b11"


def signed(site: Site, **claims: Any) -> str:
    soon = datetime.now(UTC) + timedelta(minutes=5)
    given = {"sub": "u-1", "aud": site.key, "exp": soon, **claims}
    return jwt.encode(given, site.identity_secret or "", algorithm="HS256")


def test_answers_with_exactly_the_documented_shape(installation: Installation) -> None:
    body = {
        "name": "小王", "email": "wang@example.com", "user_id": "42", "subject": "发货",
        "locale": "zh-CN", "attributes": {"plan": "pro"},
        "page": {"url": "https://shop.test/x", "title": "X", "referrer": ""},
        "message": {"client_msg_id": "m-1", "body": "你好"},
    }  # fmt: skip
    response = installation.client.post(OPEN, json=body)
    assert response.status_code == 201
    opened = response.get_json()
    assert set(opened) == {"session", "visitor", "visitor_token"}
    shapes.check_session(opened["session"], for_visitor=True)
    assert opened["session"]["status"] == "queued"
    assert opened["session"]["queue"] == {"position": 1, "wait_seconds": None}
    assert opened["session"]["last_seq"] == opened["session"]["revision"] == 1
    assert set(opened["visitor"]) == shapes.OWN_VISITOR
    assert opened["visitor"]["attributes"] == {"plan": "pro"}
    assert opened["visitor"]["verified"] is False
    assert len(opened["visitor_token"]) >= 43
    token, session_id = opened["visitor_token"], opened["session"]["id"]
    page = installation.client.get(f"{OPEN}/{session_id}/messages", headers=bearer(token))
    assert [one["body"] for one in page.get_json()["messages"]] == ["你好"]
    assert token not in str(installation.dump()), "a token is stored as its hash only"


def test_null_says_the_same_as_nothing(installation: Installation) -> None:
    nothing = (
        "site_key", "user_id", "name", "email", "identity_token", "department_id", "subject",
        "locale", "client_session_id", "page", "attributes", "message",
    )  # fmt: skip
    response = installation.client.post(OPEN, json=dict.fromkeys(nothing))
    assert response.status_code == 201, response.get_json()
    opened = response.get_json()
    session, visitor = opened["session"], opened["visitor"]
    assert [session[key] for key in ("department", "subject", "last_seq")] == [None, None, 0]
    assert [visitor[key] for key in ("user_id", "name", "email", "locale")] == [None] * 4
    assert visitor["attributes"] == {}
    page = {"url": "https://shop.test/x", "title": None, "referrer": None}
    assert installation.client.post(OPEN, json={"page": page}).status_code == 201
    stored = str(installation.dump()["chat_session"])
    assert "https://shop.test/x" in stored
    assert "referrer" not in stored


def test_needs_no_body_at_all(installation: Installation) -> None:
    response = installation.client.post(OPEN)
    assert response.status_code == 201
    assert response.get_json()["visitor"]["name"] is None


def test_each_stranger_is_a_new_visitor(installation: Installation) -> None:
    same = {"user_id": "42", "email": "a@example.com"}
    first, second = (installation.client.post(OPEN, json=same).get_json() for _ in range(2))
    assert first["visitor"]["id"] != second["visitor"]["id"]
    assert first["session"]["id"] != second["session"]["id"]
    assert second["session"]["queue"]["position"] == 2


def test_a_known_visitor_finds_the_open_session_and_gets_no_new_token(
    installation: Installation,
) -> None:
    session, token = installation.open_session(name="A")
    again = installation.client.post(
        OPEN, json={"name": "B", "message": {"body": "more"}}, headers=bearer(token)
    )
    assert again.status_code == 200
    found = again.get_json()
    assert found["session"]["id"] == session["id"]
    assert found["visitor"]["name"] == "B"
    assert found["visitor_token"] is None
    assert found["session"]["last_seq"] == 1


def test_after_closing_a_known_visitor_begins_another_session(installation: Installation) -> None:
    session, token = installation.open_session()
    installation.client.post(f"{OPEN}/{session['id']}/close", headers=bearer(token))
    again = installation.client.post(OPEN, headers=bearer(token))
    assert again.status_code == 201
    assert again.get_json()["session"]["id"] != session["id"]
    assert again.get_json()["visitor_token"] is None


def test_the_same_client_session_id_finds_the_same_session_with_a_fresh_token(
    installation: Installation,
) -> None:
    body = {"client_session_id": str(uuid.uuid4()), "message": {"client_msg_id": "1", "body": "a"}}
    session, token = installation.open_session(**body)
    again = installation.client.post(OPEN, json=body)
    assert again.status_code == 200
    assert again.get_json()["session"]["id"] == session["id"]
    assert again.get_json()["session"]["last_seq"] == 1, "the first message was sent once"
    fresh = again.get_json()["visitor_token"]
    assert fresh not in (None, token)
    for known in (token, fresh):
        assert installation.read(known, session["id"])["id"] == session["id"]


def test_an_upper_case_client_session_id_is_the_same_id(installation: Installation) -> None:
    key = str(uuid.uuid4())
    session, _ = installation.open_session(client_session_id=key)
    again = installation.client.post(OPEN, json={"client_session_id": key.upper()})
    assert (again.status_code, again.get_json()["session"]["id"]) == (200, session["id"])


def test_a_foreign_client_session_id_opens_nothing(installation: Installation) -> None:
    key = str(uuid.uuid4())
    installation.open_session(client_session_id=key)
    _, other = installation.open_session()
    before = installation.dump()
    response = installation.client.post(
        OPEN, json={"client_session_id": key}, headers=bearer(other)
    )
    check_problem(response, 422, "validation")
    assert installation.dump() == before


class TestIdentified:
    def test_is_found_again_on_another_device(self, installation: Installation) -> None:
        site = installation.make_site()
        token = signed(site, name="Ada", email="ada@example.com", attributes={"plan": "pro"})
        body = {"site_key": site.key, "identity_token": token}
        first = installation.client.post(OPEN, json=body)
        second = installation.client.post(OPEN, json=body)
        assert (first.status_code, second.status_code) == (201, 200)
        one, other = first.get_json(), second.get_json()
        assert one["session"]["id"] == other["session"]["id"]
        assert other["visitor"]["verified"] is True
        assert other["visitor"]["name"] == "Ada"
        assert other["visitor_token"] not in (None, one["visitor_token"])

    def test_labels_never_join_an_identified_visitor(self, installation: Installation) -> None:
        site = installation.make_site()
        body = {"site_key": site.key, "identity_token": signed(site, email="ada@example.com")}
        known = installation.client.post(OPEN, json=body).get_json()
        labels = {"site_key": site.key, "user_id": "u-1", "email": "ada@example.com"}
        stranger = installation.client.post(OPEN, json=labels).get_json()
        assert stranger["visitor"]["id"] != known["visitor"]["id"]
        assert stranger["visitor"]["verified"] is False

    def test_is_refused_without_a_valid_token(self, installation: Installation) -> None:
        site, other = installation.make_site(), installation.make_site()
        now = datetime.now(UTC)
        plain = {"sub": "u-1", "aud": site.key, "exp": now + timedelta(minutes=5)}
        tokens = [
            "x", "a.b.c", signed(other), signed(site, aud=other.key),
            signed(site, exp=now - timedelta(minutes=5)), signed(site, exp=now + timedelta(hours=1)),
            signed(site, sub=1), signed(site, sub=""), signed(site, sub="x" * 256),
            signed(site, sub="a\x00"), signed(site, name=["x"]), signed(site, attributes=[1]),
            jwt.encode(plain, None, algorithm="none"),
            jwt.encode(plain, "another secret of the right length....", algorithm="HS256"),
            jwt.encode(plain, (site.identity_secret or "") * 2, algorithm="HS512"),
        ]  # fmt: skip
        before = installation.dump()
        for token in tokens:
            body = {"site_key": site.key, "identity_token": token}
            check_problem(installation.client.post(OPEN, json=body), 401, "unauthorized")
        assert installation.dump() == before


class TestRefused:
    def test_agents_open_no_sessions(self, installation: Installation) -> None:
        response = installation.client.post(OPEN, headers=bearer(installation.make_agent()))
        check_problem(response, 403, "forbidden")

    def test_an_unknown_site(self, installation: Installation) -> None:
        response = installation.client.post(OPEN, json={"site_key": "nobody"})
        check_problem(response, 404, "not_found")

    def test_a_token_of_another_site(self, installation: Installation) -> None:
        _, token = installation.open_session()
        body = {"site_key": installation.make_site().key}
        response = installation.client.post(OPEN, json=body, headers=bearer(token))
        check_problem(response, 401, "unauthorized")

    def test_an_unknown_department(self, installation: Installation) -> None:
        before = installation.dump()
        response = installation.client.post(OPEN, json={"department_id": NOBODY})
        assert "department_id" in check_problem(response, 422, "validation")["errors"]
        assert installation.dump() == before

    def test_a_blocked_visitor(self, installation: Installation) -> None:
        session, token = installation.open_session()
        with installation.uow() as uow:
            visitor_id = uow.sessions.get(session["id"]).visitor_id
            uow.visitors.get(visitor_id).blocked = True
            uow.commit()
        check_problem(installation.client.post(OPEN, headers=bearer(token)), 403, "blocked")
        sent = installation.client.post(
            f"{OPEN}/{session['id']}/messages", json={"body": "x"}, headers=bearer(token)
        )
        check_problem(sent, 403, "blocked")

    @pytest.mark.parametrize("body", ["", "   ", "\u200b", "\n\t", "x" * 4_001])
    def test_a_first_message_that_says_nothing_or_too_much(
        self, installation: Installation, body: str
    ) -> None:
        before = installation.dump()
        response = installation.client.post(OPEN, json={"message": {"body": body}})
        check_problem(response, 422, "validation")
        assert installation.dump() == before, "neither visitor nor session"
