"""F6, F7, F17: Redis dies, hangs, or cannot be reached, under traffic on two web processes."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from chat_app.infrastructure.redis.connection import connect
from tests.faults.conftest import MakeStack, urls_of
from tests.faults.proxy import Proxy
from tests.faults.traffic import Traffic
from tests.processes import Stack, get_json, until

DEAD_SECONDS = 20.0
HUNG_SECONDS = 30.0
MOST_SECONDS = 2.0
PAUSE = 0.5


@contextmanager
def dead(stack: Stack) -> Iterator[None]:
    stack.valkey.kill()
    yield
    stack.valkey.start()


@contextmanager
def hung(stack: Stack) -> Iterator[None]:
    stack.valkey.hang()
    yield
    stack.valkey.resume()


FAULTS = pytest.mark.parametrize(
    ("away", "seconds"),
    [(dead, DEAD_SECONDS), (hung, HUNG_SECONDS)],
    ids=["F6 dead", "F7 hung"],
)


@FAULTS
def test_redis_away(
    make_stack: MakeStack,
    breakable_postgres: tuple[object, str],
    seed: int,
    away: Callable[[Stack], AbstractContextManager[None]],
    seconds: float,
) -> None:
    stack = make_stack(database_url=breakable_postgres[1], web=2, beat=True)
    _traffic_while(stack, seed, lambda: away(stack), seconds)


@FAULTS
def test_redis_away_on_sqlite(
    make_stack: MakeStack,
    seed: int,
    away: Callable[[Stack], AbstractContextManager[None]],
    seconds: float,
) -> None:
    stack = make_stack(beat=True)
    _traffic_while(stack, seed, lambda: away(stack), seconds)


def test_web_cut_off_from_redis(sqlite_template: Path, tmp_path: Path, seed: int) -> None:
    stack = Stack(tmp_path / "cut_off", sqlite=sqlite_template, beat=True)
    with Proxy(stack.valkey.url.removeprefix("unix://")) as proxy:
        stack.processes["web"]._env["REDIS_ADDR"] = f"127.0.0.1:{proxy.port}"

        @contextmanager
        def partition() -> Iterator[None]:
            proxy.hold()
            yield
            proxy.release()

        with stack:
            _traffic_while(stack, seed, partition, HUNG_SECONDS)


def _traffic_while(
    stack: Stack, seed: int, away: Callable[[], AbstractContextManager[None]], seconds: float
) -> None:
    web = stack.processes["web"]
    count = int((seconds + 10) / PAUSE)
    traffic = Traffic(stack, seed=seed, urls=urls_of(stack), pairs=6, count=count, pause=PAUSE)
    with traffic:
        time.sleep(1)
        with away():
            begin = time.monotonic()
            _expect_degraded(web.port)
            time.sleep(seconds)
            assert traffic.running, "the traffic ended before Redis was back"
            end = time.monotonic()
    during = [one for one in traffic.history.attempts if begin <= one.begin < end]
    assert len(during) > 100
    assert {one.result for one in during} == {"ok"}
    longest = max(one.seconds for one in during)
    assert longest < MOST_SECONDS, f"somebody waited {longest:.2f} s for an answer"
    traffic.verify()


def _expect_degraded(port: int) -> None:
    """Ready all the same, within a few seconds, and it says what is wrong."""
    body = None
    for _ in until(5):
        status, body = get_json(port, "/readyz")
        assert status == 200
        if body["status"] == "degraded":
            assert body["checks"]["redis"] != "ok"
            assert body["checks"]["database"] == "ok"
            assert get_json(port, "/healthz")[0] == 200
            return
    raise AssertionError(f"/readyz says {body}")


def test_flushall_again_and_again(
    make_stack: MakeStack, breakable_postgres: tuple[object, str], seed: int
) -> None:
    """F8: whatever Redis holds is thrown away under traffic."""
    stack = make_stack(database_url=breakable_postgres[1], beat=True)
    redis, flushed = connect(stack.valkey.url), 0
    traffic = Traffic(stack, seed=seed, pairs=6, count=25, pause=0.15)
    with traffic:
        while traffic.running:
            redis.flushall()
            flushed += 1
            time.sleep(0.3)
    redis.close()
    assert flushed >= 5
    assert {one.result for one in traffic.history.attempts} == {"ok"}
    traffic.verify()
