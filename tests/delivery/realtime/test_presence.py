"""Who is there: visitors, their page, agents, and who looks at the same session."""

import sqlite3
import time
from contextlib import closing
from typing import Any

import pytest

from tests.delivery import shapes
from tests.delivery.installation import Installation
from tests.delivery.realtime.wire import Socket

PAGE = {"url": "https://shop.test/kettles?id=7", "title": "Kettles 水壶"}
BAD_PAGES: list[dict[str, Any]] = [
    {},
    {"url": ""},
    {"url": "/kettles"},
    {"url": "javascript:alert(1)"},
    {"url": "ftp://shop.test/"},
    {"url": "https://"},
    {"url": "https:///path"},
    {"url": "https://shop.test/a b"},
    {"url": "https://shop.test/\n"},
    {"url": "https://shop.test/\x00"},
    {"url": "https://shop.test/" + "x" * 2_000},
    {"url": 7},
    {"url": None},
    {"url": PAGE["url"], "title": "x" * 501},
    {"url": PAGE["url"], "title": None},
    {"url": PAGE["url"], "referrer": "https://elsewhere.test/"},
]


class Desk:
    """A session of a department, its visitor, and agents who may see it or not."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        department = installation.make_department()
        session, self.visitor_token = installation.open_session(department_id=department)
        self.id: str = session["id"]
        self.tokens = {
            "ada": installation.make_agent(name="Ada", department_ids=[department]),
            "bo": installation.make_agent(name="Bo", department_ids=[department]),
            "boss": installation.make_agent("supervisor"),
            "outsider": installation.make_agent(),
        }
        self.visitor_id = self.read("ada")["visitor"]["id"]

    def read(self, who: str) -> dict[str, Any]:
        return self.installation.read(self.tokens[who], self.id)

    def agent_id(self, who: str) -> str:
        return self.installation.actor(self.tokens[who]).id

    def socket(self, who: str) -> Socket:
        return self.installation.socket("/agent", self.tokens[who])

    def watching(self, who: str) -> Socket:
        socket = self.socket(who)
        assert socket.call("watch_inbox", {})["ok"]
        socket.forget()
        return socket

    def joined(self, who: str) -> Socket:
        socket = self.socket(who)
        assert socket.call("join_session", {"session_id": self.id})["ok"]
        return socket

    def visitor(self) -> Socket:
        return self.installation.socket("/visitor", self.visitor_token)

    def announce(self) -> None:
        """What the web process does every second."""
        self.installation.services.whereabouts.announce()
        self.installation.wire.settle()


@pytest.fixture
def desk(installation: Installation) -> Desk:
    return Desk(installation)


def pushed(socket: Socket, name: str) -> list[Any]:
    """The payloads of the pushes of that name."""
    return [push.data for push in socket.received(name)]


class TestVisitors:
    def test_their_coming_and_going_is_told_to_who_may_see_them(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hearing = {who: desk.watching(who) for who in ("ada", "boss", "outsider")}
        following = desk.joined("bo")
        visitor, phone = desk.visitor(), desk.visitor()
        phone.call("join_session", {"session_id": desk.id})
        desk.announce()
        visitor.leave()
        phone.leave()
        desk.announce()
        at = time.time() + 7
        monkeypatch.setattr(time, "time", lambda: at)
        desk.announce()
        came, went = ({"visitor_id": desk.visitor_id, "online": one} for one in (True, False))
        for socket in (hearing["ada"], hearing["boss"], following):
            assert pushed(socket, "visitor_presence_changed") == [came, went]
        assert pushed(hearing["outsider"], "visitor_presence_changed") == []
        assert not any("presence" in frame for frame in phone.frames)

    def test_their_page_is_told_and_shown_to_agents(self, desk: Desk) -> None:
        agent, visitor = desk.watching("ada"), desk.visitor()
        visitor.call("join_session", {"session_id": desk.id})
        assert desk.read("ada")["visitor"]["page"] is None
        assert visitor.call("view_page", PAGE) == {"ok": True}
        desk.announce()
        told = {"visitor_id": desk.visitor_id, "online": True, "page": PAGE}
        assert pushed(agent, "visitor_presence_changed") == [told]
        session = desk.read("boss")
        shapes.check_session(session, for_visitor=False)
        assert session["visitor"]["page"] == PAGE
        visitor.leave()
        assert desk.read("ada")["visitor"]["page"] is None

    def test_a_page_needs_no_title(self, desk: Desk) -> None:
        desk.visitor().call("view_page", {"url": "HTTP://127.0.0.1:8000"})
        page = desk.read("ada")["visitor"]["page"]
        assert page == {"url": "HTTP://127.0.0.1:8000", "title": ""}

    @pytest.mark.parametrize("payload", BAD_PAGES, ids=range(len(BAD_PAGES)))
    def test_a_page_must_be_one_of_the_web(self, desk: Desk, payload: dict[str, Any]) -> None:
        visitor = desk.visitor()
        assert visitor.call("view_page", payload)["error"]["code"] == "validation"
        assert desk.read("ada")["visitor"]["page"] is None

    def test_nothing_of_it_is_stored(self, desk: Desk) -> None:
        visitor = desk.visitor()
        before = desk.installation.dump()
        visitor.call("view_page", PAGE)
        desk.announce()
        assert desk.installation.dump() == before


class TestViewers:
    def test_are_told_to_agents_and_never_to_the_visitor(self, desk: Desk) -> None:
        visitor = desk.visitor()
        visitor.call("join_session", {"session_id": desk.id})
        ada, bo = ({"id": desk.agent_id(one), "name": one.title()} for one in ("ada", "bo"))
        first, second = desk.socket("ada"), desk.socket("bo")
        watching = desk.watching("boss")
        ack = first.call("join_session", {"session_id": desk.id})
        assert ack["viewers"] == [ada]
        ack = second.call("join_session", {"session_id": desk.id})
        assert ack["viewers"] == [ada, bo]
        told = pushed(first, "viewers_changed")
        assert told[-1] == {"session_id": desk.id, "viewers": [ada, bo]}
        second.call("leave_session", {"session_id": desk.id})
        assert pushed(first, "viewers_changed")[-1]["viewers"] == [ada]
        assert pushed(watching, "viewers_changed") == [], "only who follows hears of it"
        for frame in visitor.frames:
            assert "viewers" not in frame
            assert ada["id"] not in frame

    @pytest.mark.parametrize("reason", [None, "transport error"])
    def test_a_closed_socket_no_longer_looks(self, desk: Desk, reason: str | None) -> None:
        first, second = desk.joined("ada"), desk.joined("bo")
        first.forget()
        second.leave(reason)
        told = pushed(first, "viewers_changed")
        assert [one["name"] for one in told[-1]["viewers"]] == ["Ada"]
        ack = desk.socket("boss").call("join_session", {"session_id": desk.id})
        assert len(ack["viewers"]) == 2

    def test_two_tabs_count_once(self, desk: Desk) -> None:
        first, tab = desk.joined("ada"), desk.joined("bo")
        other_tab = desk.joined("bo")
        first.forget()
        tab.leave()
        assert pushed(first, "viewers_changed") == []
        other_tab.leave()
        assert len(pushed(first, "viewers_changed")[-1]["viewers"]) == 1

    def test_leaving_what_was_not_joined_tells_nobody(self, desk: Desk) -> None:
        first, other = desk.joined("ada"), desk.socket("outsider")
        first.forget()
        assert other.call("leave_session", {"session_id": desk.id}) == {"ok": True}
        assert pushed(first, "viewers_changed") == []

    def test_a_refused_join_makes_no_viewer(self, desk: Desk) -> None:
        first = desk.joined("ada")
        first.forget()
        assert not desk.socket("outsider").call("join_session", {"session_id": desk.id})["ok"]
        assert pushed(first, "viewers_changed") == []

    def test_lost_rights_end_the_looking(self, desk: Desk) -> None:
        first, second = desk.joined("ada"), desk.joined("bo")
        first.forget()
        installation = desk.installation
        with installation.uow() as uow:
            uow.agents.set_departments(uow.agents.get(desk.agent_id("bo")), [])
            uow.commit()
        installation.sockets._recheck()
        assert second.followed == set()
        told = first.wait_for("viewers_changed")
        assert [one["name"] for one in told["viewers"]] == ["Ada"]

    def test_a_process_vouches_for_who_follows_in_it(self, desk: Desk) -> None:
        sockets = [desk.joined("ada"), desk.joined("ada"), desk.joined("bo")]
        agents = desk.installation.wire.server.namespace_handlers["/agent"]
        found = agents.following()
        assert [sorted(one.sid for one in actors) for actors in found.values()] == [
            sorted(one.sid for one in sockets)
        ]
        assert list(found) == [desk.id]


def test_a_colleagues_typing_is_told_to_agents(desk: Desk) -> None:
    ada, bo = desk.joined("ada"), desk.joined("bo")
    ada.call("set_typing", {"session_id": desk.id, "typing": True})
    told = bo.wait_for("typing_changed")
    assert told["sender"] == {"kind": "agent", "id": desk.agent_id("ada"), "name": "Ada"}


def test_an_agent_is_shown_as_gone_and_as_back(desk: Desk) -> None:
    boss, agent = desk.watching("boss"), desk.socket("ada")
    agent.leave()
    boss.forget()
    with closing(sqlite3.connect(desk.installation.database)) as connection, connection:
        query = "UPDATE agent_lease SET lease_until = '2000-01-01' WHERE agent_id = ?"
        connection.execute(query, [desk.agent_id("ada")])
    desk.installation.services.leaving.sweep()
    gone = {"agent_id": desk.agent_id("ada"), "status": "offline"}
    assert pushed(boss, "agent_status_changed") == [gone]
    me = desk.installation.services.agents.me(desk.installation.actor(desk.tokens["ada"]))
    assert me.status == "online", "what it chose stays"
    boss.forget()
    desk.socket("ada")
    assert pushed(boss, "agent_status_changed") == [gone | {"status": "online"}]
