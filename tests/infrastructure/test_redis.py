"""What Redis does for us, with a real Valkey: there, gone, hung and back."""

import time

import pytest
import redis
from redis.exceptions import ConnectionError as RedisGone

from chat_app.domain.errors import RateLimited
from chat_app.infrastructure.embedded.valkey import EmbeddedValkey
from chat_app.infrastructure.redis import connection, rate_limits
from chat_app.infrastructure.redis.connection import Guarded, connect
from chat_app.infrastructure.redis.rate_limits import NoLimits, WindowLimiter
from tests.processes import until

pytestmark = pytest.mark.services
NOWHERE = "redis://127.0.0.1:1/0"


def keys(url: str) -> list[str]:
    with redis.Redis.from_url(url, decode_responses=True) as client:
        return sorted(client.keys())


# --- Rate limits ---------------------------------------------------------------------------------


@pytest.fixture(params=["alone", "shared"])
def limiter(request: pytest.FixtureRequest) -> WindowLimiter:
    url = request.getfixturevalue("shared") if request.param == "shared" else None
    return WindowLimiter(url)


def hits(limiter: WindowLimiter, times: int, *, rule: str = "r", key: str = "k") -> int:
    """Hit `times` times with at most 3 a minute; how many were let through."""
    through = 0
    for _ in range(times):
        try:
            limiter.hit(rule, key, most=3, seconds=60)
        except RateLimited:
            continue
        through += 1
    return through


def test_so_many_and_no_more(limiter: WindowLimiter) -> None:
    assert hits(limiter, 5) == 3
    with pytest.raises(RateLimited) as refused:
        limiter.hit("r", "k", most=3, seconds=60)
    assert refused.value.retry_after in range(55, 61)


def test_every_rule_and_caller_counts_for_itself(limiter: WindowLimiter) -> None:
    assert hits(limiter, 4) == 3
    assert hits(limiter, 4, key="another") == 3
    assert hits(limiter, 4, rule="another") == 3


def test_checking_counts_nothing(limiter: WindowLimiter) -> None:
    for _ in range(9):
        limiter.check("r", "k", most=3, seconds=60)
    assert hits(limiter, 3) == 3
    with pytest.raises(RateLimited):
        limiter.check("r", "k", most=3, seconds=60)


def test_a_window_ends(limiter: WindowLimiter) -> None:
    limiter.hit("r", "k", most=1, seconds=1)
    with pytest.raises(RateLimited) as refused:
        limiter.hit("r", "k", most=1, seconds=1)
    assert refused.value.retry_after == 1
    for _ in until(5):
        try:
            limiter.hit("r", "k", most=1, seconds=1)
        except RateLimited:
            continue
        break
    else:
        pytest.fail("the window did not end")


@pytest.mark.parametrize("key", ["a/b", "小红@例子.公司", "x" * 500, "a b\n", "::1"])
def test_any_text_may_be_a_caller(limiter: WindowLimiter, key: str) -> None:
    assert hits(limiter, 4, key=key) == 3


def test_processes_count_together(shared: str) -> None:
    one, other = WindowLimiter(shared), WindowLimiter(shared)
    assert hits(one, 2) + hits(other, 2) == 3
    assert all(key.startswith("cland:") for key in keys(shared))


def test_without_redis_each_process_counts_for_itself() -> None:
    begun = time.monotonic()
    limiter = WindowLimiter(NOWHERE)
    assert hits(limiter, 5) == 3
    assert time.monotonic() - begun < 1.5, "after the first failure nobody waits"


def test_a_valkey_that_dies_and_comes_back(
    own: EmbeddedValkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limits, "PAUSE_SECONDS", 0.1)
    limiter = WindowLimiter(own.url)
    assert hits(limiter, 2) == 2
    own.kill()
    assert hits(limiter, 5) == 3, "the count begins again, in this process"
    own.start()
    for _ in until(5):
        hits(limiter, 1, key="back")
        if keys(own.url):
            break
    assert any("back" in key for key in keys(own.url))


def test_a_hung_valkey_costs_one_short_wait(own: EmbeddedValkey) -> None:
    limiter = WindowLimiter(own.url)
    assert hits(limiter, 1) == 1
    own.hang()
    begun = time.monotonic()
    assert hits(limiter, 5) == 3
    assert time.monotonic() - begun < 3 * connection.ANSWER_SECONDS
    own.resume()


def test_no_limits_let_everything_pass() -> None:
    for _ in range(9):
        NoLimits().hit("r", "k", most=1, seconds=60)
        NoLimits().check("r", "k", most=1, seconds=60)


# --- Guarded -------------------------------------------------------------------------------------


class Broken:
    """A command that counts how often it was tried and always fails."""

    def __init__(self) -> None:
        self.tried = 0

    def __call__(self, _: object) -> str:
        self.tried += 1
        raise RedisGone("gone")


def test_after_a_failure_nothing_is_tried_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    guarded, command = Guarded(connect(NOWHERE)), Broken()
    for _ in range(5):
        assert guarded.call(command, lambda: "fallback") == "fallback"
    assert command.tried == 1
    now += connection.PAUSE_SECONDS - 0.1
    guarded.call(command, str)
    assert command.tried == 1
    now += 0.1
    guarded.call(command, str)
    guarded.call(command, str)
    assert command.tried == 2


def test_our_own_mistakes_are_not_hidden() -> None:
    def mistake(_: object) -> None:
        raise ValueError("ours")

    with pytest.raises(ValueError, match="ours"):
        Guarded(connect(NOWHERE)).call(mistake, lambda: None)


def test_the_probe(own: EmbeddedValkey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "PAUSE_SECONDS", 0.1)
    probe = Guarded(connect(own.url))
    assert (probe.name, probe.check()) == ("redis", None)
    own.kill()
    begun = time.monotonic()
    assert probe.check() == "does not answer"
    assert time.monotonic() - begun < 1.5
    own.start()
    for _ in until(5):
        if probe.check() is None:
            break
    assert probe.check() is None


def test_a_hung_valkey_is_noticed_soon(own: EmbeddedValkey) -> None:
    probe = Guarded(connect(own.url))
    assert probe.check() is None
    own.hang()
    begun = time.monotonic()
    assert probe.check() == "does not answer"
    assert time.monotonic() - begun < 3 * connection.ANSWER_SECONDS
    own.resume()
