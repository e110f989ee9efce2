"""Waiting visitors are given to agents by a worker, at once and fairly."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.clients import Wire, closing, open_session, sign_in
from tests.processes import Stack

NewAgents = Callable[[Stack, int], list[str]]


@pytest.fixture
def alone(fleet: Stack) -> Iterator[Stack]:
    """The fleet while the first admin, whose sockets other tests have left, takes nothing."""
    admin = sign_in(fleet.url)
    admin.status("away")
    yield fleet
    admin.status("online")


def test_a_new_session_is_given_away_within_a_second(alone: Stack, new_agents: NewAgents) -> None:
    (email,) = new_agents(alone, 1)
    desk = sign_in(alone.url, email)
    with desk.socket() as wire:
        wire.call("watch_inbox", {})
        for _ in range(3):
            begin = time.monotonic()
            visitor = open_session(alone.url)
            wire.event("session_assigned", _of(visitor.session_id), timeout=5)
            taken = time.monotonic() - begin
            assert taken < 1, f"waited {taken:.2f} s"
    desk.status("away")


def test_the_least_busy_agent_is_first(alone: Stack, new_agents: NewAgents) -> None:
    desks = [sign_in(alone.url, email) for email in new_agents(alone, 3)]
    with closing(*(desk.socket() for desk in desks)) as wires:
        for wire in wires:
            wire.call("watch_inbox", {})
        owners = [_owner_of_a_new_session(alone, wires[0]) for _ in range(6)]
        ids = {desk.agent["id"] for desk in desks}
        assert set(owners[:3]) == set(owners[3:]) == ids, "somebody got a second before all had one"
        free = desks[1]
        for one in free.get("/api/chat/sessions", assignee="me", status="active").json()["items"]:
            free.end(one["id"])
        owners = [_owner_of_a_new_session(alone, wires[0]) for _ in range(2)]
        assert owners == [free.agent["id"]] * 2
    for desk in desks:
        desk.status("away")


def test_nobody_gets_more_than_the_capacity_and_the_rest_waits_its_turn(
    alone: Stack, new_agents: NewAgents
) -> None:
    desk = sign_in(alone.url, new_agents(alone, 1)[0])
    capacity = desk.agent["capacity"]
    with desk.socket() as wire:
        wire.call("watch_inbox", {})
        visitors = [open_session(alone.url) for _ in range(capacity + 2)]
        for visitor in visitors[:capacity]:
            wire.event("session_assigned", _of(visitor.session_id))
        states = Counter(desk.session(one.session_id)["status"] for one in visitors)
        assert states == {"active": capacity, "queued": 2}
        desk.end(visitors[0].session_id)
        wire.event("session_assigned", _of(visitors[capacity].session_id))
        assert desk.session(visitors[capacity + 1].session_id)["status"] == "queued"
        desk.end(visitors[capacity + 1].session_id)
    desk.status("away")


def _owner_of_a_new_session(stack: Stack, watcher: Wire) -> str:
    visitor = open_session(stack.url)
    pushed = watcher.event("session_assigned", _of(visitor.session_id))
    owner: str = pushed["session"]["agent"]["id"]
    return owner


def _of(session_id: str) -> Callable[[dict[str, Any]], bool]:
    return lambda one: one["session"]["id"] == session_id
