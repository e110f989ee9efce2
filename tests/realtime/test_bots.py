"""A bot with real processes: it answers within a second, and leads to a person with the history."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.builders import make_bot
from tests.clients import Desk, open_session, sign_in
from tests.processes import Stack, until
from tests.realtime.test_plain_websocket import Plain

BOT: dict[str, Any] = {**make_bot(("refund", "退货"))}
NewAgents = Callable[[Stack, int], list[str]]


@pytest.fixture
def admin(fleet: Stack) -> Iterator[Desk]:
    """The first admin, who serves nobody meanwhile."""
    desk = sign_in(fleet.url)
    desk.status("away")
    yield desk
    desk.status("online")


@pytest.fixture
def site_key(admin: Desk) -> str:
    """Of a site with a bot."""
    made = admin.post("/api/sites", {"name": "With a bot", "bot": BOT})
    assert made.status_code == 201, made.text
    key: str = made.json()["site"]["key"]
    return key


def by_bot(pushed: dict[str, Any]) -> bool:
    return bool(pushed["message"]["sender"]["kind"] == "bot")


def test_a_visitor_asks_the_bot_and_then_for_a_person(
    fleet: Stack, site_key: str, new_agents: NewAgents
) -> None:
    visit = open_session(fleet.url, site_key=site_key, locale="zh-CN")
    assert visit.session(visit.session_id)["status"] == "bot"
    agent = sign_in(fleet.url, new_agents(fleet, 1)[0])
    with visit.socket() as visitor, agent.socket() as desk:
        desk.call("watch_inbox", {})
        visitor.join(visit.session_id)
        asked = time.monotonic()
        assert visitor.send_message(visit.session_id, "怎么退货？")["ok"]
        assert visitor.event("message_created", by_bot)["message"]["body"] == "about refund"
        taken = time.monotonic() - asked
        assert taken < 1, f"answered after {taken:.2f} s"

        assert visitor.send_message(visit.session_id, "转人工")["ok"]
        assigned = desk.event(
            "session_assigned", lambda one: one["session"]["id"] == visit.session_id
        )
        assert (assigned["reason"], assigned["session"]["status"]) == ("auto", "active")
        shown = desk.join(visit.session_id)["messages"]
    assert [(one["sender"]["kind"], one["body"]) for one in shown[:5]] == [
        ("bot", BOT["greeting"]),
        ("visitor", "怎么退货？"),
        ("bot", "about refund"),
        ("visitor", "转人工"),
        ("system", "正在为你转接人工客服，请稍候"),
    ]
    assert [one["seq"] for one in shown] == list(range(1, len(shown) + 1))
    agent.status("away")
    agent.end(visit.session_id)


def test_over_rest_and_many_at_once_in_order(fleet: Stack, site_key: str) -> None:
    visit = open_session(fleet.url, site_key=site_key)
    for number in range(8):
        assert visit.send(visit.session_id, f"refund {number}").ok
    for _ in until(10):
        said = visit.messages(visit.session_id)
        answers = [one["body"] for one in said if one["sender"]["kind"] == "bot"]
        if len(answers) == 9:
            break
    assert answers == [BOT["greeting"], *["about refund"] * 8]
    assert [one["seq"] for one in said] == list(range(1, 18))
    visit.post(f"/api/chat/sessions/{visit.session_id}/close")


def test_over_a_plain_websocket(fleet: Stack, site_key: str) -> None:
    visit = open_session(fleet.url, site_key=site_key)
    header = [f"Authorization: Bearer {visit.token}"]
    plain = Plain(fleet.url, f"session_id={visit.session_id}", header=header)
    plain.send("send_message", {"client_msg_id": "m-1", "body": "refund"}, 1)
    pushed = plain.next(lambda one: one["type"] == "message_created" and by_bot(one["data"]))
    assert pushed["data"]["message"]["body"] == "about refund"
    answer = plain.call("hand_off", {})
    assert (answer["ok"], answer["session"]["status"]) == (True, "queued")
    plain.ws.close()
    visit.post(f"/api/chat/sessions/{visit.session_id}/close")
