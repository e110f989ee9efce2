"""SIGTERM: say goodbye, take nothing new, finish, leave."""

import signal
import threading
import time
from collections.abc import Callable

import pytest

from tests.clients import closing, open_session, sign_in
from tests.processes import Process, Stack, get_json

MakeStack = Callable[..., Stack]


class ReadyWatch:
    """Asks /readyz again and again until nobody answers; `statuses` in their order."""

    def __init__(self, process: Process) -> None:
        self.statuses: list[int] = []
        self._port = process.port
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while (status := get_json(self._port, "/readyz")[0]) != 0:
            self.statuses.append(status)
            time.sleep(0.02)

    def wait_ready(self) -> None:
        while 200 not in self.statuses:
            time.sleep(0.01)

    def join(self) -> list[int]:
        self._thread.join(20)
        return self.statuses


def test_sigterm_tells_every_client_and_ends_in_time(make_stack: MakeStack) -> None:
    stack = make_stack(worker=False)
    visitor, desk = open_session(stack.url), sign_in(stack.url)
    wires = [visitor.socket() for _ in range(8)]
    with closing(desk.socket(), *wires) as everyone:
        watch = ReadyWatch(stack.processes["web"])
        watch.wait_ready()
        begin = time.monotonic()
        stack.processes["web"].signal(signal.SIGTERM)
        waits = [one.event("server_draining")["reconnect_in"] for one in everyone]
        assert time.monotonic() - begin < 2
        assert all(0 <= wait <= 10 for wait in waits)
        assert len(set(waits)) > 1, "all would come back at the same moment"
        assert stack.processes["web"].wait(20) == 0
        assert time.monotonic() - begin < 20
        statuses = watch.join()
        assert statuses[-1] == 503
        for wire in everyone:
            wire.wait_end(2)


def test_what_was_acknowledged_before_the_end_is_there_afterwards(make_stack: MakeStack) -> None:
    stack = make_stack(worker=False)
    visitor, acked = open_session(stack.url), []
    with visitor.socket() as wire:
        for number in range(10_000):
            if number == 20:
                stack.processes["web"].signal(signal.SIGTERM)
            try:
                answer = wire.send_message(visitor.session_id, f"line {number}")
            except ConnectionError:
                break
            if answer["ok"]:
                acked.append(answer["message"]["id"])
        else:
            pytest.fail("the process never ended")
    assert stack.processes["web"].wait(20) == 0
    stack.restart("web")
    stored = [one["id"] for one in visitor.messages(visitor.session_id) if one["kind"] == "text"]
    assert stored[: len(acked)] == acked
    assert len(stored) - len(acked) <= 1


def test_several_processes_end_together(make_stack: MakeStack, postgres_url: str) -> None:
    stack = make_stack(database_url=postgres_url, concurrency=2, worker=False)
    visitor = open_session(stack.url)
    with closing(*(visitor.socket() for _ in range(6))) as wires:
        begin = time.monotonic()
        assert stack.terminate("web") == 0
        assert time.monotonic() - begin < 20
        for wire in wires:
            assert 0 <= wire.event("server_draining")["reconnect_in"] <= 10
