"""Who is there, as agents hear it from real processes."""

import itertools
import sys
from collections.abc import Callable

import pytest

from tests.clients import Desk, Visit, closing, open_session, sign_in
from tests.processes import Stack, until
from tests.realtime.landing import on_both
from tests.realtime.test_plain_websocket import Plain

PAGE = {"url": "https://shop.test/kettles", "title": "Kettles"}


@pytest.fixture
def desk(house: Stack) -> Desk:
    return sign_in(house.url)


def of(visitor: Visit, *, online: bool) -> Callable[[dict[str, object]], bool]:
    """Whether a push tells this of the visitor."""
    return lambda one: (one["visitor_id"], one["online"]) == (visitor.visitor_id, online)


def test_coming_looking_and_going_are_told_and_a_reload_is_not(house: Stack, desk: Desk) -> None:
    """One test, because it takes six seconds until agents are told that somebody has gone."""
    visitor, reloading = open_session(house.url), open_session(house.url)
    with closing(desk.socket()) as (agent,):
        agent.call("watch_inbox", {})
        reloading.socket().close()
        with closing(reloading.socket()):
            with closing(visitor.socket()) as (mine,):
                mine.join(visitor.session_id)
                agent.event("visitor_presence_changed", of(visitor, online=True))
                assert mine.call("view_page", PAGE) == {"ok": True}
                told = agent.event("visitor_presence_changed", lambda one: one.get("page") == PAGE)
                assert told["visitor_id"] == visitor.visitor_id
                assert desk.session(visitor.session_id)["visitor"]["page"] == PAGE
            # Its end takes a moment to arrive; the first socket of the other has ended before it.
            assert any(not desk.session(visitor.session_id)["visitor"]["online"] for _ in until(5))
            agent.event("visitor_presence_changed", of(visitor, online=False), timeout=15)
        assert not {"visitor_presence_changed", "viewers_changed"} & set(mine.names())
        told_of_all = agent.events("visitor_presence_changed")
        assert not any(map(of(reloading, online=False), told_of_all))
    for one in (visitor, reloading):
        desk.end(one.session_id)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells where a socket has landed")
def test_viewers_on_several_processes_see_each_other(fleet: Stack) -> None:
    visitor, desk = open_session(fleet.url), sign_in(fleet.url)
    with on_both(fleet, visitor, visitor) as (mine, _), on_both(fleet, desk, desk) as both:
        mine.join(visitor.session_id)
        first, second = both
        me = [{"id": desk.agent["id"], "name": desk.agent["name"]}]
        assert first.join(visitor.session_id)["viewers"] == me
        assert second.join(visitor.session_id)["viewers"] == me, "two tabs of one agent"
        assert first.event("viewers_changed")["viewers"] == me
        first.call("leave_session", {"session_id": visitor.session_id})
        second.call("leave_session", {"session_id": visitor.session_id})
        assert mine.events("viewers_changed") == []
    desk.end(visitor.session_id)


def test_a_colleague_is_seen_to_come_and_go(
    fleet: Stack, new_agents: Callable[[Stack, int], list[str]]
) -> None:
    visitor, boss = open_session(fleet.url), sign_in(fleet.url)
    desks = [sign_in(fleet.url, email) for email in new_agents(fleet, 4)]
    with closing(boss.socket(), *(one.socket() for one in desks)) as (watching, *others):
        watching.join(visitor.session_id)
        for number, wire in enumerate(others, 2):
            assert len(wire.join(visitor.session_id)["viewers"]) == number
            watching.event("viewers_changed", _so_many(number))
        for number, wire in zip(itertools.count(4, -1), others[:3], strict=False):
            wire.close()
            last = watching.event("viewers_changed", _without(desks[4 - number]))
            assert len(last["viewers"]) == number
        others[3].call("set_typing", {"session_id": visitor.session_id, "typing": True})
        typing = watching.event("typing_changed")
        assert typing["sender"]["id"] == desks[3].agent["id"]
    for one in desks:
        one.status("away")
    boss.end(visitor.session_id)


def _so_many(count: int) -> Callable[[dict[str, list[object]]], bool]:
    return lambda one: len(one["viewers"]) == count


def _without(desk: Desk) -> Callable[[dict[str, list[dict[str, str]]]], bool]:
    gone = desk.agent["id"]
    seen: list[str] = []

    def matches(one: dict[str, list[dict[str, str]]]) -> bool:
        ids = {viewer["id"] for viewer in one["viewers"]}
        was_there = bool(seen)
        seen.extend(ids & {gone})
        return was_there and gone not in ids

    return matches


def test_plain_clients_tell_and_hear_the_same(house: Stack, desk: Desk) -> None:
    visitor = open_session(house.url)
    bearer = [f"Authorization: Bearer {desk.token}"]
    query = f"session_id={visitor.session_id}"
    agent = Plain(house.url, query, header=bearer)
    mine = Plain(house.url, query, header=[f"Authorization: Bearer {visitor.token}"])
    try:
        assert mine.call("view_page", PAGE) == {"ok": True}
        told = agent.next(lambda one: one["type"] == "visitor_presence_changed")
        assert told["data"]["visitor_id"] == visitor.visitor_id
        with closing(desk.socket()) as (other,):
            assert len(other.join(visitor.session_id)["viewers"]) == 1, "one agent, two sockets"
            agent.ws.close()
            other.call("leave_session", {"session_id": visitor.session_id})
            assert len(other.join(visitor.session_id)["viewers"]) == 1
    finally:
        mine.ws.close()
        agent.ws.close()
    desk.end(visitor.session_id)
