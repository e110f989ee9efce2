"""A session that goes out of sight is heard no longer, on whichever process and by either door."""

import json
import time
import uuid

import requests
import websocket

from tests.clients import Desk, Payload, Visit, closing, open_session, sign_in
from tests.processes import ADMIN_PASSWORD, Stack
from tests.realtime.landing import on_both


def made(answer: requests.Response, key: str) -> Payload:
    assert answer.ok, answer.text
    resource: Payload = answer.json()[key]
    return resource


def departments(boss: Desk) -> list[str]:
    return [
        made(boss.post("/api/departments", {"name": uuid.uuid4().hex}), "department")["id"]
        for _ in range(2)
    ]


def member_of(boss: Desk, department: str) -> Desk:
    """An agent of one department who takes nothing by itself."""
    email = f"{uuid.uuid4().hex[:12]}@example.com"
    account = {"name": "Sal", "email": email, "password": ADMIN_PASSWORD}
    made(boss.post("/api/agents", account | {"department_ids": [department]}), "agent")
    desk = sign_in(boss.url, email)
    desk.status("away")
    return desk


def move(boss: Desk, visit: Visit, department: str) -> None:
    path = f"/api/chat/sessions/{visit.session_id}"
    made(boss.request("PATCH", path, json={"department_id": department}), "session")


def test_it_is_heard_no_longer_on_another_process(fleet: Stack) -> None:
    boss = sign_in(fleet.url)
    boss.status("away")
    sales, support = departments(boss)
    agent = member_of(boss, sales)
    visit = open_session(fleet.url, department_id=sales)
    with on_both(fleet, agent, agent) as wires, closing(visit.socket()) as (visitor,):
        for number in range(20):
            for wire in wires:
                wire.join(visit.session_id)
            move(boss, visit, support)
            visitor.send_message(visit.session_id, f"secret {number}")
            move(boss, visit, sales)
        for wire in wires:
            wire.join(visit.session_id)
        visitor.send_message(visit.session_id, "the end")
        for wire in wires:
            wire.event("message_created", lambda one: one["message"]["body"] == "the end")
            bodies = [one["message"]["body"] for one in wire.events("message_created")]
            assert [one for one in bodies if one.startswith("secret")] == []
            assert len(wire.events("session_left")) == 20


def test_a_plain_websocket_is_parted_from_it_too(fleet: Stack) -> None:
    boss = sign_in(fleet.url)
    boss.status("away")
    sales, support = departments(boss)
    agent = member_of(boss, sales)
    visit = open_session(fleet.url, department_id=sales)
    url = f"{fleet.url.replace('http', 'ws', 1)}/ws?session_id={visit.session_id}"
    plain = websocket.create_connection(
        url, timeout=5, subprotocols=["cland.v1", agent.token], suppress_origin=True
    )
    move(boss, visit, support)
    visit.send(visit.session_id, "secret")
    begin = time.monotonic()
    plain.send(json.dumps({"type": "mark_read", "id": 1, "data": {"seq": 1}}))
    frames: list[Payload] = []
    while not frames or frames[-1]["type"] != "ack":
        frames.append(json.loads(plain.recv()))
    plain.shutdown()
    assert time.monotonic() - begin < 2
    assert {"type": "session_left", "data": {"session_id": visit.session_id}} in frames
    assert frames[-1]["data"]["error"]["code"] == "not_found"
    assert "secret" not in json.dumps(frames)
