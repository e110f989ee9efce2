"""What a client asks for, and gets, in the acknowledgement."""

from typing import Any

import pytest

from tests.delivery.installation import OPEN, Installation, bearer
from tests.delivery.realtime.wire import Socket
from tests.delivery.scene import NOBODYS_ID

Talk = tuple[str, Socket, Socket]


@pytest.fixture
def talk(installation: Installation) -> Talk:
    """v1, a note, a2 … of a visitor's and an agent's socket, none of which has joined."""
    session, visitor = installation.open_session(name="Ada")
    agent = installation.make_agent(name="Bo")
    installation.send(visitor, session["id"], "one")
    installation.send(agent, session["id"], "hidden", kind="note")
    installation.send(agent, session["id"], "two")
    sockets = installation.socket("/visitor", visitor), installation.socket("/agent", agent)
    return session["id"], *sockets


def join(socket: Socket, session_id: str, **more: Any) -> dict[str, Any]:
    ack: dict[str, Any] = socket.call("join_session", {"session_id": session_id, **more})
    assert ack["ok"], ack
    return ack


def send(socket: Socket, session_id: str, client_msg_id: str, body: str = "x", **more: Any) -> Any:
    payload = {"session_id": session_id, "client_msg_id": client_msg_id, "body": body, **more}
    return socket.call("send_message", payload)


def bodies(ack: dict[str, Any], key: str = "messages") -> list[str]:
    return [one["body"] for one in ack[key]]


class TestJoining:
    def test_gives_what_is_missing_in_the_readers_numbers(self, talk: Talk) -> None:
        session_id, visitor, agent = talk
        ack = join(visitor, session_id)
        assert bodies(ack) == ["one", "two"]
        assert [one["seq"] for one in ack["messages"]] == [1, 2]
        assert (ack["last_seq"], ack["revision"], ack["has_more"]) == (2, 2, False)
        assert "changed" not in ack
        assert bodies(join(visitor, session_id, after_seq=1)) == ["two"]
        assert bodies(join(visitor, session_id, after_seq=2)) == []
        assert bodies(join(agent, session_id, after_seq=1)) == ["hidden", "two"]

    def test_says_what_changed_before(self, talk: Talk) -> None:
        session_id, visitor, agent = talk
        ack = join(visitor, session_id, after_seq=1, after_revision=0)
        assert bodies(ack, "changed") == ["one"]
        ack = join(agent, session_id, after_seq=2, after_revision=1)
        assert bodies(ack, "changed") == ["hidden"]
        assert bodies(join(visitor, session_id, after_seq=2, after_revision=2), "changed") == []

    def test_another_epoch_begins_from_the_start(self, talk: Talk) -> None:
        session_id, visitor, _ = talk
        ack = join(visitor, session_id, after_seq=2, after_revision=2, epoch="another")
        assert bodies(ack) == ["one", "two"]
        known = ack["epoch"]
        assert bodies(join(visitor, session_id, after_seq=2, epoch=known)) == []

    def test_holds_at_most_200(self, installation: Installation, talk: Talk) -> None:
        session_id, visitor, agent = talk
        for number in range(200):
            send(agent, session_id, f"m-{number}")
        ack = join(visitor, session_id, after_seq=1)
        assert len(ack["messages"]) == 200
        assert ack["has_more"] is True
        rest = join(visitor, session_id, after_seq=ack["messages"][-1]["seq"])
        assert (len(rest["messages"]), rest["has_more"]) == (1, False)

    def test_delivers_what_it_gives(self, installation: Installation, talk: Talk) -> None:
        session_id, visitor, agent = talk
        join(visitor, session_id)
        statuses = [one["status"] for one in join(agent, session_id)["messages"]]
        assert statuses == ["sent", "sent", "delivered"]

    def test_leaving_ends_the_pushes(self, installation: Installation, talk: Talk) -> None:
        session_id, visitor, agent = talk
        join(visitor, session_id)
        assert visitor.call("leave_session", {"session_id": session_id}) == {"ok": True}
        send(agent, session_id, "1")
        assert visitor.received("message_created") == []


