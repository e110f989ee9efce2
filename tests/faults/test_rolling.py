"""F27: two web processes are replaced one after the other under traffic."""

import time

from tests.clients import sign_in
from tests.faults.conftest import MakeStack, urls_of
from tests.faults.traffic import Traffic

MOST_SECONDS = 20.0


def test_a_rolling_replacement_loses_nothing(
    make_stack: MakeStack, breakable_postgres: tuple[object, str], seed: int
) -> None:
    stack = make_stack(database_url=breakable_postgres[1], web=2, beat=True)
    traffic = Traffic(stack, seed=seed, urls=urls_of(stack), pairs=8, count=40, pause=0.15)
    desk = sign_in(stack.url)
    with traffic:
        time.sleep(1.5)
        before = _owners(desk)
        assert any(before.values()), "nobody has a session yet"
        for name in ("web", "web2"):
            begin = time.monotonic()
            assert stack.terminate(name) == 0
            assert time.monotonic() - begin < MOST_SECONDS
            stack.restart(name)
        assert traffic.running, "the traffic ended before both were replaced"
    traffic.verify()
    assert _owners(desk) == before, "a session has changed hands"
    results = {one.result for one in traffic.history.attempts}
    assert results <= {"ok", "closed", "timeout", "unavailable"}, results


def _owners(desk) -> dict[str, tuple[str, int] | None]:
    """Who has each session, and how often it has changed hands."""
    items = desk.get("/api/chat/sessions", limit=100).json()["items"]
    return {
        one["id"]: (one["agent"]["id"], one["assign_epoch"]) if one["agent"] else None
        for one in items
    }
