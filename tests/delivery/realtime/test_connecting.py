"""CONNECT: who is let in, from which pages, and what happens when the reason to be in ends."""

from typing import Any

import pytest

from tests.delivery.installation import OPEN, Installation, MakeInstallation, bearer
from tests.delivery.realtime.wire import Socket

SITE = "https://shop.test"
OURS = ("http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080")
# Never the same page as https://shop.test, however much it looks like it.
FOREIGN = (
    "https://shop.test.evil.test", "https://evilshop.test", "https://sub.shop.test",
    "http://shop.test", "https://shop.test:8443", "https://shop.test:80", "null", "", "*",
    "https://shop.test/", "https://shop.test/path", "https://shop.test@evil.test",
    "https://user:pass@shop.test", "https://shop.test#x", "https://shop.test?x", "shop.test",
    "//shop.test", "file://", "https://shop.test https://evil.test", "https://sh\u043ep.test",
    "chrome-extension://shop.test", "https://shop.test\t.evil.test", "https://[shop.test",
    "https://shop.test:99999",
)  # fmt: skip
SAME = ("https://shop.test", "HTTPS://SHOP.TEST", "https://shop.test:443")


def code(socket: Socket) -> Any:
    """Why the CONNECT was refused; None when it was not."""
    if socket.connected:
        assert socket.refusal is None
        return None
    assert set(socket.refusal) == {"message", "data"}
    assert socket.refusal["message"]
    return socket.refusal["data"]["code"]


class TestCredentials:
    @pytest.mark.parametrize("namespace", ["/visitor", "/agent"])
    @pytest.mark.parametrize(
        "auth",
        [
            None, {}, [], "token", 1, True, {"token": None}, {"token": ""}, {"token": 1},
            {"token": ["x"]}, {"token": {"$ne": ""}}, {"token": "x"}, {"token": "x" * 257},
            {"token": "\x00"}, {"token": "' OR 1=1 --"}, {"TOKEN": "x"}, {"token": "\ud800"},
        ],
    )  # fmt: skip
    def test_without_valid_ones_nobody_connects(
        self, installation: Installation, namespace: str, auth: object
    ) -> None:
        before = installation.dump()
        assert code(installation.socket(namespace, auth=auth)) == "unauthorized"
        assert installation.dump() == before

    def test_a_token_opens_its_own_namespace_only(self, installation: Installation) -> None:
        visitor, agent = installation.open_session()[1], installation.make_agent()
        assert code(installation.socket("/visitor", visitor)) is None
        assert code(installation.socket("/agent", agent)) is None
        assert code(installation.socket("/visitor", agent)) == "unauthorized"
        assert code(installation.socket("/agent", visitor)) == "unauthorized"

    def test_a_token_elsewhere_is_nothing(self, installation: Installation) -> None:
        token = installation.make_agent()
        headers = {"Authorization": f"Bearer {token}", "Origin": OURS[0]}
        assert code(installation.socket("/agent", headers=headers)) == "unauthorized"

    @pytest.mark.parametrize("namespace", ["/", "/admin", "/visitors", "/agent/x", "/VISITOR"])
    def test_other_namespaces_do_not_exist(
        self, installation: Installation, namespace: str
    ) -> None:
        socket = installation.socket(namespace, installation.make_agent())
        assert not socket.connected

    def test_without_connect_nothing_is_answered(self, installation: Installation) -> None:
        session, _ = installation.open_session()
        socket = installation.socket("/visitor", "x")
        before = installation.dump()
        socket.frames.clear()
        for name in ("join_session", "send_message", "sync", "watch_inbox", "connect"):
            socket.try_to_deliver(f'2/visitor,1["{name}",{{"session_id":"{session["id"]}"}}]')
        assert not any(frame.startswith(("2", '3/visitor,1[{"ok":true')) for frame in socket.frames)
        assert installation.dump() == before

    def test_a_second_connect_changes_nothing(self, installation: Installation) -> None:
        session, token = installation.open_session()
        _, other = installation.open_session()
        socket = installation.socket("/visitor", token)
        socket.call("join_session", {"session_id": session["id"]})
        for again in (other, "x", token):
            socket.try_to_deliver(f'0/visitor,{{"token":"{again}"}}')
        installation.send(installation.make_agent(), session["id"], "still here")
        assert socket.wait_for("message_created")["message"]["body"] == "still here"
        assert len(socket.received("message_created")) == 1
        assert socket.call("sync", {"sessions": {session["id"]: 0}})["sessions"] != {}

    def test_one_connection_may_be_both(self, installation: Installation) -> None:
        session, token = installation.open_session()
        socket = installation.socket("/visitor", token)
        agent = installation.make_agent()
        socket.deliver(f'0/agent,{{"token":"{agent}"}}')
        socket.deliver(f'2/agent,5["join_session",{{"session_id":"{session["id"]}"}}]')
        assert any(frame.startswith('3/agent,5[{"ok":true') for frame in socket.frames)
        assert socket.call("watch_inbox", {})["error"]["code"] == "unknown_event"


