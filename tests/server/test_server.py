"""The web server as a process: starting, answering, draining, and several on one socket."""

import http.client
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import websocket

from tests.processes import ROOT, Process, children_of, environment, free_port, get_json, until

pytestmark = pytest.mark.services
PROGRAM = str(Path(__file__).with_name("tiny_program.py"))

Start = Callable[..., Process]
Keep = Callable[[Process], tuple[http.client.HTTPConnection, int]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start the tiny program with an environment; it is killed at the end of the test."""
    started: list[Process] = []

    def run(*, port: int | None = None, ready: bool = True, **env: str) -> Process:
        given = environment(
            PORT=str(port or free_port()), DATA_DIR=str(tmp_path), PYTHONPATH=str(ROOT), **env
        )
        process = Process("tiny", [sys.executable, PROGRAM], given, tmp_path / "tiny.log")
        process.start()
        started.append(process)
        if ready:
            wait_for(process, "/readyz", 200)
        return process

    yield run
    for process in started:
        if process.running:
            process.kill()


def wait_for(process: Process, path: str, status: int) -> None:
    for _ in until(15):
        if get_json(process.port, path)[0] == status:
            return
        assert process.running, process.output()
    raise AssertionError(f"{path} never answered {status}: {process.output()}")


def get(process: Process, path: str, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", process.port, timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def test_a_taken_port_is_said_in_one_line(start: Start) -> None:
    first = start()
    second = start(port=first.port, ready=False)
    assert second.wait(10) == 2
    assert f"port {first.port} is taken" in second.output()
    assert "Traceback" not in second.output()


def test_a_bad_setting_is_said_in_one_line(start: Start) -> None:
    process = start(ready=False, RATE_LIMITS="perhaps")
    assert process.wait(10) == 2
    assert process.output() == ("cland-chat: RATE_LIMITS: must be one of on, off, not 'perhaps'\n")


def test_a_failure_below_flask_shows_no_traceback_to_the_client(start: Start) -> None:
    process = start()
    assert get(process, "/broken") == (500, "")
    assert "request failed below the application\nTraceback" in process.output()


def test_compression_of_websockets_is_never_negotiated(start: Start) -> None:
    offered = {"Sec-WebSocket-Extensions": "permessage-deflate"}
    assert get(start(), "/extensions", **offered) == (200, "none")


@pytest.mark.parametrize("wanted", [700, 20_000])
def test_as_many_clients_are_taken_as_files_allow(wanted: int) -> None:
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    hard = wanted if allowed == resource.RLIM_INFINITY else min(wanted, allowed)
    clients = min(12_000, hard - 256)
    program = (
        f"import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (300, {hard}));"
        "from chat_app.server import _pool_size as size;"
        "print(size(), r.getrlimit(r.RLIMIT_NOFILE)[0])"
    )
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert found.stdout.split() == [str(clients), str(clients + 256)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_drains(start: Start, number: signal.Signals) -> None:
    process = start()
    socket_of_a_client = websocket.create_connection(f"ws://127.0.0.1:{process.port}/ws")
    socket_of_a_client.send("hello")
    assert socket_of_a_client.recv() == "hello"
    answers: list[tuple[int, str]] = []
    request = threading.Thread(target=lambda: answers.append(get(process, "/slow/2.0")))
    request.start()
    time.sleep(0.3)
    begin = time.monotonic()
    process.signal(number)
    wait_for(process, "/readyz", 503)
    assert time.monotonic() - begin < 0.4, "the signal was heeded late"
    assert process.wait() == 0
    assert time.monotonic() - begin < 5
    request.join()
    assert answers[0][0] == 200, "the running request was cut off"
    assert [line for line in process.output().splitlines() if "(" not in line] == [
        "begun",
        "goodbye",
    ]
    socket_of_a_client.close()


def test_several_processes_share_one_socket_and_a_dead_one_is_replaced(start: Start) -> None:
    process = start(WEB_CONCURRENCY="2", DB_DSN="postgresql://unused/unused")
    victim = int(get(process, "/slow/0.0")[1])
    assert victim != process.pid
    os.kill(victim, signal.SIGKILL)
    for _ in until(10):
        if "next start" in process.output() and get(process, "/slow/0.0")[0] == 200:
            break
    if sys.platform == "linux":
        for _ in until(10):
            if len(children_of(process.pid)) == 2:
                break
        assert len(children_of(process.pid)) == 2
    assert process.terminate() == 0
    assert get_json(process.port, "/readyz") == (0, None)


@pytest.fixture
def keep() -> Iterator[Keep]:
    """Open a connection that stays till the end; return it and the process that has it."""
    kept: list[http.client.HTTPConnection] = []

    def open_one(process: Process) -> tuple[http.client.HTTPConnection, int]:
        kept.append(http.client.HTTPConnection("127.0.0.1", process.port, timeout=10))
        kept[-1].request("GET", "/slow/0.0")
        return kept[-1], int(kept[-1].getresponse().read())

    yield open_one
    for connection in kept:
        connection.close()


@pytest.fixture
def pair(start: Start) -> Process:
    """Two processes on one socket."""
    return start(WEB_CONCURRENCY="2", DB_DSN="postgresql://unused/unused")


def test_connections_are_shared_evenly_however_they_come(pair: Process, keep: Keep) -> None:
    kept = [keep(pair)]
    for _ in until(15):
        kept.append(keep(pair))
        if len({pid for _, pid in kept}) == 2:
            break
    kept += [keep(pair) for _ in range(60)]
    numbers = Counter(pid for _, pid in kept)
    assert len(numbers) == 2
    assert min(numbers.values()) >= 0.4 * len(kept), numbers
    # What one process loses it gets back.
    poorer, lost = numbers.popitem()
    for connection, pid in kept:
        if pid == poorer:
            connection.close()
    numbers.update(keep(pair)[1] for _ in range(lost + 20))
    assert min(numbers.values()) >= 0.4 * numbers.total(), numbers


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the children of a process")
def test_a_process_that_stands_still_keeps_no_connection_from_its_neighbour(
    pair: Process, keep: Keep
) -> None:
    _, lively = keep(pair)
    (still,) = set(children_of(pair.pid)) - {lively}
    os.kill(still, signal.SIGSTOP)
    try:
        assert [keep(pair)[1] for _ in range(20)] == [lively] * 20
    finally:
        os.kill(still, signal.SIGCONT)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of a parent's death")
def test_children_end_when_their_parent_is_killed(start: Start) -> None:
    process = start(WEB_CONCURRENCY="2", DB_DSN="postgresql://unused/unused")
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    for _ in until(10):
        if get_json(process.port, "/readyz") == (0, None):
            return
    raise AssertionError("a child outlived its parent")


def test_a_stalled_client_does_not_keep_the_others_waiting(start: Start) -> None:
    process = start()
    stalled = [socket.create_connection(("127.0.0.1", process.port)) for _ in range(50)]
    for connection in stalled:
        connection.sendall(b"GET /readyz HTTP/1.1\r\nX-Slow: ")
    assert get(process, "/readyz")[0] == 200
    for connection in stalled:
        connection.close()
