"""Whatever a client sends over a socket: an acknowledgement that says why, and nothing stored."""

import json
from typing import Any

import pytest
from socketio import packet

from tests.delivery.corpus import NUL, SURROGATE, with_value, wrong_values
from tests.delivery.installation import Installation
from tests.delivery.realtime.events import EVENTS, SENDERS, namespace_of
from tests.delivery.realtime.wire import Socket
from tests.delivery.scene import NOBODYS_ID, Scene

RESERVED = ("connect", "disconnect", "connect_error", "message", "*", "__proto__", "", "ping")


@pytest.fixture
def installation(scene: Scene) -> Installation:
    """The one the scene is played in."""
    return scene.installation


def send_raw(socket: Socket, text: str) -> Any:
    """Send the name and arguments of an event as JSON text, and return the acknowledgement."""
    number = 1_000_000 + len(socket.frames)
    socket.deliver(f"2{socket.namespace},{number}{text}")
    return socket.ack(number)


def check_refused(ack: Any, *codes: str) -> dict[str, Any]:
    assert ack["ok"] is False, ack
    error: dict[str, Any] = ack["error"]
    assert error["code"] in (codes or ("validation",)), error
    assert isinstance(error["message"], str)
    assert error["message"]
    json.dumps(ack, ensure_ascii=False).encode()
    return error


def sockets(scene: Scene, name: str) -> list[Socket]:
    """One for each namespace that knows the event."""
    known = [
        actor
        for actor, code in (("owner", EVENTS[name].access[0]), ("agent", EVENTS[name].access[2]))
        if code != "-"
    ]
    return [scene.installation.socket(namespace_of(one), scene.token(one)) for one in known]


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_every_field_of_every_event(installation: Installation, scene: Scene, name: str) -> None:
    example = EVENTS[name].example(scene)
    for socket in sockets(scene, name):
        handler = installation.wire.server.namespace_handlers[socket.namespace]._handlers[name]
        before = installation.dump()
        for field, text in wrong_values(handler[0]):
            error = check_refused(
                send_raw(socket, f"[{json.dumps(name)},{with_value(example, field, text)}]")
            )
            assert any(key.split(".")[0] == field for key in error["errors"]), (field, text[:80])
        for key in example:
            if handler[0].fields[key].required:
                less = {one: value for one, value in example.items() if one != key}
                assert set(check_refused(socket.call(name, less))["errors"]) == {key}
        for key in ("unknown", "sender_id", "role", "token", "__proto__", ""):
            check_refused(socket.call(name, {**example, key: 1}))
        for text in (NUL, SURROGATE):
            body = json.dumps({**example, "@": 1}).replace('"@"', text)
            check_refused(send_raw(socket, f"[{json.dumps(name)},{body}]"))
        assert installation.dump() == before
        assert socket.received() == []
        ack = socket.call(name, example)
        may = EVENTS[name].access[
            SENDERS.index("owner" if socket.namespace == "/visitor" else "agent")
        ]
        assert "ok" if ack["ok"] else ack["error"]["code"] == may, "the example and the socket work"


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_every_event_with_something_else_than_one_object(
    installation: Installation, scene: Scene, name: str
) -> None:
    example = json.dumps(EVENTS[name].example(scene))
    for socket in sockets(scene, name):
        before = installation.dump()
        for arguments in (
            "", ",null", ",[]", ',"x"', ",1", ",true", f",[{example}]", f",{example},{example}",
            f",{example},null", ",null," + example,
        ):  # fmt: skip
            check_refused(send_raw(socket, f"[{json.dumps(name)}{arguments}]"))
        assert installation.dump() == before


@pytest.mark.parametrize(
    "name", [name for name, event in sorted(EVENTS.items()) if "not_found" in event.access]
)
def test_every_event_about_a_session_that_does_not_exist(
    installation: Installation, scene: Scene, name: str
) -> None:
    example = EVENTS[name].example(scene)
    for socket in sockets(scene, name):
        before = installation.dump()
        for session_id in (NOBODYS_ID, NOBODYS_ID.upper()):
            check_refused(socket.call(name, {**example, "session_id": session_id}), "not_found")
        assert installation.dump() == before
        assert socket.followed == set()


