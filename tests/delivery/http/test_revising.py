"""Editing and recalling (撤回): the message keeps its place, gets a new revision, and is told."""

from datetime import timedelta
from typing import Any

import pytest

from chat_app.infrastructure.clock import SystemClock
from tests.delivery.http.test_opening import NOBODY
from tests.delivery.installation import OPEN, Installation, bearer
from tests.delivery.shapes import TIME, check_message, check_problem


class Talk:
    """A visitor's and an agent's message with a note between them, and who follows."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        session, self.visitor = installation.open_session(name="Ada")
        self.id = session["id"]
        self.agent = installation.make_agent(name="Bo")
        self.first = installation.send(self.visitor, self.id, "one")
        self.note = installation.send(self.agent, self.id, "hidden", kind="note")
        self.answer = installation.send(self.agent, self.id, "two")

    def change(self, token: str, message_id: str, body: str | None) -> Any:
        """Edit, or recall without a body."""
        return self.installation.client.open(
            f"{OPEN}/{self.id}/messages/{message_id}",
            method="DELETE" if body is None else "PATCH",
            json=None if body is None else {"body": body},
            headers=bearer(token),
        )

    def changed(self, token: str, revision: int) -> list[str]:
        """The bodies of what is new or changed since."""
        page = self.installation.client.get(
            f"{OPEN}/{self.id}/messages?after_revision={revision}", headers=bearer(token)
        ).get_json()
        return [one["body"] for one in page["messages"]]


@pytest.fixture
def talk(installation: Installation) -> Talk:
    return Talk(installation)


def test_editing_keeps_the_place_and_raises_the_revision(talk: Talk) -> None:
    response = talk.change(talk.visitor, talk.first["id"], "won")
    assert response.status_code == 200
    message = response.get_json()["message"]
    check_message(message)
    assert (message["body"], message["seq"], message["revision"]) == ("won", 1, 3)
    assert TIME.fullmatch(message["edited_at"])
    assert message["recalled_at"] is None
    assert talk.changed(talk.visitor, 2) == ["won"]
    assert talk.changed(talk.agent, 3) == ["won"]
    assert talk.changed(talk.visitor, 3) == []


def test_recalling_leaves_an_empty_place(talk: Talk) -> None:
    response = talk.change(talk.agent, talk.answer["id"], None)
    message = response.get_json()["message"]
    assert (message["body"], message["seq"]) == ("", 3)
    assert TIME.fullmatch(message["recalled_at"])
    assert "two" not in str(talk.installation.dump()["message"])
    assert talk.changed(talk.visitor, 2) == [""]
    before = talk.installation.dump()
    assert talk.change(talk.agent, talk.answer["id"], None).status_code == 200
    assert talk.installation.dump() == before, "once is enough"


def test_what_was_recalled_stays_so(talk: Talk) -> None:
    talk.change(talk.agent, talk.answer["id"], None)
    check_problem(talk.change(talk.agent, talk.answer["id"], "again"), 403, "forbidden")


@pytest.mark.parametrize("body", ["changed", None])
def test_only_the_sender_changes_a_message(talk: Talk, body: str | None) -> None:
    before = talk.installation.dump()
    colleague = talk.installation.make_agent()
    before = talk.installation.dump()
    for token, message_id in (
        (talk.agent, talk.first["id"]),
        (talk.visitor, talk.answer["id"]),
        (colleague, talk.answer["id"]),
    ):
        check_problem(talk.change(token, message_id, body), 403, "forbidden")
    for token, message_id in ((talk.visitor, talk.note["id"]), (talk.agent, NOBODY)):
        check_problem(talk.change(token, message_id, body), 404, "not_found")
    assert talk.installation.dump() == before


def test_visitors_have_two_minutes_and_agents_all_day(talk: Talk) -> None:
    with talk.installation.uow() as uow:
        for one in (talk.first, talk.answer):
            message = uow.messages.get(talk.id, one["id"])
            message.created_at = SystemClock().now() - timedelta(minutes=2, seconds=1)
        uow.commit()
    check_problem(talk.change(talk.visitor, talk.first["id"], "late"), 403, "forbidden")
    check_problem(talk.change(talk.visitor, talk.first["id"], None), 403, "forbidden")
    assert talk.change(talk.agent, talk.answer["id"], "late").status_code == 200


@pytest.mark.parametrize("body", ["", " \n", "\u200b", "x" * 4_001])
def test_an_edit_says_something(talk: Talk, body: str) -> None:
    before = talk.installation.dump()
    refused = talk.change(talk.visitor, talk.first["id"], body)
    assert "body" in check_problem(refused, 422, "validation")["errors"]
    assert talk.installation.dump() == before


def test_the_others_are_told_in_their_own_numbers(talk: Talk) -> None:
    connect = talk.installation.socket
    writer, reader = connect("/agent", talk.agent), connect("/agent", talk.agent)
    visitor = connect("/visitor", talk.visitor)
    sockets = (writer, reader, visitor)
    for socket in sockets:
        socket.call("join_session", {"session_id": talk.id})
        socket.forget()
    message = {"session_id": talk.id, "message_id": talk.answer["id"]}
    ack = writer.call("edit_message", {**message, "body": "too"})
    assert ack["message"]["body"] == "too"
    told = visitor.wait_for("message_updated")
    assert set(told) == {"message", "revision"}
    check_message(told["message"])
    assert (told["message"]["seq"], told["revision"]) == (2, 3)
    assert reader.wait_for("message_updated")["revision"] == 4
    assert writer.received("message_updated") == []
    assert writer.call("recall_message", message)["message"]["body"] == ""
    visitor.wait_for("message_updated", lambda data: data["message"]["body"] == "")


def test_a_changed_note_tells_the_visitor_nothing(talk: Talk) -> None:
    visitor = talk.installation.socket("/visitor", talk.visitor)
    visitor.call("join_session", {"session_id": talk.id})
    visitor.forget()
    before = talk.installation.read(talk.visitor, talk.id)
    talk.change(talk.agent, talk.note["id"], "still hidden")
    talk.change(talk.agent, talk.note["id"], None)
    assert visitor.heard() == []
    assert talk.installation.read(talk.visitor, talk.id) == before
