"""Sending, paging and read marks over REST; notes move nothing of the visitor's."""

from typing import Any

import pytest

from chat_app.delivery.schemas.message import DraftSchema
from tests.delivery.http.test_opening import NOBODY
from tests.delivery.installation import OPEN, Installation, bearer
from tests.delivery.shapes import PAGE, check_message, check_problem


def page(installation: Installation, token: str, session_id: str, **query: Any) -> dict[str, Any]:
    response = installation.client.get(
        f"{OPEN}/{session_id}/messages", query_string=query, headers=bearer(token)
    )
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.get_json()
    assert set(found) == PAGE
    for one in found["messages"]:
        check_message(one)
    return found


def bodies(found: dict[str, Any]) -> list[str]:
    return [one["body"] for one in found["messages"]]


def numbers(found: dict[str, Any]) -> list[int]:
    return [one["seq"] for one in found["messages"]]


def send(installation: Installation, token: str, session_id: str, **body: Any) -> Any:
    return installation.client.post(
        f"{OPEN}/{session_id}/messages", json=body, headers=bearer(token)
    )


def mark(installation: Installation, token: str, session_id: str, seq: int) -> Any:
    return installation.client.post(
        f"{OPEN}/{session_id}/read", json={"seq": seq}, headers=bearer(token)
    )


@pytest.fixture
def talk(installation: Installation) -> tuple[str, str, str]:
    """v1, a note, a2, v3 … as (session id, visitor's token, agent's token)."""
    session, visitor = installation.open_session(name="Ada")
    agent = installation.make_agent(name="Bo")
    installation.send(visitor, session["id"], "one", client_msg_id="v-1")
    installation.send(agent, session["id"], "hidden", kind="note")
    installation.send(agent, session["id"], "two", client_msg_id="a-1")
    installation.send(visitor, session["id"], "three")
    return session["id"], visitor, agent


class TestSending:
    def test_answers_with_the_stored_message(self, installation: Installation) -> None:
        session, token = installation.open_session(name="Ada")
        response = send(installation, token, session["id"], body="hi", client_msg_id="a.b:c_1-2")
        assert response.status_code == 201
        assert set(response.get_json()) == {"message"}
        message = response.get_json()["message"]
        check_message(message)
        assert message["session_id"] == session["id"]
        assert message["seq"] == message["revision"] == 1
        assert message["client_msg_id"] == "a.b:c_1-2"
        assert message["kind"] == "text"
        assert message["sender"]["kind"] == "visitor"
        assert message["sender"]["name"] == "Ada"
        assert message["status"] == "sent"
        assert message["attachments"] == []

    def test_text_comes_back_as_it_was_sent(self, installation: Installation) -> None:
        session, token = installation.open_session()
        texts = [
            "<script>alert(1)</script>", "{{7*7}}", "👩‍👩‍👧‍👦 e\u0301", "\u202eabc", "  spaces  ",
            "a\r\nb", "x" * 4_000, "𠮷" * 4_000, "'; DROP TABLE message; --",
        ]  # fmt: skip
        for text in texts:
            sent = send(installation, token, session["id"], body=text)
            assert (sent.status_code, sent.get_json()["message"]["body"]) == (201, text)
        assert bodies(page(installation, token, session["id"])) == texts

    def test_the_same_client_msg_id_gives_the_stored_message(
        self, installation: Installation
    ) -> None:
        session, token = installation.open_session()
        first = send(installation, token, session["id"], body="one", client_msg_id="1").get_json()
        before = installation.dump()
        again = send(installation, token, session["id"], body="other", client_msg_id="1")
        assert again.status_code == 200
        assert again.get_json() == first
        assert installation.dump() == before

    def test_also_after_the_session_is_closed(self, installation: Installation) -> None:
        session, token = installation.open_session()
        first = send(installation, token, session["id"], body="one", client_msg_id="1").get_json()
        installation.client.post(f"{OPEN}/{session['id']}/close", headers=bearer(token))
        again = send(installation, token, session["id"], body="", client_msg_id="1")
        assert again.status_code == 200
        assert again.get_json()["message"]["id"] == first["message"]["id"]
        new = send(installation, token, session["id"], body="two", client_msg_id="2")
        check_problem(new, 409, "session_closed")

    def test_ids_of_different_senders_do_not_meet(self, installation: Installation) -> None:
        session, token = installation.open_session()
        agents = installation.make_agent(), installation.make_agent()
        for sender in (token, *agents):
            answer = send(installation, sender, session["id"], body="x", client_msg_id="1")
            assert answer.status_code == 201

    def test_without_a_client_msg_id_every_send_is_new(self, installation: Installation) -> None:
        session, token = installation.open_session()
        sent = [installation.send(token, session["id"]) for _ in range(2)]
        assert [one["seq"] for one in sent] == [1, 2]

    def test_replies_name_a_message_that_the_sender_can_see(
        self, installation: Installation
    ) -> None:
        session, token = installation.open_session()
        agent = installation.make_agent()
        said = installation.send(token, session["id"])
        note = installation.send(agent, session["id"], kind="note")
        other, stranger = installation.open_session()
        foreign = installation.send(stranger, other["id"])
        reply = send(installation, agent, session["id"], body="x", reply_to=said["id"].upper())
        assert reply.get_json()["message"]["reply_to"] == said["id"]
        before = installation.dump()
        for target in (note["id"], foreign["id"], NOBODY):
            for sender in (token, agent):
                refused = send(installation, sender, session["id"], body="x", reply_to=target)
                assert "reply_to" in check_problem(refused, 422, "validation")["errors"]
        assert installation.dump() == before

    @pytest.mark.parametrize("more", [{"kind": "file"}, {"attachment_ids": [NOBODY]}])
    def test_attachments_that_do_not_exist(
        self, installation: Installation, more: dict[str, Any]
    ) -> None:
        session, token = installation.open_session()
        refused = send(installation, token, session["id"], body="x", **more)
        assert "attachment_ids" in check_problem(refused, 422, "validation")["errors"]

    def test_visitors_write_no_notes(self, installation: Installation) -> None:
        session, token = installation.open_session()
        before = installation.dump()
        check_problem(
            send(installation, token, session["id"], body="x", kind="note"), 403, "forbidden"
        )
        assert installation.dump() == before


