"""Bots over sockets: what they say is pushed, and `hand_off` leads to people."""

from typing import Any

import pytest

from tests.builders import make_bot
from tests.delivery import shapes
from tests.delivery.installation import Installation
from tests.delivery.realtime.wire import Socket

BOT = make_bot(("refund", "退货"))


class Room:
    """A session of a bot, its visitor's socket, and an agent who follows it and the inbox."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        site = installation.make_site(bot=BOT)
        session, token = installation.open_session(site_key=site.key, locale="en")
        self.id: str = session["id"]
        self.visitor = installation.socket("/visitor", token)
        self.agent = installation.socket("/agent", installation.make_agent())
        self.agent.call("watch_inbox", {})
        for socket in (self.visitor, self.agent):
            assert socket.call("join_session", {"session_id": self.id})["ok"]
            socket.forget()

    def say(self, body: str, number: str = "1") -> None:
        payload = {"session_id": self.id, "client_msg_id": number, "body": body}
        assert self.visitor.call("send_message", payload)["ok"]

    def hand_off(self, socket: Socket, **more: Any) -> Any:
        return socket.call("hand_off", {"session_id": self.id, **more})


@pytest.fixture
def room(installation: Installation) -> Room:
    return Room(installation)


def test_an_answer_is_pushed_to_both_sides(room: Room) -> None:
    room.say("怎么退货")
    room.installation.services.outbox.drain()
    for socket in (room.visitor, room.agent):
        pushed = socket.wait_for(
            "message_created", lambda one: one["message"]["sender"]["kind"] == "bot"
        )
        shapes.check_message(pushed["message"])
        assert (pushed["message"]["seq"], pushed["message"]["body"]) == (3, "about refund")
        assert pushed["message"]["sender"]["name"] == "Momo"


def test_a_wish_in_words_moves_the_session_on_both_sides(room: Room) -> None:
    room.say("转人工")
    room.installation.services.outbox.drain()
    told = room.visitor.wait_for("session_updated")["session"]
    shapes.check_session(told, for_visitor=True)
    assert (told["status"], told["queue"]["position"]) == ("queued", 1)
    queued = room.agent.wait_for("session_queued")["session"]
    shapes.check_session(queued, for_visitor=False)
    line = room.visitor.wait_for("message_created", lambda one: one["message"]["kind"] == "system")
    assert line["message"]["body"] == "You are in the queue for a person"


def test_a_visitor_hands_off(room: Room) -> None:
    ack = room.hand_off(room.visitor)
    assert ack["ok"], ack
    shapes.check_session(ack["session"], for_visitor=True)
    assert ack["session"]["status"] == "queued"
    again = room.hand_off(room.visitor)
    assert again["session"] == ack["session"]


def test_an_agent_hands_off(room: Room) -> None:
    for more, code in (({}, "validation"), ({"assign_epoch": 9}, "stale_assignment")):
        ack = room.hand_off(room.agent, **more)
        assert (ack["ok"], ack["error"]["code"]) == (False, code)
    ack = room.hand_off(room.agent, assign_epoch=0)
    shapes.check_session(ack["session"], for_visitor=False)
    assert ack["session"]["status"] == "queued"


def test_what_is_over_stays_over(room: Room) -> None:
    assert room.visitor.call("close_session", {"session_id": room.id})["ok"]
    ack = room.hand_off(room.visitor)
    assert (ack["ok"], ack["error"]["code"]) == (False, "session_closed")
