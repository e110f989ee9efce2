"""Who is there, kept in a real Valkey: there, gone and back, and by several processes."""

import time
from collections.abc import Iterable

import pytest
import redis

from chat_app.domain.viewing import Viewer
from chat_app.domain.visitor import Page
from chat_app.infrastructure.embedded.valkey import EmbeddedValkey
from chat_app.infrastructure.redis import presence as keeping_visitors
from chat_app.infrastructure.redis import viewers as keeping
from chat_app.infrastructure.redis.connection import Guarded, connect
from chat_app.infrastructure.redis.presence import LocalVisitorPresence, RedisVisitorPresence
from chat_app.infrastructure.redis.viewers import LocalSessionViewers, RedisSessionViewers

pytestmark = pytest.mark.services
Presence = RedisVisitorPresence | LocalVisitorPresence
Viewers = RedisSessionViewers | LocalSessionViewers
SHOP, CART = Page("https://shop.test/", "Shop"), Page("https://shop.test/cart", "购物车")
ADA, BO = Viewer("a", "Ada"), Viewer("b", "Bo 小波")


class Time:
    """The time of day, which a test may move."""

    def __init__(self) -> None:
        self.ahead = 0.0
        self._real = time.time

    def __call__(self) -> float:
        return self._real() + self.ahead

    def advance(self, seconds: float) -> None:
        self.ahead += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Time:
    clock = Time()
    monkeypatch.setattr(time, "time", clock)
    return clock


def ask(presence: Presence, ids: Iterable[str]) -> set[str]:
    return set(presence.present(ids))


@pytest.fixture(params=["alone", "shared"])
def presence(request: pytest.FixtureRequest) -> Presence:
    if request.param == "alone":
        return LocalVisitorPresence()
    return RedisVisitorPresence(Guarded(connect(request.getfixturevalue("shared"))))


@pytest.fixture(params=["alone", "shared"])
def viewers(request: pytest.FixtureRequest) -> Viewers:
    if request.param == "alone":
        return LocalSessionViewers()
    return RedisSessionViewers(Guarded(connect(request.getfixturevalue("shared"))))


