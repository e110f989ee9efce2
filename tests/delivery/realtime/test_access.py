"""Who may send which event about which session."""

from typing import Any

import pytest

from tests.delivery import shapes
from tests.delivery.installation import Installation
from tests.delivery.realtime.events import EVENTS, SENDERS, namespace_of
from tests.delivery.scene import Scene


@pytest.fixture
def installation(scene: Scene) -> Installation:
    """The one the scene is played in."""
    return scene.installation


def namespaces(installation: Installation) -> dict[str, Any]:
    found: dict[str, Any] = installation.wire.server.namespace_handlers
    return found


def test_every_event_has_a_row(installation: Installation) -> None:
    known = {name for one in namespaces(installation).values() for name in one.event_names}
    assert known == set(EVENTS), "add the event to tests/…/realtime/events.py"


def test_a_row_says_dash_exactly_where_a_namespace_does_not_know_the_event(
    installation: Installation,
) -> None:
    for name, event in EVENTS.items():
        for actor, code in zip(SENDERS, event.access, strict=True):
            here = namespaces(installation)[namespace_of(actor)]
            assert (name in here.event_names) == (code != "-"), (name, actor)


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_every_actor_gets_its_answer(installation: Installation, scene: Scene, name: str) -> None:
    event = EVENTS[name]
    got: dict[str, str] = {}
    for actor, code in zip(SENDERS, event.access, strict=True):
        scene.again()
        socket = installation.socket(namespace_of(actor), scene.token(actor))
        before = installation.dump()
        ack = socket.call(name, event.example(scene))
        got[actor] = "ok" if ack["ok"] else ack["error"]["code"]
        if code == "ok":
            assert set(ack) - {"ok"} == event.keys_for(actor)
        else:
            assert set(ack) == {"ok", "error"}
            assert set(ack["error"]) == {"code", "message"}
            assert installation.dump() == before, f"{actor} changed something"
            assert socket.followed == set()
        socket.leave()
    expected = dict(zip(SENDERS, event.access, strict=True))
    assert got == {one: "unknown_event" if code == "-" else code for one, code in expected.items()}


def test_acks_carry_the_shapes_of_the_protocol(installation: Installation, scene: Scene) -> None:
    for actor, for_visitor in (("owner", True), ("supervisor", False)):
        socket = installation.socket(namespace_of(actor), scene.token(actor))
        joined = socket.call("join_session", {"session_id": scene.session_id})
        shapes.check_session(joined["session"], for_visitor=for_visitor)
        for_agents = set() if for_visitor else {"viewers"}
        assert set(joined) - {"ok", "session"} == shapes.PAGE | for_agents
        for message in joined["messages"]:
            shapes.check_message(message)
        payload = {"session_id": scene.session_id, "client_msg_id": "x", "body": "x"}
        shapes.check_message(socket.call("send_message", payload)["message"])
    status = socket.call("set_status", {"status": "online"})
    assert set(status["agent"]) == shapes.AGENT
    counts = socket.call("watch_inbox", {})["counts"]
    assert counts == {"queued": 2, "mine": 0, "active": 0, "closed": 1}
    closing = {"session_id": scene.session_id, "assign_epoch": 0}
    shapes.check_session(socket.call("close_session", closing)["session"], for_visitor=False)