class TestPaging:
    def test_a_visitor_sees_no_holes_and_no_notes(
        self, installation: Installation, talk: tuple[str, str, str]
    ) -> None:
        session_id, visitor, _ = talk
        found = page(installation, visitor, session_id)
        assert bodies(found) == ["one", "two", "three"]
        assert numbers(found) == [1, 2, 3]
        assert [one["revision"] for one in found["messages"]] == [1, 2, 3]
        assert (found["last_seq"], found["revision"], found["has_more"]) == (3, 3, False)
        assert [one["client_msg_id"] for one in found["messages"]][:2] == ["v-1", None]

    def test_an_agent_sees_everything(
        self, installation: Installation, talk: tuple[str, str, str]
    ) -> None:
        session_id, _, agent = talk
        found = page(installation, agent, session_id)
        assert bodies(found) == ["one", "hidden", "two", "three"]
        assert numbers(found) == [1, 2, 3, 4]
        assert (found["last_seq"], found["revision"]) == (4, 4)
        assert next(one["client_msg_id"] for one in found["messages"]) == "v-1"

    def test_both_hold_the_same_epoch(
        self, installation: Installation, talk: tuple[str, str, str]
    ) -> None:
        session_id, visitor, agent = talk
        found = {page(installation, one, session_id)["epoch"] for one in (visitor, agent)}
        assert found == {installation.read(visitor, session_id)["epoch"]}

    @pytest.mark.parametrize(
        ("query", "expected", "more"),
        [
            ({"after_seq": 0}, [1, 2, 3], False),
            ({"after_seq": 1, "limit": 1}, [2], True),
            ({"after_seq": 2}, [3], False),
            ({"after_seq": 3}, [], False),
            ({"after_seq": 2**53}, [], False),
            ({"before_seq": 3}, [1, 2], False),
            ({"before_seq": 3, "limit": 1}, [2], True),
            ({"before_seq": 0}, [], False),
            ({"before_seq": 1}, [], False),
            ({"limit": 2}, [2, 3], True),
            ({"after_revision": 1, "limit": 1}, [2], True),
            ({"after_revision": 3}, [], False),
        ],
    )
    def test_pages_in_the_visitors_numbers(
        self,
        installation: Installation,
        talk: tuple[str, str, str],
        query: dict[str, int],
        expected: list[int],
        more: bool,
    ) -> None:
        session_id, visitor, _ = talk
        found = page(installation, visitor, session_id, **query)
        assert (numbers(found), found["has_more"]) == (expected, more)

    def test_pages_in_the_agents_numbers(
        self, installation: Installation, talk: tuple[str, str, str]
    ) -> None:
        session_id, _, agent = talk
        assert numbers(page(installation, agent, session_id, after_seq=1)) == [2, 3, 4]
        assert numbers(page(installation, agent, session_id, before_seq=3)) == [1, 2]
        assert numbers(page(installation, agent, session_id, after_revision=2)) == [3, 4]

    def test_two_bounds_at_once_are_refused(
        self, installation: Installation, talk: tuple[str, str, str]
    ) -> None:
        session_id, visitor, _ = talk
        response = installation.client.get(
            f"{OPEN}/{session_id}/messages?after_seq=1&before_seq=2", headers=bearer(visitor)
        )
        check_problem(response, 422, "validation")