class TestVisitors:
    def test_are_online_while_any_socket_is_open(self, presence: Presence) -> None:
        assert ask(presence, ["v1", "v2"]) == set()
        assert presence.came({"s1": "v1"}) == {"v1"}
        assert presence.came({"s2": "v1"}) == set()
        presence.left({"unknown": "v2"})
        assert ask(presence, ["v1", "v2"]) == {"v1"}
        presence.left({"s1": "v1"})
        assert ask(presence, ["v1"]) == {"v1"}
        presence.left({"s2": "v1"})
        assert ask(presence, ["v1"]) == set()
        assert ask(presence, []) == set()
        assert presence.came({"s3": "v1"}) == {"v1"}
        assert ask(presence, iter(["v1"])) == {"v1"}

    def test_are_gone_some_seconds_after_the_last_socket(
        self, presence: Presence, clock: Time
    ) -> None:
        for sid in ("s1", "s2"):
            presence.came({sid: "v1"})
        presence.left({"s1": "v1"})
        presence.left({"unknown": "v2"})
        clock.advance(7)
        assert presence.gone() == set(), "another socket is open"
        presence.left({"s2": "v1"})
        clock.advance(5)
        assert presence.gone() == set()
        clock.advance(2)
        assert presence.gone() == {"v1"}
        assert presence.gone() == set(), "told once"

    def test_come_and_go_many_at_a_time(
        self, presence: Presence, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(keeping_visitors, "MOST_AT_ONCE", 2)
        sockets = {"s1": "v1", "s2": "v1", "s3": "v2", "s4": "v3", "s5": "v3"}
        assert presence.came({"s0": "v3"}) == {"v3"}
        assert presence.came(sockets) == {"v1", "v2"}
        presence.left({"s1": "v1", "s3": "v2", "s5": "v3"})
        assert ask(presence, ["v1", "v2", "v3"]) == {"v1", "v3"}
        presence.left({"s2": "v1", "s0": "v3", "s4": "v3"})
        assert ask(presence, ["v1", "v2", "v3"]) == set()
        assert presence.came({}) == set()

    def test_who_reloads_is_not_gone(self, presence: Presence, clock: Time) -> None:
        presence.came({"s1": "v1"})
        presence.left({"s1": "v1"})
        clock.advance(5)
        presence.came({"s2": "v1"})
        clock.advance(60)
        assert presence.gone() == set()

    def test_pages_stay_as_long_as_their_visitor(self, presence: Presence, clock: Time) -> None:
        presence.came({"s1": "v1"})
        assert presence.present(["v1"]) == {"v1": None}
        assert presence.looks_at("v1", SHOP) is True
        assert presence.looks_at("v1", SHOP) is False
        assert presence.looks_at("v1", CART) is True
        assert presence.present(["v0", "v1"]) == {"v1": CART}
        presence.left({"s1": "v1"})
        assert presence.present(["v1"]) == {}
        clock.advance(7)
        assert presence.gone() == {"v1"}
        presence.came({"s2": "v1"})
        assert presence.present(["v1"]) == {"v1": None}, "nothing is left of another visit"

    def test_what_nobody_vouches_for_is_forgotten_and_told_once(
        self, shared: str, clock: Time
    ) -> None:
        killed, alive = (RedisVisitorPresence(Guarded(connect(shared))) for _ in range(2))
        killed.came({"s1": "v1"})
        killed.looks_at("v1", SHOP)
        alive.came({"s2": "v2"})
        with redis.Redis.from_url(shared) as client:
            for key in ("cland:visitor:v1", "cland:page:v1"):
                assert 0 < client.ttl(key) <= 75, "what nobody renews ends by itself"
        clock.advance(60)
        alive.alive({"s2": "v2"})
        assert alive.gone() == set()
        clock.advance(16)
        assert ask(alive, ["v1", "v2"]) == {"v2"}
        assert [alive.gone(), killed.gone()] == [{"v1"}, set()]

    def test_a_page_stays_as_long_as_its_visitor_is_vouched_for(self, shared: str) -> None:
        presence = RedisVisitorPresence(Guarded(connect(shared)))
        presence.came({"s1": "v1"})
        presence.looks_at("v1", SHOP)
        with redis.Redis.from_url(shared) as client:
            client.expire("cland:page:v1", 5)
            presence.alive({"s1": "v1"})
            assert client.ttl("cland:page:v1") > 5

    def test_who_comes_after_a_killed_socket_is_the_first(self, shared: str, clock: Time) -> None:
        presence = RedisVisitorPresence(Guarded(connect(shared)))
        presence.came({"killed": "v1"})
        clock.advance(76)
        assert presence.came({"s2": "v1"}) == {"v1"}

    def test_a_killed_process_does_not_hide_the_first_socket(
        self, shared: str, clock: Time
    ) -> None:
        presence = RedisVisitorPresence(Guarded(connect(shared)))
        presence.came({"killed": "v1"})
        clock.advance(60)
        presence.came({"s2": "v1"})
        clock.advance(20)
        assert presence.came({"s3": "v1"}) == set()
        assert ask(presence, ["v1"]) == {"v1"}

    def test_heartbeats_keep_pages_and_many_sockets(self, shared: str, clock: Time) -> None:
        presence = RedisVisitorPresence(Guarded(connect(shared)))
        sockets = {f"s{one}": f"v{one}" for one in range(1_200)}
        for sid, visitor_id in sockets.items():
            presence.came({sid: visitor_id})
        presence.looks_at("v7", CART)
        clock.advance(70)
        presence.alive(sockets)
        clock.advance(70)
        assert len(presence.present(sockets.values())) == 1_200
        assert presence.present(["v7"]) == {"v7": CART}
        assert presence.gone() == set()

    def test_processes_see_each_others_visitors(self, shared: str) -> None:
        one, other = (RedisVisitorPresence(Guarded(connect(shared))) for _ in range(2))
        one.came({"s1": "v1"})
        one.looks_at("v1", SHOP)
        assert other.present(["v1"]) == {"v1": SHOP}
        assert other.came({"s2": "v1"}) == set()
        assert other.looks_at("v1", SHOP) is False

    def test_without_redis_nobody_seems_online_and_nobody_waits(self, own: EmbeddedValkey) -> None:
        presence = RedisVisitorPresence(Guarded(connect(own.url)))
        presence.came({"s1": "v1"})
        own.hang()
        begun = time.monotonic()
        assert ask(presence, ["v1"]) == set()
        assert presence.came({"s1": "v1"}) == set()
        assert presence.looks_at("v1", SHOP) is False
        assert presence.gone() == set()
        presence.alive({"s1": "v1"})
        presence.left({"s1": "v1"})
        assert time.monotonic() - begun < 1.5, "one short wait"
        own.resume()

    def test_losing_everything_in_redis_heals_with_the_next_heartbeat(self, shared: str) -> None:
        presence = RedisVisitorPresence(Guarded(connect(shared)))
        presence.came({"s1": "v1"})
        with redis.Redis.from_url(shared) as client:
            client.flushall()
        assert ask(presence, ["v1"]) == set()
        presence.alive({"s1": "v1"})
        assert ask(presence, ["v1"]) == {"v1"}


class TestViewers:
    def test_come_and_go_by_session_and_socket(self, viewers: Viewers) -> None:
        assert viewers.came("c1", "s1", ADA) == []
        assert viewers.came("c1", "s2", BO) == [ADA]
        assert viewers.came("c2", "s2", BO) == []
        assert viewers.came("c1", "s1", ADA) == [ADA, BO], "again"
        assert viewers.left("c1", "s1") == [BO]
        assert viewers.left("c1", "s1") == [BO]
        assert viewers.left("c1", "s2") == []
        assert viewers.left("c2", "s2") == []
        assert viewers.left("c3", "unknown") == []

    def test_processes_see_each_others(self, shared: str) -> None:
        one, other = (RedisSessionViewers(Guarded(connect(shared))) for _ in range(2))
        one.came("c1", "s1", ADA)
        assert other.came("c1", "s2", BO) == [ADA]
        assert one.left("c1", "s1") == [BO]

    def test_the_dead_are_forgotten_and_told_of_once(
        self, shared: str, clock: Time, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(keeping, "MOST_AT_ONCE", 1)
        killed, one, other = (RedisSessionViewers(Guarded(connect(shared))) for _ in range(3))
        killed.came("c1", "s1", ADA)
        mine = {"c1": {"s2": BO}, "c2": {"s2": BO}}
        for session_id in mine:
            one.came(session_id, "s2", BO)
        for _ in range(3):
            clock.advance(20)
            assert one.alive(mine) == {}
        assert one.left("c0", "s2") == []
        clock.advance(20)
        assert one.came("c1", "s2", BO) == [BO], "no longer believed"
        assert one.alive(mine) == {"c1": [BO]}
        assert [one.alive(mine), other.alive(mine)] == [{}, {}]

    def test_nothing_is_left_in_redis_for_good(self, shared: str) -> None:
        viewers = RedisSessionViewers(Guarded(connect(shared)))
        viewers.came("c1", "s1", ADA)
        with redis.Redis.from_url(shared) as client:
            assert 0 < client.ttl("cland:viewers:c1") <= 75
            viewers.left("c1", "s1")
            assert client.keys() == []

    def test_without_redis_each_process_sees_its_own(self, own: EmbeddedValkey) -> None:
        viewers = RedisSessionViewers(Guarded(connect(own.url)))
        viewers.came("c1", "s1", ADA)
        own.kill()
        begun = time.monotonic()
        assert viewers.came("c1", "s2", BO) == [ADA]
        assert viewers.alive({"c1": {"s1": ADA, "s2": BO}}) == {}
        assert viewers.left("c1", "s1") == [BO]
        assert time.monotonic() - begun < 1.5

    def test_a_heartbeat_says_who_is_here(self, viewers: Viewers) -> None:
        viewers.came("c1", "s1", ADA)
        assert viewers.alive({"c1": {"s1": ADA, "s2": BO}}) == {}
        assert viewers.left("c1", "s1") == [BO]
        assert viewers.alive({}) == {}
