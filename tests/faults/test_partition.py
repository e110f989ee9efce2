"""F3, F16: between a client and the web process answers are lost, or everything is."""

import time
from collections.abc import Iterator

import pytest

from tests.clients import NoAnswer, closing, draft, open_session, sign_in
from tests.faults.conftest import MakeStack
from tests.faults.history import History, check
from tests.faults.proxy import Proxy
from tests.faults.stored import read_stored, wait_until_done
from tests.faults.traffic import Client
from tests.processes import Stack, until

# The server pings every 25 s and waits 20 s for the answer.
MOST_SECONDS = 50.0


@pytest.fixture
def stack(make_stack: MakeStack, breakable_postgres: tuple[object, str]) -> Stack:
    return make_stack(database_url=breakable_postgres[1], beat=True)


@pytest.fixture
def proxy(stack: Stack) -> Iterator[Proxy]:
    with Proxy(f"127.0.0.1:{stack.processes['web'].port}") as running:
        yield running


def test_a_lost_answer_costs_nothing(stack: Stack, proxy: Proxy) -> None:
    visitor = open_session(stack.url)
    through = f"http://127.0.0.1:{proxy.port}"
    for number in range(5):
        message = draft(visitor.session_id, f"line {number}", f"id-{number}")
        with visitor.socket(through) as wire:
            wire.join(visitor.session_id)
            proxy.hold_answers()
            with pytest.raises(NoAnswer):
                wire.call("send_message", message, timeout=0.5)
            for _ in until(5):
                if len(visitor.messages(visitor.session_id)) > number:
                    break
            proxy.cut()
            proxy.release()
        with visitor.socket(through) as wire:
            again = wire.call("send_message", message)
        assert again["ok"], again
        assert again["duplicate"] is True
        assert again["message"]["seq"] == number + 1


def test_a_partition_without_a_word(stack: Stack, proxy: Proxy, seed: int) -> None:
    through, history = f"http://127.0.0.1:{proxy.port}", History()
    visitor, desk = open_session(stack.url), sign_in(stack.url)
    session_id = visitor.session_id
    near = Client(desk, session_id, [stack.url], history, count=20, pause=0.5, seed=seed)
    far = Client(
        visitor, session_id, [through], history, count=8, pause=0.2, seed=seed, patience=90
    )
    with closing(visitor.socket(through)) as (idle,):
        idle.join(visitor.session_id)
        near.start()
        proxy.hold()
        begin = time.monotonic()
        far.start()
        assert _wait_given_up(proxy) - begin < MOST_SECONDS
        proxy.release()
        proxy.cut()
    for client in (near, far):
        client.join(20)
        assert not client.is_alive()
        assert client.error is None, client.error
    for client in (near, far):
        client.catch_up()
        client.leave()
    wait_until_done(stack)
    check(history, read_stored(stack))
    assert all(send.outcome == "ok" for send in history.sends)


def _wait_given_up(proxy: Proxy) -> float:
    """Wait until the server has ended the first connection, and return when it did."""
    first = proxy.connections[0].down
    for _ in until(MOST_SECONDS + 2, every=0.2):
        if first.ended_at is not None:
            return first.ended_at
    raise AssertionError("the server still believes in it")