class TestSending:
    def test_twice_stores_once(self, installation: Installation, talk: Talk) -> None:
        session_id, visitor, _ = talk
        first = send(visitor, session_id, "1", "hi")
        assert first["ok"]
        assert first["duplicate"] is False
        before = installation.dump()
        again = send(visitor, session_id, "1", "other")
        assert again == {**first, "duplicate": True}
        assert installation.dump() == before

    def test_meets_the_same_id_over_rest(self, installation: Installation) -> None:
        session, token = installation.open_session()
        socket = installation.socket("/visitor", token)
        stored = installation.send(token, session["id"], "hi", client_msg_id="1")
        again = send(socket, session["id"], "1", "other")
        assert (again["duplicate"], again["message"]["id"]) == (True, stored["id"])
        sent = send(socket, session["id"], "2", "hi")["message"]
        response = installation.client.post(
            f"{OPEN}/{session['id']}/messages",
            json={"body": "other", "client_msg_id": "2"},
            headers=bearer(token),
        )
        assert response.status_code == 200
        assert response.get_json()["message"] == sent

    def test_needs_a_client_msg_id(self, talk: Talk) -> None:
        session_id, visitor, _ = talk
        ack = visitor.call("send_message", {"session_id": session_id, "body": "x"})
        assert ack["error"]["code"] == "validation"

    @pytest.mark.parametrize("body", ["", " ", "\u200b\n", "x" * 4_001])
    def test_that_says_nothing_or_too_much(
        self, installation: Installation, talk: Talk, body: str
    ) -> None:
        session_id, visitor, agent = talk
        before = installation.dump()
        for socket in (visitor, agent):
            assert "body" in send(socket, session_id, "1", body)["error"]["errors"]
        assert installation.dump() == before

    def test_a_note_is_for_agents(self, installation: Installation, talk: Talk) -> None:
        session_id, visitor, agent = talk
        assert send(visitor, session_id, "1", kind="note")["error"]["code"] == "forbidden"
        assert send(agent, session_id, "1", kind="note")["message"]["kind"] == "note"

    def test_into_a_closed_session(self, talk: Talk) -> None:
        session_id, visitor, _ = talk
        stored = send(visitor, session_id, "1")
        assert visitor.call("close_session", {"session_id": session_id, "reason": "bye"})["ok"]
        assert send(visitor, session_id, "2")["error"]["code"] == "session_closed"
        assert send(visitor, session_id, "1")["message"]["id"] == stored["message"]["id"]

    def test_two_hundred_without_waiting_keep_their_order(
        self, installation: Installation, talk: Talk
    ) -> None:
        session_id, visitor, agent = talk
        for number in range(200):
            assert send(visitor, session_id, str(number), f"m{number}")["ok"]
        got = join(agent, session_id, after_seq=3)["messages"]
        assert [one["body"] for one in got] == [f"m{number}" for number in range(200)]
        assert [one["seq"] for one in got] == list(range(4, 204))


class TestReadingAndSyncing:
    def test_marks_move_only_upward(self, talk: Talk) -> None:
        session_id, visitor, agent = talk
        for socket, seq, unread in (
            (agent, 1, 0), (visitor, 1, 1), (visitor, 2, 0), (visitor, 1, 0),
        ):  # fmt: skip
            ack = socket.call("mark_read", {"session_id": session_id, "seq": seq})
            assert ack == {"ok": True, "unread": unread}
        ahead = visitor.call("mark_read", {"session_id": session_id, "seq": 3})
        assert ahead["error"]["code"] == "validation"

    def test_sync_says_where_visible_sessions_stand(
        self, installation: Installation, talk: Talk
    ) -> None:
        session_id, visitor, agent = talk
        foreign, _ = installation.open_session(department_id=installation.make_department())
        asked = {session_id: 0, foreign["id"]: 0, NOBODYS_ID: 7}
        assert visitor.call("sync", {"sessions": asked})["sessions"] == {
            session_id: {"last_seq": 2, "revision": 2}
        }
        assert agent.call("sync", {"sessions": asked})["sessions"] == {
            session_id: {"last_seq": 3, "revision": 3}
        }
        assert agent.call("sync", {"sessions": {}})["sessions"] == {}

    def test_sync_counts_as_delivered_but_never_beyond_what_exists(self, talk: Talk) -> None:
        session_id, visitor, agent = talk
        visitor.call("sync", {"sessions": {session_id: 10**6}})
        statuses = [one["status"] for one in join(agent, session_id)["messages"]]
        assert statuses == ["sent", "sent", "delivered"]


class TestServing:
    def test_accepting(self, installation: Installation, talk: Talk) -> None:
        session_id, _, agent = talk
        wrong = agent.call("accept_session", {"session_id": session_id, "assign_epoch": 3})
        assert wrong["error"]["code"] == "stale_assignment"
        ack = agent.call("accept_session", {"session_id": session_id, "assign_epoch": 0})
        assert ack["session"]["status"] == "active"
        assert ack["session"]["agent"]["name"] == "Bo"
        other = installation.socket("/agent", installation.make_agent())
        late = other.call("accept_session", {"session_id": session_id, "assign_epoch": 1})
        assert late["error"]["code"] == "already_assigned"

    def test_closing(self, talk: Talk) -> None:
        session_id, visitor, agent = talk
        missing = agent.call("close_session", {"session_id": session_id})
        assert missing["error"]["code"] == "validation"
        stale = agent.call("close_session", {"session_id": session_id, "assign_epoch": 5})
        assert stale["error"]["code"] == "stale_assignment"
        first = visitor.call("close_session", {"session_id": session_id})
        assert first["session"]["status"] == "closed"
        again = agent.call("close_session", {"session_id": session_id, "assign_epoch": 5})
        assert again["session"]["closed_at"] == first["session"]["closed_at"]

    def test_setting_a_status(self, installation: Installation, talk: Talk) -> None:
        _, _, agent = talk
        assert installation.services.sites.public().agents_online
        for status in ("away", "offline", "online"):
            ack = agent.call("set_status", {"status": status})
            assert ack["agent"]["status"] == status
            online = installation.services.sites.public().agents_online
            assert online == (status == "online")

    def test_watching_counts_what_one_may_see(self, installation: Installation) -> None:
        department = installation.make_department()
        for given in ({}, {"department_id": department}):
            installation.open_session(**given)
        agent = installation.socket("/agent", installation.make_agent())
        boss = installation.socket("/agent", installation.make_agent("admin"))
        assert agent.call("watch_inbox", {})["counts"]["queued"] == 1
        assert boss.call("watch_inbox", {})["counts"]["queued"] == 2