class TestOrigins:
    @pytest.fixture
    def shop(self, installation: Installation) -> str:
        """The token of a visitor of a site that names its origin."""
        site = installation.make_site(allowed_origins=[SITE])
        return installation.open_session(site_key=site.key)[1]

    def test_a_visitors_page_belongs_to_its_site(
        self, installation: Installation, shop: str
    ) -> None:
        for origin in (*SAME, *OURS):
            assert code(installation.socket("/visitor", shop, {"Origin": origin})) is None, origin
        for origin in FOREIGN:
            got = code(installation.socket("/visitor", shop, {"Origin": origin}))
            assert got == "forbidden", origin
        assert code(installation.socket("/visitor", shop)) is None, "no browser, no Origin"

    def test_a_site_that_names_none_takes_any(self, installation: Installation) -> None:
        _, token = installation.open_session()
        for origin in ("https://anywhere.test", "null"):
            assert code(installation.socket("/visitor", token, {"Origin": origin})) is None

    def test_an_origin_of_another_site_is_foreign(
        self, installation: Installation, shop: str
    ) -> None:
        installation.make_site(allowed_origins=["https://other.test"])
        got = code(installation.socket("/visitor", shop, {"Origin": "https://other.test"}))
        assert got == "forbidden"

    def test_agents_work_on_our_own_pages(self, installation: Installation) -> None:
        token = installation.make_agent()
        for origin in OURS:
            assert code(installation.socket("/agent", token, {"Origin": origin})) is None
        for origin in (*FOREIGN, *SAME, "http://localhost", "http://localhost:8081",
                       "https://localhost:8080", "http://0.0.0.0:8080"):  # fmt: skip
            got = code(installation.socket("/agent", token, {"Origin": origin}))
            assert got == "forbidden", origin
        assert code(installation.socket("/agent", token)) is None

    def test_allowed_origins_replace_our_own(self, make_installation: MakeInstallation) -> None:
        installation = make_installation(allowed_origins=("https://desk.test",))
        token = installation.make_agent()
        assert code(installation.socket("/agent", token, {"Origin": "https://desk.test"})) is None
        for origin in (OURS[0], "https://desk.test.evil.test"):
            got = code(installation.socket("/agent", token, {"Origin": origin}))
            assert got == "forbidden", origin

    def test_in_production_loopback_is_foreign(self, make_installation: MakeInstallation) -> None:
        installation = make_installation(app_env="production", public_url="https://chat.test")
        token = installation.make_agent()
        for origin, expected in (("https://chat.test", None), (OURS[0], "forbidden")):
            assert code(installation.socket("/agent", token, {"Origin": origin})) == expected


class TestCookie:
    def test_needs_an_origin_of_ours(self, installation: Installation) -> None:
        cookie = {"Cookie": f"cland_agent={installation.make_agent()}"}
        assert code(installation.socket("/agent", headers=cookie | {"Origin": OURS[0]})) is None
        assert code(installation.socket("/agent", headers=cookie)) == "unauthorized"
        for origin in ("https://evil.test", "null", "http://localhost:8081"):
            got = code(installation.socket("/agent", headers=cookie | {"Origin": origin}))
            assert got == "forbidden", origin

    def test_speaks_for_no_visitor(self, installation: Installation) -> None:
        for token in (installation.make_agent(), installation.open_session()[1]):
            headers = {"Cookie": f"cland_agent={token}", "Origin": OURS[0]}
            assert code(installation.socket("/visitor", headers=headers)) == "unauthorized"

    @pytest.mark.parametrize(
        "text", ["", "=", "cland_agent", "cland_agent=", ";;;", "cland_agent=\u00e9"]
    )
    def test_that_is_none_is_none(self, installation: Installation, text: str) -> None:
        headers = {"Cookie": text, "Origin": OURS[0]}
        assert code(installation.socket("/agent", headers=headers)) == "unauthorized"


