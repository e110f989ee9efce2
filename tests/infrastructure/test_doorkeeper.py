"""Who may stay without saying who it is: so many of an address, and for ten seconds."""

import time
from typing import Any

import pytest
import socketio

from chat_app.delivery.realtime.plain import PlainRooms
from chat_app.infrastructure.realtime.bus import LocalRooms
from chat_app.infrastructure.realtime.doorkeeper import Doorkeeper

NAMESPACE = "/visitor"
MOST = 2


class Door:
    """A server without a network, and what its doorkeeper did."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.rooms = LocalRooms(PlainRooms())
        self.server = socketio.Server(async_mode="threading", client_manager=self.rooms)
        self.server.eio.disconnect = self.end
        self.adopted: list[str] = []
        self.keeper = Doorkeeper(self.server, MOST, self.adopted.append)
        self.now = 0.0
        monkeypatch.setattr(time, "monotonic", lambda: self.now)

    def come(self, name: str, address: str = "here") -> bool:
        """Open a connection; whether it may stay."""
        self.server.eio.sockets[name] = object()
        if self._tell("connect", name, {"REMOTE_ADDR": address, "wsgi.input": "a lot"}) is False:
            del self.server.eio.sockets[name]
            return False
        return True

    def end(self, name: str) -> None:
        """A connection is over."""
        self._tell("disconnect", name, "transport close")
        del self.server.eio.sockets[name]

    def connect(self, name: str) -> str:
        """Say who one is, and wait for the answer."""
        sid = self.rooms.pre_connect(name, NAMESPACE)
        assert sid is not None
        return sid

    def sweep_after(self, seconds: float) -> list[str]:
        """Let time pass and the doorkeeper look; who is left."""
        self.now += seconds
        self.keeper.sweep()
        return sorted(self.server.eio.sockets)

    def _tell(self, event: str, *args: Any) -> Any:
        return self.server.eio._trigger_event(event, *args, run_async=False)


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Door:
    return Door(monkeypatch)


def test_so_many_of_an_address_may_wait(door: Door) -> None:
    assert [door.come(one) for one in "abc"] == [True, True, False]
    assert door.come("d", "elsewhere")
    assert door.adopted == ["a", "b", "d"]


def test_who_has_said_who_it_is_or_has_gone_counts_no_longer(door: Door) -> None:
    for name in "ab":
        door.come(name)
    door.connect("a")
    assert door.come("c")
    door.end("b")
    assert door.come("d")
    assert not door.come("e")


def test_who_is_silent_for_ten_seconds_is_thrown_out(door: Door) -> None:
    door.come("a")
    assert door.sweep_after(5) == ["a"]
    door.come("b")
    assert door.sweep_after(5.1) == ["b"]
    assert door.come("c")
    assert door.sweep_after(5) == ["c"]


def test_who_waits_for_its_answer_is_not_thrown_out(door: Door) -> None:
    door.come("a")
    sid = door.connect("a")
    assert door.sweep_after(60) == ["a"]
    door.rooms.connect(sid, NAMESPACE)
    assert door.sweep_after(60) == ["a"]


def test_who_was_refused_is_as_one_who_never_said(door: Door) -> None:
    door.come("a")
    sid = door.connect("a")
    assert door.sweep_after(9) == ["a"]
    door.rooms.disconnect(sid, NAMESPACE)
    assert door.sweep_after(9) == ["a"]
    assert door.sweep_after(2) == []


def test_who_must_say_again_counts_as_one_of_no_address(door: Door) -> None:
    assert [door.come(one) for one in "ab"] == [True, True]
    door.keeper.watch("a")
    assert [door.come(one) for one in "cd"] == [True, False]


def test_only_what_is_asked_of_a_request_later_is_kept(door: Door) -> None:
    door.come("a")
    assert door.server.environ == {"a": {"REMOTE_ADDR": "here"}}
    door.end("a")
    assert door.server.environ == {}
