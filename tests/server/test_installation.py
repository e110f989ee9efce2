"""The real application in real processes."""

import os
import signal
from collections.abc import Callable

import pytest

from tests.processes import Stack, get_json, until

pytestmark = pytest.mark.services


def test_is_ready_with_all_its_parts(stack: Stack) -> None:
    status, body = get_json(stack.processes["web"].port, "/readyz")
    assert (status, body["status"]) == (200, "ready")
    assert body["checks"] == {"database": "ok", "redis": "ok"}


def test_is_degraded_without_redis_and_recovers(make_stack: Callable[..., Stack]) -> None:
    stack = make_stack(worker=False)
    port = stack.processes["web"].port
    stack.valkey.kill()
    assert wait_for_status(port, "degraded") == 200
    stack.valkey.start()
    assert wait_for_status(port, "ready") == 200


def wait_for_status(port: int, wanted: str) -> int:
    body = None
    for _ in until(15, every=0.2):
        status, body = get_json(port, "/readyz")
        if body and body["status"] == wanted:
            return status
    raise AssertionError(f"never {wanted}: {body}")


def test_comes_back_after_a_crash_and_stops_in_order(make_stack: Callable[..., Stack]) -> None:
    stack = make_stack(beat=True)
    stack.kill("web")
    stack.restart("web")
    assert stack.terminate("beat") == 0
    assert stack.terminate("worker") == 0
    assert stack.terminate("web") == 0


def test_two_processes_serve_one_port_on_postgresql(
    make_stack: Callable[..., Stack], postgres_url: str
) -> None:
    stack = make_stack(database_url=postgres_url, concurrency=2, worker=False)
    web = stack.processes["web"]
    assert get_json(web.port, "/readyz")[0] == 200
    os.kill(web.pid, signal.SIGTERM)
    assert web.wait() == 0
    assert "Traceback" not in web.output()