class TestRevocation:
    """What the web process does every few seconds, done by hand."""

    def test_logging_out_closes_the_sockets_of_that_token(self, installation: Installation) -> None:
        token, other = installation.make_agent(), installation.make_agent()
        socket, stays = installation.socket("/agent", token), installation.socket("/agent", other)
        installation.client.post("/api/auth/logout", headers=bearer(token))
        installation.sockets._recheck()
        assert not socket.connected
        assert stays.connected
        socket.frames.clear()
        socket.try_to_deliver('2/agent,1["watch_inbox",{}]')
        assert socket.frames == []

    def test_nothing_follows_the_word_that_it_is_over(
        self, installation: Installation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What happens while the lease ends is pushed before it, or not at all."""
        token = installation.make_agent()
        socket = installation.socket("/agent", token)
        sid, agents = socket.sid, installation.sockets.agents
        monkeypatch.setattr(
            installation.services.presence,
            "left",
            lambda *_, **__: agents.tell(sid, "rights_changed", {}),
        )
        installation.client.post("/api/auth/logout", headers=bearer(token))
        installation.sockets._recheck()
        assert [frame[0] for frame in socket.frames[-2:]] == ["2", "1"], "a push, then the end"

    def test_disabling_closes_every_socket_of_the_agent(self, installation: Installation) -> None:
        token = installation.make_agent()
        sockets = [installation.socket("/agent", token) for _ in range(2)]
        with installation.uow() as uow:
            uow.agents.get(installation.actor(token).id).disabled = True
            uow.commit()
        installation.sockets._recheck()
        assert [one.connected for one in sockets] == [False, False]

    def test_lost_rights_end_what_they_opened(self, installation: Installation) -> None:
        department = installation.make_department()
        session, visitor = installation.open_session(department_id=department)
        token = installation.make_agent("supervisor", name="Bo")
        socket = installation.socket("/agent", token)
        socket.call("watch_inbox", {})
        socket.call("join_session", {"session_id": session["id"]})
        with installation.uow() as uow:
            uow.agents.get(installation.actor(token).id).role = "agent"
            uow.commit()
        installation.sockets._recheck()
        socket.forget()
        installation.send(visitor, session["id"], "not for Bo")
        again = installation.client.post(OPEN, json={"department_id": department})
        assert again.status_code == 201
        assert socket.received() == []
        refused = socket.call("join_session", {"session_id": session["id"]})
        assert refused["error"]["code"] == "not_found"

    def test_new_rights_count_at_once(self, installation: Installation) -> None:
        department = installation.make_department()
        token = installation.make_agent()
        socket = installation.socket("/agent", token)
        socket.call("watch_inbox", {})
        with installation.uow() as uow:
            uow.agents.get(installation.actor(token).id).role = "supervisor"
            uow.commit()
        installation.sockets._recheck()
        assert socket.wait_for("rights_changed") == {}
        session, _ = installation.open_session(department_id=department)
        assert socket.wait_for("session_queued")["session"]["id"] == session["id"]
        assert socket.call("join_session", {"session_id": session["id"]})["ok"]


def test_leaving_takes_the_rooms_along(installation: Installation) -> None:
    session, token = installation.open_session()
    socket = installation.socket("/visitor", token)
    socket.call("join_session", {"session_id": session["id"]})
    socket.leave()
    socket.frames.clear()
    installation.send(token, session["id"])
    installation.wire.settle()
    assert socket.frames == []


def test_an_agents_socket_is_a_lease_that_ends_soon_after_it(installation: Installation) -> None:
    agent = installation.make_agent()
    assert installation.dump()["agent_lease"] == []
    socket = installation.socket("/agent", agent)
    assert len(installation.dump()["agent_lease"]) == 1
    assert installation.services.sites.public().agents_online
    until = installation.dump()["agent_lease"][0]
    socket.leave()
    assert installation.dump()["agent_lease"][0] < until, "30 s instead of 75"


def test_visitors_are_online_while_a_socket_is_open(installation: Installation) -> None:
    session, token = installation.open_session()
    agent = installation.make_agent()
    socket = installation.socket("/visitor", token)
    assert installation.read(agent, session["id"])["visitor"]["online"] is True
    socket.leave()
    assert installation.read(agent, session["id"])["visitor"]["online"] is False
