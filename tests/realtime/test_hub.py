"""Nothing that waits may hold up the event loop: every other socket would wait with it."""

import contextlib
import json
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.clients import closing, open_session, sign_in
from tests.processes import ADMIN_EMAIL, ROOT, Stack, environment

PROGRAM = (
    "import eventlet; eventlet.monkey_patch(); import runpy;"
    "runpy.run_module('tests.realtime.hub_gap_program', run_name='__main__', alter_sys=True)"
)
MOST_SECONDS = 0.05
# A machine that is busy with something else stops everybody for a moment: the best of some runs
# tells what the code does.
RUNS = 3


def test_waiting_for_postgresql(postgres_url: str, tmp_path: Path) -> None:
    result = _least_gap("pg_sleep", 20, DB_DSN=postgres_url, DATA_DIR=str(tmp_path))
    assert result["took"] < 2, "they waited for one another"
    assert result["gap"] < MOST_SECONDS, result


def test_sqlite_while_another_process_writes(sqlite_template: Path, tmp_path: Path) -> None:
    database = tmp_path / "cland.db"
    database.write_bytes(sqlite_template.read_bytes())

    @contextlib.contextmanager
    def locked() -> Iterator[None]:
        with contextlib.closing(sqlite3.connect(database, check_same_thread=False)) as other:
            other.execute("BEGIN IMMEDIATE")
            release = threading.Timer(1, other.rollback)
            release.start()
            yield
            release.join()

    result = _least_gap("write", 5, around=locked, DATA_DIR=str(tmp_path))
    assert result["took"] > 0.8, "it did not wait for the lock"
    assert result["failed"] == 0
    assert result["gap"] < MOST_SECONDS, result


def test_hashing_passwords(sqlite_template: Path, tmp_path: Path) -> None:
    (tmp_path / "cland.db").write_bytes(sqlite_template.read_bytes())
    result = _least_gap("login", 6, DATA_DIR=str(tmp_path))
    assert result["failed"] == 6, "the password was right"
    assert result["gap"] < MOST_SECONDS, result


def test_sockets_are_answered_while_agents_sign_in(stack: Stack) -> None:
    visitor, stop = open_session(stack.url), threading.Event()

    def sign_in_again_and_again() -> None:
        while not stop.is_set():
            sign_in(stack.url, ADMIN_EMAIL)

    threads = [threading.Thread(target=sign_in_again_and_again) for _ in range(3)]
    with closing(visitor.socket()) as (wire,):
        for thread in threads:
            thread.start()
        try:
            waits = [_wait_of_a_sync(wire, visitor.session_id) for _ in range(60)]
        finally:
            stop.set()
            for thread in threads:
                thread.join()
    waits.sort()
    assert waits[len(waits) * 9 // 10] < 0.15, f"9 of 10 waited up to {waits[-6]:.3f} s"


def _wait_of_a_sync(wire: Any, session_id: str) -> float:
    begin = time.monotonic()
    assert wire.call("sync", {"sessions": {session_id: 0}})["ok"]
    return time.monotonic() - begin


def _least_gap(
    work: str,
    count: int,
    around: Callable[[], contextlib.AbstractContextManager[None]] = contextlib.nullcontext,
    **env: str,
) -> dict[str, Any]:
    """Run the program until the gap is small enough, at most RUNS times; return the last result."""
    result: dict[str, Any] = {}
    for _ in range(RUNS):
        result = _measure(work, count, around, environment(PYTHONPATH=str(ROOT), **env))
        if result["gap"] < MOST_SECONDS:
            break
    return result


def _measure(
    work: str,
    count: int,
    around: Callable[[], contextlib.AbstractContextManager[None]],
    env: dict[str, str],
) -> dict[str, Any]:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, work, str(count)],
        cwd=ROOT,
        env=env,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        while (line := process.stdout.readline()) != "ready\n":
            assert line, "the program has ended"
        with around():
            process.stdin.write("go\n")
            process.stdin.flush()
            last = process.stdout.readlines()[-1]
    result: dict[str, Any] = json.loads(last)
    return result
