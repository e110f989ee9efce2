"""Without Redis everything goes on, more slowly; with it again, everybody hears everybody."""

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest

from tests.clients import Visit, Wire, closing, open_session, sign_in
from tests.processes import Stack, get_json, until

MOST_SECONDS = 2.0
T = TypeVar("T")


@pytest.fixture(scope="module")
def pair(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Two web processes with a port each, and a worker."""
    with Stack(tmp_path_factory.mktemp("pair"), database_url=postgres_url, web=2) as running:
        yield running


@pytest.fixture(params=["dead", "hung"])
def away(request: pytest.FixtureRequest, pair: Stack) -> Iterator[Callable[[], None]]:
    """Call it to bring Redis back."""
    hung, back = request.param == "hung", [False]

    def bring_back() -> None:
        if not back[0]:
            back[0] = True
            (pair.valkey.resume if hung else pair.valkey.start)()

    (pair.valkey.hang if hung else pair.valkey.kill)()
    yield bring_back
    bring_back()


def test_sends_are_answered_in_time_and_pushes_return(
    pair: Stack, away: Callable[[], None]
) -> None:
    visitor, desk = _in_time(lambda: open_session(pair.url)), _in_time(lambda: sign_in(pair.url))
    with closing(visitor.socket(), desk.socket(pair.url_of("web2"))) as (mine, theirs):
        mine.join(visitor.session_id)
        theirs.join(visitor.session_id)
        for _ in range(6):
            answer = _in_time(lambda: mine.send_message(visitor.session_id, "over a socket"))
            assert answer["ok"], answer
            sent = _in_time(lambda: visitor.send(visitor.session_id, "over REST"))
            assert sent.status_code == 201
        assert len(visitor.messages(visitor.session_id)) >= 12
        assert theirs.call("sync", {"sessions": {visitor.session_id: 0}})["sessions"]
        _expect_degraded(pair)
        away()
        _expect_pushes_within_3_s(mine, theirs, visitor)
    for _ in until(5):
        if get_json(pair.processes["web"].port, "/readyz")[1]["status"] == "ready":
            return
    raise AssertionError("it stays degraded")


def _in_time(action: Callable[[], T]) -> T:
    begin = time.monotonic()
    result = action()
    taken = time.monotonic() - begin
    assert taken < MOST_SECONDS, f"took {taken:.2f} s"
    return result


def _expect_degraded(stack: Stack) -> None:
    for name in ("web", "web2"):
        status, body = get_json(stack.processes[name].port, "/readyz")
        assert status == 200
        assert body["status"] == "degraded"
        assert body["checks"]["database"] == "ok"
        assert body["checks"]["redis"] != "ok"


def _expect_pushes_within_3_s(mine: Wire, theirs: Wire, visitor: Visit) -> None:
    begin, heard_by_both = time.monotonic(), 0
    while heard_by_both < 2:
        assert time.monotonic() - begin < 3, "the processes do not hear each other"
        sent = mine.send_message(visitor.session_id, "anybody?")["message"]["id"]
        answered = theirs.send_message(visitor.session_id, "yes")["message"]["id"]
        heard_by_both = _heard(theirs, sent) + _heard(mine, answered)


def _heard(wire: Wire, message_id: str) -> bool:
    try:
        wire.event("message_created", lambda one: one["message"]["id"] == message_id, timeout=0.3)
    except TimeoutError:
        return False
    return True
