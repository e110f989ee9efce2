"""The end of a sign-in ends its sockets, wherever they are, and no others."""

import time

from tests.clients import AGENT, Wire, WireClosed, closing, sign_in
from tests.processes import Stack
from tests.realtime.landing import on_both


def test_logout_ends_the_sockets_of_its_own_token_on_every_process(fleet: Stack) -> None:
    leaving, staying = sign_in(fleet.url), sign_in(fleet.url)
    with on_both(fleet, leaving, leaving) as ending, closing(staying.socket()) as (other,):
        for wire in (*ending, other):
            assert wire.call("watch_inbox", {})["ok"]
        begin = time.monotonic()
        assert leaving.request("POST", "/api/auth/logout").status_code == 204
        for wire in ending:
            _wait_disconnected(wire, begin + 5 - time.monotonic())
        assert other.call("watch_inbox", {})["ok"]
        assert not [one for one in other.frames if one.kind == "1"]


def test_a_closed_socket_is_told_nothing_more(fleet: Stack) -> None:
    leaving, staying = sign_in(fleet.url), sign_in(fleet.url)
    with closing(leaving.socket(), staying.socket()) as (gone, here):
        for wire in (gone, here):
            wire.call("watch_inbox", {})
        leaving.request("POST", "/api/auth/logout")
        _wait_disconnected(gone, 5)
        known = len(gone.frames)
        staying.status("away")
        here.event("agent_status_changed", lambda one: one["status"] == "away")
        staying.status("online")
        here.event("agent_status_changed", lambda one: one["status"] == "online")
        assert gone.frames[known:] == []


def _wait_disconnected(wire: Wire, seconds: float) -> None:
    """Wait for the namespace's disconnect, or the end of the whole connection."""
    try:
        frame = wire.wait_for(lambda one: one.kind == "1", seconds)
    except WireClosed:
        return
    assert frame.text.startswith(f"41{AGENT}")
