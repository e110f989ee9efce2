"""F26: web processes whose clocks are an hour fast and slow, and a worker five minutes ahead."""

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.clients import sign_in
from tests.faults.conftest import urls_of
from tests.faults.stored import read_stored
from tests.faults.traffic import Traffic
from tests.processes import Process, Stack

# Runs a program of ours with the application's clock moved. What sockets and locks wait by is
# monotonic, and stays.
MOVED = """
import runpy, sys, time
from datetime import timedelta
seconds, program = float(sys.argv[1]), sys.argv[2]
if program == "wsgi.py":
    import eventlet
    eventlet.monkey_patch()
from chat_app.infrastructure.clock import SystemClock
now, epoch = SystemClock.now, time.time
SystemClock.now = lambda self: now(self) + timedelta(seconds=seconds)
time.time = lambda: epoch() + seconds
sys.argv = sys.argv[2:]
if program == "wsgi.py":
    runpy.run_path(program, run_name="__main__")
else:
    runpy.run_module(program, run_name="__main__", alter_sys=True)
"""
HOUR = 3_600


def test_clocks_that_disagree(
    breakable_postgres: tuple[object, str], tmp_path: Path, seed: int
) -> None:
    stack = Stack(tmp_path / "skewed", database_url=breakable_postgres[1], web=2, beat=True)
    _move_clock(stack, "web", HOUR)
    _move_clock(stack, "web2", -HOUR)
    _move_clock(stack, "worker", 300)
    with stack:
        traffic = Traffic(stack, seed=seed, urls=urls_of(stack), pairs=5, count=25, pause=0.1)
        with traffic:
            time.sleep(0.5)
        traffic.verify()
        assert len(read_stored(stack).rows) > 250
        _expect_leases_by_the_databases_clock(stack)


def _expect_leases_by_the_databases_clock(stack: Stack) -> None:
    """An agent whose socket is on the slow process is online for all, and gets what waits."""
    desk = sign_in(stack.url_of("web2"))
    with desk.socket() as wire:
        wire.call("watch_inbox", {})
        items = desk.get("/api/chat/sessions", limit=100).json()["items"]
        owned = [one for one in items if one["agent"] is not None]
        assert owned, "nobody was given to anybody"
        moments = [datetime.fromisoformat(one["created_at"]) for one in items]
        # Opened on the fast process: its clock is on the copies, and nothing depends on it.
        assert all(one > datetime.now(UTC) + timedelta(minutes=30) for one in moments)
        assert wire.call("sync", {"sessions": {}})["ok"]


def _move_clock(stack: Stack, name: str, seconds: int) -> None:
    process = stack.processes[name]
    words = [word for word in process._argv[1:] if word != "-m"]
    argv = [sys.executable, "-c", MOVED, str(seconds), *words]
    stack.processes[name] = Process(name, argv, process._env, process.log)
