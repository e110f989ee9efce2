"""F9, F10, F17: PostgreSQL dies, its connections die, or web cannot reach it, under traffic."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2

from chat_app.infrastructure.embedded.postgres import EmbeddedPostgres
from tests.faults.conftest import MakeStack, urls_of
from tests.faults.proxy import Proxy
from tests.faults.traffic import Traffic
from tests.processes import Stack, get_json, until

Breakable = tuple[EmbeddedPostgres, str]
AWAY_SECONDS = 10.0
# A connection that is cut in the middle is found at once; one that hangs after this long.
MOST_SECONDS = 2.5
RECOVERY_SECONDS = 10.0


def test_database_stopped_for_10_s(
    make_stack: MakeStack, breakable_postgres: Breakable, seed: int
) -> None:
    server, url = breakable_postgres
    stack = make_stack(database_url=url, web=2, beat=True)

    @contextmanager
    def stopped() -> Iterator[None]:
        server.kill()
        yield
        server.start()

    _traffic_while(stack, seed, stopped)


def test_web_cut_off_from_the_database(
    breakable_postgres: Breakable, tmp_path: Path, seed: int
) -> None:
    server, url = breakable_postgres
    stack = Stack(tmp_path / "cut_off", database_url=url, beat=True)
    folder = server.url().partition("host=")[2]
    with Proxy(f"{folder}/.s.PGSQL.5432") as proxy:
        name = urlsplit(url).path
        through = f"postgresql://cland@127.0.0.1:{proxy.port}{name}"
        stack.processes["web"]._env["DB_DSN"] = through

        @contextmanager
        def partition() -> Iterator[None]:
            proxy.hold()
            yield
            proxy.release()

        with stack:
            _traffic_while(stack, seed, partition)


def test_connections_to_the_database_die_at_random(
    make_stack: MakeStack, breakable_postgres: Breakable, seed: int
) -> None:
    server, url = breakable_postgres
    stack, chance = make_stack(database_url=url, web=2, beat=True), random.Random(seed)
    traffic = Traffic(stack, seed=seed, urls=urls_of(stack), pairs=8, count=40, pause=0.1)
    killed = 0
    connection = psycopg2.connect(server.url())
    try:
        connection.autocommit = True
        with traffic, connection.cursor() as cursor:
            while traffic.running:
                time.sleep(chance.uniform(0.02, 0.15))
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = 'cland' ORDER BY random() LIMIT 1"
                )
                killed += cursor.rowcount
    finally:
        connection.close()
    assert killed > 20
    assert {one.result for one in traffic.history.attempts} <= {"ok", "unavailable"}
    traffic.verify()


def _traffic_while(
    stack: Stack, seed: int, away: Callable[[], AbstractContextManager[None]]
) -> None:
    traffic = Traffic(stack, seed=seed, urls=urls_of(stack), pairs=5, count=25, pause=0.2)
    attempts = traffic.history.attempts
    with traffic:
        time.sleep(1)
        with away():
            begin = time.monotonic()
            time.sleep(1)
            _expect_not_ready(stack)
            time.sleep(AWAY_SECONDS - (time.monotonic() - begin))
            assert traffic.running, "the traffic ended before the database was back"
            end = time.monotonic()
        back = time.monotonic()
    during = [one for one in attempts if begin <= one.begin and one.end < end]
    assert during
    assert {one.result for one in during} == {"unavailable"}
    longest = max(one.seconds for one in during)
    assert longest < MOST_SECONDS, f"somebody waited {longest:.2f} s to hear that it is away"
    for client in traffic.clients:
        ok = [one.end for one in attempts if one.client == client.name and one.result == "ok"]
        first = min(at for at in ok if at > back)
        assert first - back < RECOVERY_SECONDS, f"{client.name} needed {first - back:.1f} s"
    traffic.verify()


def _expect_not_ready(stack: Stack) -> None:
    port = stack.processes["web"].port
    for _ in until(5):
        status, body = get_json(port, "/readyz")
        if status == 503:
            assert body["checks"]["database"] != "ok"
            assert get_json(port, "/healthz")[0] == 200
            return
    raise AssertionError(f"/readyz says {status} {body}")
