"""`make run` as a process: it starts everything, says so, and leaves nothing behind."""

import fcntl
import os
import re
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.processes import Process, environment, free_port, get_json, until

pytestmark = pytest.mark.services

Run = Callable[..., Process]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Start the supervisor; whatever it left running is ended after the test."""
    started: list[Process] = []

    def start(*, ready: bool = True, **given: str) -> Process:
        env = {"PORT": str(free_port()), "DATA_DIR": str(tmp_path / "data"), **given}
        process = Process(
            "supervisor",
            [sys.executable, "-m", "chat_app.supervisor"],
            environment(**env),
            tmp_path / f"supervisor{len(started)}.log",
        )
        process.start()
        started.append(process)
        if ready:
            wait_for_banner(process)
        return process

    yield start
    for process in started:
        if process.running:
            process.terminate()


def wait_for_banner(process: Process) -> None:
    for _ in until(40):
        if "is ready" in process.output():
            return
        assert process.running, process.output()
    raise AssertionError(f"never ready:\n{process.output()}")


def children(process: Process) -> list[int]:
    if sys.platform != "linux":
        pytest.skip("processes are counted in /proc")
    path = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(pid) for pid in path.read_text(encoding="ascii").split()]


def program(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def assert_all_gone(pids: list[int], seconds: float = 10) -> None:
    left = pids
    for _ in until(seconds):
        left = [pid for pid in left if _alive(pid)]
        if not left:
            return
    raise AssertionError(f"left behind: {[program(pid) for pid in left]}")


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def test_starts_everything_and_stops_everything(run: Run) -> None:
    process = run(ADMIN_PASSWORD="")
    assert get_json(process.port, "/readyz") == (200, {"status": "ready", **_checks(process)})
    shown = re.search(r"admin@example\.com {2}/ {2}(\S+)", process.output())
    assert shown, process.output()
    pids = children(process)
    assert len(pids) == 4, [program(pid) for pid in pids]
    assert process.terminate(timeout=20) == 0
    assert_all_gone(pids, 1)

    # Again on the same data: the admin exists, the password is shown nowhere.
    again = run(ADMIN_PASSWORD="")
    assert "admin@example.com" in again.output()
    assert "  /  " not in again.output()
    os.kill(again.pid, signal.SIGINT)
    assert again.wait(20) == 0


def _checks(process: Process) -> dict[str, object]:
    body = get_json(process.port, "/readyz")[1]
    return {"checks": body["checks"]}


def test_a_dead_child_is_named_and_ends_the_rest(run: Run) -> None:
    process = run()
    pids = children(process)
    worker = next(pid for pid in pids if " worker " in program(pid))
    os.kill(worker, signal.SIGKILL)
    assert process.wait(20) == 1
    assert "worker ended with exit code -9" in process.output()
    assert_all_gone(pids, 1)


def test_nothing_outlives_a_killed_supervisor(run: Run) -> None:
    process = run()
    pids = children(process)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert_all_gone(pids, 20)


def test_a_taken_port_is_said_in_one_line_before_anything_starts(run: Run, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = run(ready=False, PORT=str(port))
        assert process.wait(10) == 2
    assert process.output() == (
        f"cland-chat: port {port} is taken; choose another: PORT={port + 1} make run\n"
    )


def test_a_bad_setting_is_said_in_one_line(run: Run) -> None:
    process = run(ready=False, PORT="many")
    assert process.wait(10) == 2
    assert process.output() == "cland-chat: PORT: a whole number is needed, not 'many'\n"


def test_a_second_one_on_the_same_data_is_refused(run: Run, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with (data / "supervisor.lock").open("a") as held_by_the_first:
        fcntl.flock(held_by_the_first, fcntl.LOCK_EX)
        process = run(ready=False)
        assert process.wait(10) == 2
    assert process.output() == (
        f"cland-chat: Cland Chat already runs on {data}; stop it, or choose another DATA_DIR\n"
    )


def test_a_failing_migration_is_shown_and_stops_the_start(run: Run) -> None:
    process = run(ready=False, DB_DSN="postgresql://nobody@127.0.0.1:9/none")
    assert process.wait(30) == 1
    assert "migrations failed with exit code" in process.output()