def test_an_upper_case_id_names_the_same_session(installation: Installation, scene: Scene) -> None:
    socket = installation.socket("/visitor", scene.token("owner"))
    assert socket.call("join_session", {"session_id": scene.session_id.upper()})["ok"]
    assert socket.followed == {scene.session_id}
    installation.send(scene.bearer("agent"), scene.session_id, "hello")
    assert socket.wait_for("message_created")["message"]["body"] == "hello"


@pytest.mark.parametrize("actor", ["owner", "agent"])
def test_unknown_events_are_answered(installation: Installation, scene: Scene, actor: str) -> None:
    socket = installation.socket(namespace_of(actor), scene.token(actor))
    before = installation.dump()
    forged = {"REMOTE_ADDR": "127.0.0.1", "HTTP_ORIGIN": "http://localhost:8080"}
    token = {"token": scene.token("admin")}
    payloads: list[list[Any]] = [[], [{}], [forged, token], ["client disconnect"]]
    for name in (
        *RESERVED,
        "no_such_event",
        "trigger_event",
        "on_send_message",
        "x" * 10_000,
        "\u4e2d",
    ):
        for payload in payloads:
            check_refused(socket.call(name, *payload), "unknown_event")
    for no_name in (1, None, True, 1.5, [], {}, {"a": 1}, ["x"]):
        check_refused(socket.call(no_name, {}), "unknown_event", "bad_json")
    check_refused(send_raw(socket, f"[{SURROGATE},{{}}]"), "unknown_event", "bad_json")
    assert installation.dump() == before
    assert socket.connected
    joined = socket.call("join_session", {"session_id": scene.session_id})
    assert joined["ok"], "still the one it was before"


def test_bytes_are_refused(installation: Installation, scene: Scene) -> None:
    socket = installation.socket("/visitor", scene.token("owner"))
    example = EVENTS["send_message"].example(scene) | {"body": b"\x00\xff"}
    sent = packet.Packet(
        packet.EVENT, data=["send_message", example], namespace="/visitor", id=7
    ).encode()
    assert isinstance(sent, list)
    before = installation.dump()
    for part in sent:
        socket.deliver(part)
    check_refused(socket.ack(7), "validation", "bad_json")
    assert installation.dump() == before
    assert socket.call("join_session", {"session_id": scene.session_id})["ok"]


@pytest.mark.parametrize(
    "frame",
    [
        "", "9", "x", "2", "2/visitor", "2/visitor,", "2/visitor,1", "2/visitor,1[]", "2/visitor,1{}",
        '2/visitor,1"x"', "2/visitor,1[", "2/visitor,1null", "2/visitor,[}", "3/visitor,1[]",
        "3/visitor,99999[1]", "3/visitor,[]", "4/visitor,{}", "5/visitor,", "51-/visitor,1[]",
        '59999-/visitor,1["send_message",{"_placeholder":true,"num":0}]', "6/visitor,1[1]",
        "2/visitor," + "9" * 100 + '["sync",{}]', "2/nowhere,1[]", '2/nowhere,1["sync",{}]',
        "0/nowhere,", "0/" + "x" * 5_000 + ",", '2/visitor,1["sync",' + "[" * 30_000 + "]",
        '2/visitor,1["sync",{"sessions":' + "1" * 5_000 + "}]", '2/visitor,1["sync",NaN]',
        "0/visitor,[]", "0/visitor,1", "0/visitor,{", "\x00", "\ud800",
    ],
)  # fmt: skip
def test_frames_that_are_no_packets_harm_nobody(
    installation: Installation, scene: Scene, frame: str
) -> None:
    socket = installation.socket("/visitor", scene.token("owner"))
    other = installation.socket("/agent", scene.token("agent"))
    before = installation.dump()
    socket.try_to_deliver(frame)
    assert installation.dump() == before
    assert other.call("join_session", {"session_id": scene.session_id})["ok"]
    fresh = installation.socket("/visitor", scene.token("owner"))
    assert fresh.call("join_session", {"session_id": scene.session_id})["ok"]
