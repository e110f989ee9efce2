"""Who hears of what, and who does not."""

from typing import Any

import pytest

from tests.delivery import shapes
from tests.delivery.installation import OPEN, Installation, bearer
from tests.delivery.realtime.wire import Socket
from tests.delivery.scene import soon


class Room:
    """A session with two sockets of its visitor, two agents and a supervisor that follow it."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        session, self.visitor_token = installation.open_session(name="Ada")
        self.id: str = session["id"]
        self.agent_token = installation.make_agent(name="Bo")
        connect = installation.socket
        self.visitor = connect("/visitor", self.visitor_token)
        self.phone = connect("/visitor", self.visitor_token)
        self.agent = connect("/agent", self.agent_token)
        self.colleague = connect("/agent", installation.make_agent(name="Cy"))
        self.sockets = (self.visitor, self.phone, self.agent, self.colleague)
        for socket in self.sockets:
            assert socket.call("join_session", {"session_id": self.id})["ok"]
        self.forget()

    def forget(self) -> None:
        for socket in self.sockets:
            socket.forget()

    def send(self, socket: Socket, body: str, number: str = "1", **more: Any) -> Any:
        payload = {"session_id": self.id, "client_msg_id": number, "body": body, **more}
        ack = socket.call("send_message", payload)
        assert ack["ok"], ack
        return ack["message"]

    def names(self, socket: Socket) -> list[str]:
        return [push.name for push in socket.received()]


@pytest.fixture
def room(installation: Installation) -> Room:
    return Room(installation)


class TestMessages:
    def test_reach_everybody_but_the_socket_that_sent_them(self, room: Room) -> None:
        sent = room.send(room.visitor, "hi")
        for socket in (room.phone, room.agent, room.colleague):
            [push] = socket.received("message_created")
            assert set(push.data) == {"message", "revision"}
            assert push.data["revision"] == 1
            shapes.check_message(push.data["message"])
            assert push.data["message"]["id"] == sent["id"]
        assert room.visitor.heard() == []

    def test_sent_twice_are_pushed_once(self, room: Room) -> None:
        room.send(room.visitor, "hi")
        room.send(room.visitor, "hi")
        assert len(room.agent.received("message_created")) == 1

    def test_over_rest_reach_every_socket(self, room: Room) -> None:
        room.installation.send(room.visitor_token, room.id, "hi")
        for socket in room.sockets:
            assert socket.wait_for("message_created")["message"]["body"] == "hi"

    def test_keep_their_order(self, room: Room) -> None:
        for number in range(30):
            room.send(room.visitor, str(number), str(number))
        got = [push.data["message"]["seq"] for push in room.agent.received("message_created")]
        assert got == list(range(1, 31))

    def test_a_note_makes_no_frame_for_the_visitor(self, room: Room) -> None:
        room.send(room.agent, "topsecret", kind="note")
        assert room.colleague.wait_for("message_created")["message"]["body"] == "topsecret"
        for socket in (room.visitor, room.phone):
            assert socket.heard() == []
        room.send(room.agent, "open", "2")
        pushed = room.visitor.wait_for("message_created")
        assert (pushed["message"]["seq"], pushed["revision"]) == (1, 1)
        assert room.colleague.received("message_created")[-1].data["message"]["seq"] == 2
        assert not any("topsecret" in frame for frame in room.visitor.frames)

    def test_a_visitor_hears_no_others_client_ids(self, room: Room) -> None:
        room.send(room.agent, "hi", "agents-own")
        assert room.visitor.wait_for("message_created")["message"]["client_msg_id"] is None
        assert room.colleague.wait_for("message_created")["message"]["client_msg_id"]

    def test_other_sessions_hear_nothing(self, room: Room) -> None:
        session, token = room.installation.open_session()
        stranger = room.installation.socket("/visitor", token)
        stranger.call("join_session", {"session_id": session["id"]})
        room.send(room.visitor, "hi")
        assert stranger.heard() == []

    def test_who_has_not_joined_hears_nothing(self, room: Room) -> None:
        quiet = room.installation.socket("/visitor", room.visitor_token)
        room.send(room.agent, "hi")
        assert quiet.received() == []


class TestMarksAndTyping:
    def test_read_marks_are_told_in_each_sides_numbers(self, room: Room) -> None:
        room.send(room.agent, "hidden", "1", kind="note")
        room.send(room.agent, "hi", "2")
        room.forget()
        room.visitor.call("mark_read", {"session_id": room.id, "seq": 1})
        marks = {"session_id": room.id, "reader": "visitor"}
        for_agents = room.agent.wait_for("read_updated", lambda data: data["read_seq"] == 2)
        assert for_agents == marks | {"delivered_seq": 2, "read_seq": 2}
        for_phone = room.phone.wait_for("read_updated", lambda data: data["read_seq"] == 1)
        assert for_phone == marks | {"delivered_seq": 1, "read_seq": 1}
        assert room.visitor.received("read_updated") == []

    def test_reading_a_note_tells_a_visitor_nothing_of_it(self, room: Room) -> None:
        room.send(room.agent, "hidden", kind="note")
        room.forget()
        room.colleague.call("mark_read", {"session_id": room.id, "seq": 1})
        for push in room.visitor.received("read_updated"):
            assert push.data["read_seq"] == push.data["delivered_seq"] == 0

    def test_typing_is_told_to_the_others(self, room: Room) -> None:
        payload = {"session_id": room.id, "typing": True, "preview": "I am wri"}
        assert room.visitor.call("set_typing", payload) == {"ok": True}
        told = room.agent.wait_for("typing_changed")
        assert told["typing"] is True
        assert told["preview"] == "I am wri"
        assert set(told["sender"]) == {"kind", "id", "name"}
        assert "preview" not in room.phone.wait_for("typing_changed")
        assert room.visitor.heard() == []

    def test_an_agents_preview_goes_nowhere(self, room: Room) -> None:
        room.agent.call("set_typing", {"session_id": room.id, "typing": True, "preview": "hm"})
        for socket in (room.visitor, room.colleague):
            assert "preview" not in socket.wait_for("typing_changed")

    def test_typing_stores_nothing(self, room: Room) -> None:
        before = room.installation.dump()
        room.visitor.call("set_typing", {"session_id": room.id, "typing": False})
        assert room.installation.dump() == before


class TestSessions:
    def test_a_new_one_is_told_to_the_inboxes_that_may_see_it(
        self, installation: Installation
    ) -> None:
        department = installation.make_department()
        tokens = {
            "member": installation.make_agent(department_ids=[department]),
            "outsider": installation.make_agent(),
            "boss": installation.make_agent("supervisor"),
        }
        sockets = {name: installation.socket("/agent", one) for name, one in tokens.items()}
        quiet = installation.socket("/agent", tokens["boss"])
        for socket in sockets.values():
            socket.call("watch_inbox", {})
            socket.forget()
        session, _ = installation.open_session(department_id=department)
        for name in ("member", "boss"):
            [push] = sockets[name].received("session_queued")
            assert set(push.data) == {"session"}
            shapes.check_session(push.data["session"], for_visitor=False)
            assert push.data["session"]["id"] == session["id"]
        assert sockets["outsider"].received("session_queued") == []
        assert quiet.received("session_queued") == []
        installation.open_session()
        assert [len(one.received("session_queued")) for one in sockets.values()] == [2, 1, 2]

    def test_being_assigned_is_told_to_room_inbox_and_agent(self, room: Room) -> None:
        watcher = room.installation.socket("/agent", room.installation.make_agent())
        watcher.call("watch_inbox", {})
        room.agent.call("accept_session", {"session_id": room.id, "assign_epoch": 0})
        for socket in (room.visitor, room.phone):
            told = socket.wait_for("session_assigned")
            assert set(told) == {"session", "reason"}
            shapes.check_session(told["session"], for_visitor=True)
            assert told["reason"] == "accept"
            assert told["session"]["agent"]["name"] == "Bo"
        for socket in (room.colleague, watcher):
            told = socket.wait_for("session_assigned")
            shapes.check_session(told["session"], for_visitor=False)

    def test_closing_is_told_to_room_and_inbox(self, room: Room) -> None:
        watcher = room.installation.socket("/agent", room.installation.make_agent())
        watcher.call("watch_inbox", {})
        room.visitor.call("close_session", {"session_id": room.id, "reason": "bye"})
        told = room.phone.wait_for("session_closed")
        assert set(told) == {"session"}
        shapes.check_session(told["session"], for_visitor=True)
        for socket in (room.agent, watcher):
            told = socket.wait_for("session_closed")["session"]
            shapes.check_session(told, for_visitor=False)
            assert told["close_reason"] == "bye"
        line = room.phone.wait_for("message_created")["message"]
        assert line["kind"] == line["sender"]["kind"] == "system"

    def test_closing_again_tells_nobody(self, room: Room) -> None:
        room.visitor.call("close_session", {"session_id": room.id})
        room.forget()
        room.phone.call("close_session", {"session_id": room.id})
        assert room.agent.received() == []

    def test_being_passed_on_is_told_to_room_and_to_whoever_gets_it(self, room: Room) -> None:
        room.installation.accept(room.agent_token, room.id)
        department = room.installation.make_department()
        boss = room.installation.socket("/agent", room.installation.make_agent("supervisor"))
        boss.call("watch_inbox", {})
        boss.call("join_session", {"session_id": room.id})
        boss.forget()
        room.forget()
        ack = room.agent.call(
            "transfer_session",
            {"session_id": room.id, "assign_epoch": 1, "department_id": department, "note": "psst"},
        )
        assert (ack["session"]["status"], ack["session"]["agent"]) == ("queued", None)
        [told] = room.visitor.received("session_updated")
        shapes.check_session(told.data["session"], for_visitor=True)
        assert told.data["session"]["status"] == "queued"
        assert len(room.visitor.received("message_created")) == 1, "the line, not the note"
        assert len(boss.received("message_created")) == 2
        assert "session_updated" in room.names(boss)

    def test_those_who_saw_it_where_it_was_hear_that_it_left(
        self, installation: Installation
    ) -> None:
        sales, support = installation.make_department(), installation.make_department()
        boss = installation.make_agent("supervisor")
        tokens = {
            "sales": installation.make_agent(department_ids=[sales]),
            "both": installation.make_agent(department_ids=[sales, support]),
            "neither": installation.make_agent(),
            "boss": boss,
        }
        sockets = {name: installation.socket("/agent", one) for name, one in tokens.items()}
        session, _ = installation.open_session(department_id=sales)
        path = f"/api/chat/sessions/{session['id']}"
        for socket in sockets.values():
            socket.call("watch_inbox", {})
            socket.forget()
        changes = {"department_id": support}
        assert installation.client.patch(path, json=changes, headers=bearer(boss)).status_code < 300
        for name, visible in (("sales", False), ("both", True)):
            assert sockets[name].wait_for("session_left") == {"session_id": session["id"]}
            synced = sockets[name].call("sync", {"sessions": {session["id"]: 0}})["sessions"]
            assert (session["id"] in synced) is visible
        installation.wire.settle()
        assert [one.name for one in sockets["sales"].received()] == ["session_left"]
        assert sockets["neither"].received() == []
        assert sockets["boss"].received("session_left") == []

        to = {"assign_epoch": 0, "agent_id": installation.actor(tokens["neither"]).id}
        installation.client.post(f"{path}/transfer", json=to, headers=bearer(boss))
        sockets["neither"].wait_for("session_assigned")
        to = {"assign_epoch": 1, "agent_id": installation.actor(tokens["both"]).id}
        installation.client.post(f"{path}/transfer", json=to, headers=bearer(boss))
        assert sockets["neither"].wait_for("session_left") == {"session_id": session["id"]}

    def test_putting_aside_is_told_to_agents_only(self, room: Room) -> None:
        room.installation.accept(room.agent_token, room.id)
        room.forget()
        payload = {"session_id": room.id, "assign_epoch": 1, "until": soon()}
        assert room.agent.call("snooze_session", payload)["session"]["status"] == "snoozed"
        [told] = room.colleague.received("session_updated")
        assert told.data["session"]["status"] == "snoozed"
        assert room.visitor.heard() == []

    def test_who_waits_hears_of_its_place_and_nobody_else_does(self, room: Room) -> None:
        first, token = room.installation.open_session()
        behind = room.installation.socket("/visitor", token)
        behind.call("join_session", {"session_id": first["id"]})
        room.forget()
        behind.forget()
        room.installation.accept(room.agent_token, room.id)
        told = behind.wait_for("queue_updated", lambda data: data["position"] == 1)
        assert told == {"session_id": first["id"], "position": 1, "wait_seconds": None}
        for socket in room.sockets:
            assert "queue_updated" not in room.names(socket)

    def test_messages_refresh_the_row_in_the_inbox(self, room: Room) -> None:
        watcher = room.installation.socket("/agent", room.installation.make_agent())
        watcher.call("watch_inbox", {})
        room.send(room.visitor, "hello there")
        told = watcher.wait_for(
            "session_updated", lambda data: bool(data["session"]["last_message"])
        )["session"]
        shapes.check_session(told, for_visitor=False)
        assert told["last_message"]["excerpt"] == "hello there"
        assert told["unread"] == 1
        assert watcher.received("message_created") == []

    def test_an_agents_status_is_told_to_inboxes(self, installation: Installation) -> None:
        token = installation.make_agent()
        me, other = (
            installation.socket("/agent", token),
            installation.socket("/agent", installation.make_agent()),
        )
        other.call("watch_inbox", {})
        me.call("set_status", {"status": "away"})
        told = other.wait_for("agent_status_changed", lambda data: data["status"] == "away")
        assert told == {"agent_id": installation.actor(token).id, "status": "away"}

    def test_opening_with_a_message_over_rest_reaches_a_following_agent(self, room: Room) -> None:
        room.installation.client.post(
            OPEN, json={"message": {"body": "again"}}, headers=bearer(room.visitor_token)
        )
        assert room.agent.wait_for("message_created")["message"]["body"] == "again"


def test_going_down_tells_every_client_another_moment(room: Room) -> None:
    room.installation.system.on_drain()
    waits = {socket.wait_for("server_draining")["reconnect_in"] for socket in room.sockets}
    assert len(waits) > 1
    assert all(0 <= wait <= 10 for wait in waits)
