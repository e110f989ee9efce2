"""Two web processes behind one port, and a worker: one conversation, wherever a socket lands."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.clients import Wire, closing, draft, open_session, sign_in
from tests.processes import Stack, children_of, until
from tests.realtime.landing import on_both

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux tells which process has a connection"
)


def test_rooms_reach_across_processes_in_both_directions(fleet: Stack) -> None:
    assert len(children_of(fleet.processes["web"].pid)) == 2
    visitor, desk = open_session(fleet.url), sign_in(fleet.url)
    with on_both(fleet, visitor, desk) as (mine, theirs):
        mine.join(visitor.session_id)
        theirs.join(visitor.session_id)
        asked = mine.send_message(visitor.session_id, "anybody there?")["message"]
        seen = theirs.event("message_created", lambda one: one["message"]["id"] == asked["id"])
        assert seen["message"]["body"] == "anybody there?"
        answer = theirs.send_message(visitor.session_id, "yes")["message"]
        mine.event("message_created", lambda one: one["message"]["id"] == answer["id"])
        mine.call("set_typing", {"session_id": visitor.session_id, "typing": True, "preview": "he"})
        assert theirs.event("typing_changed")["preview"] == "he"


def test_each_push_arrives_once_on_every_socket(fleet: Stack) -> None:
    visitor, desk = open_session(fleet.url), sign_in(fleet.url)
    with on_both(fleet, visitor, desk) as (mine, theirs), closing(desk.socket()) as (also,):
        for wire in (mine, theirs, also):
            wire.join(visitor.session_id)
        bodies = [f"line {number}" for number in range(30)]
        for body in bodies:
            mine.send_message(visitor.session_id, body)
        for wire in (theirs, also):
            wire.event("message_created", lambda one: one["message"]["body"] == bodies[-1])
            assert _bodies(wire) == bodies
        assert _bodies(mine) == []


def test_one_id_sent_on_both_processes_at_once_is_one_message(fleet: Stack) -> None:
    visitor = open_session(fleet.url)
    with on_both(fleet, visitor, visitor) as wires, ThreadPoolExecutor(2) as pool:
        for number in range(10):
            start, what = threading.Barrier(2), draft(visitor.session_id, "once", f"id-{number}")

            def send(wire: Wire, start=start, what=what):
                start.wait(5)
                return wire.call("send_message", what)

            first, second = pool.map(send, wires)
            assert first["ok"], first
            assert second["ok"], second
            assert first["message"] == second["message"]
            assert {first["duplicate"], second["duplicate"]} == {True, False}
    own = [one for one in visitor.messages(visitor.session_id) if one["kind"] == "text"]
    assert [one["client_msg_id"] for one in own] == [f"id-{number}" for number in range(10)]


def test_a_workers_push_reaches_sockets_of_every_process(fleet: Stack) -> None:
    desk = sign_in(fleet.url)
    with on_both(fleet, desk, desk) as wires:
        for wire in wires:
            assert wire.call("watch_inbox", {})["ok"]
        visitor = open_session(fleet.url)
        for wire in wires:
            pushed = wire.event(
                "session_assigned", lambda one: one["session"]["id"] == visitor.session_id
            )
            assert pushed["reason"] == "auto"
            assert pushed["session"]["agent"]["id"] == desk.agent["id"]
    desk.end(visitor.session_id)


def test_a_visitor_hears_that_an_agent_has_come(fleet: Stack) -> None:
    desk = sign_in(fleet.url)
    desk.status("away")
    visitor = open_session(fleet.url)
    with closing(visitor.socket(), desk.socket()) as (mine, _):
        assert mine.join(visitor.session_id)["session"]["status"] == "queued"
        desk.status("online")
        pushed = mine.event("session_assigned")
    assert pushed["session"]["agent"] == {
        "id": desk.agent["id"],
        "name": desk.agent["name"],
        "avatar_url": None,
    }
    assert "assign_epoch" not in pushed["session"]
    desk.end(visitor.session_id)


def test_metrics_are_those_of_all_processes(fleet: Stack) -> None:
    visitor, desk = open_session(fleet.url), sign_in(fleet.url)
    before = _metrics(fleet)
    with on_both(fleet, visitor, desk) as (mine, theirs):
        mine.join(visitor.session_id)
        theirs.join(visitor.session_id)
        for wire in (mine, theirs):
            for number in range(5):
                assert wire.send_message(visitor.session_id, f"line {number}")["ok"]
        for _ in until(5):  # each process tells of itself once a second
            now = _metrics(fleet)
            if _have_risen(before, now):
                break
    assert _have_risen(before, now), now
    for name in ("cland_messages_total", 'cland_event_seconds_count{event="send_message"}'):
        assert now[name] - before.get(name, 0) >= 10, name
    desk.end(visitor.session_id)


def _have_risen(before: dict[str, float], now: dict[str, float]) -> bool:
    sockets = ("cland_visitor_sockets", "cland_agent_sockets")
    counts = ("cland_delivery_seconds_count", "cland_bus_heard_bytes_total")
    return all(now[one] >= 1 for one in sockets) and all(now[one] > before[one] for one in counts)


def _metrics(stack: Stack) -> dict[str, float]:
    lines = requests.get(f"{stack.url}/metrics", timeout=5).text.splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


def _bodies(wire: Wire) -> list[str]:
    return [one["message"]["body"] for one in wire.events("message_created")]