class TestReadMarks:
    def test_move_only_upward(self, installation: Installation, talk: tuple[str, str, str]) -> None:
        session_id, visitor, agent = talk
        assert installation.read(visitor, session_id)["unread"] == 1
        assert installation.read(agent, session_id)["unread"] == 2
        assert mark(installation, agent, session_id, 4).get_json() == {"unread": 0}
        assert mark(installation, agent, session_id, 1).get_json() == {"unread": 0}
        assert mark(installation, visitor, session_id, 1).get_json() == {"unread": 1}
        assert mark(installation, visitor, session_id, 2).get_json() == {"unread": 0}

    def test_status_follows_what_the_other_side_has_fetched_and_read(
        self, installation: Installation, talk: tuple[str, str, str]
    ) -> None:
        session_id, visitor, agent = talk

        def statuses(token: str) -> list[str]:
            # A limit of nothing is not possible: reading moves only the reader's own marks.
            return [one["status"] for one in page(installation, token, session_id)["messages"]]

        revision = installation.read(agent, session_id)["revision"]
        assert statuses(visitor) == ["sent", "sent", "sent"]
        assert statuses(agent) == ["sent", "sent", "delivered", "sent"]
        assert statuses(visitor) == ["delivered", "delivered", "delivered"]
        mark(installation, agent, session_id, 1)
        mark(installation, visitor, session_id, 2)
        assert statuses(visitor) == ["read", "read", "delivered"]
        assert statuses(agent) == ["read", "sent", "read", "delivered"]
        assert installation.read(agent, session_id)["revision"] == revision

    def test_what_does_not_exist_yet_cannot_be_read(
        self, installation: Installation, talk: tuple[str, str, str]
    ) -> None:
        session_id, visitor, agent = talk
        before = installation.dump()
        refused = mark(installation, visitor, session_id, 4)
        assert "seq" in check_problem(refused, 422, "validation")["errors"]
        check_problem(mark(installation, agent, session_id, 5), 422, "validation")
        assert installation.dump() == before

    def test_a_note_changes_nothing_that_a_visitor_sees(
        self, installation: Installation, talk: tuple[str, str, str]
    ) -> None:
        session_id, visitor, agent = talk
        before = installation.read(visitor, session_id), page(installation, visitor, session_id)
        page(installation, visitor, session_id)
        before = installation.read(visitor, session_id), page(installation, visitor, session_id)
        installation.send(agent, session_id, "hidden again", kind="note")
        after = installation.read(visitor, session_id), page(installation, visitor, session_id)
        assert after == before


def test_no_request_has_its_schema_made_anew(
    installation: Installation, talk: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    session_id, visitor, _ = talk
    send(installation, visitor, session_id, body="first")  # what is made at first use is there now

    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("a schema was made")

    monkeypatch.setattr(DraftSchema, "__init__", fail)
    assert send(installation, visitor, session_id, body="again").status_code == 201
