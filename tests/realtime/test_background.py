"""What a worker does: late, after a crash, only when it is needed."""

import contextlib
import email
import email.policy
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.clients import Visit, closing, open_session, sign_in
from tests.processes import ROOT, Stack, until

MakeStack = Callable[..., Stack]


def test_work_left_by_a_killed_worker_is_done_by_the_next(make_stack: MakeStack) -> None:
    stack = make_stack(beat=True)
    desk = sign_in(stack.url)
    with desk.socket() as wire:
        wire.call("watch_inbox", {})
        _wait_until_done(stack)  # what it has claimed would be its own for a minute
        stack.kill("worker")
        waiting = open_session(stack.url)
        wire.event("session_queued", lambda one: one["session"]["id"] == waiting.session_id)
        stack.valkey.kill()
        stack.valkey.start()  # empty: the wake-ups are gone, and only the sweep is left
        stack.restart("worker")
        pushed = wire.event("session_assigned", timeout=15)
        assert pushed["session"]["id"] == waiting.session_id
    _wait_until_done(stack)


def test_a_message_that_nobody_sees_is_mailed_once(make_stack: MakeStack) -> None:
    stack = make_stack(beat=True)  # a letter about a second message waits for the sweep
    visitor = open_session(
        stack.url, name="李雷", message={"client_msg_id": "first", "body": "有人在吗？ Anybody?"}
    )
    _wait_until_done(stack)
    (letter,) = _letters(stack)
    assert "有人在吗？ Anybody?" in letter
    assert visitor.session_id in letter
    visitor.send(visitor.session_id, "And one thing more")
    _wait_until_done(stack)
    assert len(_letters(stack)) == 2
    assert "Anybody?" not in _letters(stack)[1], "what was mailed is mailed again"


def test_no_mail_while_an_agent_is_online(make_stack: MakeStack) -> None:
    stack = make_stack()
    desk = sign_in(stack.url)
    with desk.socket() as wire:
        wire.call("watch_inbox", {})
        for number in range(desk.agent["capacity"]):
            served = open_session(stack.url, message={"client_msg_id": "a", "body": "Hello"})
            wire.event("session_assigned", _of(served))
            assert served.send(served.session_id, f"More {number}").ok
        waiting = open_session(stack.url, message={"client_msg_id": "a", "body": "Too many?"})
        wire.event("session_queued", _of(waiting))
        _wait_until_done(stack)
        assert waiting.session(waiting.session_id)["status"] == "queued"
        assert _letters(stack) == []


def _of(visitor: Visit) -> Callable[[dict[str, Any]], bool]:
    return lambda one: one["session"]["id"] == visitor.session_id


def test_an_idle_session_is_closed_and_a_busy_one_is_not(make_stack: MakeStack) -> None:
    stack = make_stack(env={"IDLE_CLOSE_MINUTES": "1"})
    idle, busy = open_session(stack.url), open_session(stack.url)
    with closing(idle.socket(), busy.socket()) as (mine, other):
        mine.join(idle.session_id)
        other.join(busy.session_id)
        _wait_until_done(stack)
        with contextlib.closing(sqlite3.connect(stack.data_dir / "cland.db")) as database:
            database.execute(
                "UPDATE chat_session SET updated_at = datetime(updated_at, '-61 seconds'),"
                " listed_at = datetime(listed_at, '-61 seconds') WHERE id = ?",
                (idle.session_id,),
            )
            database.commit()
        _start_task(stack, "workers.archiving.close_idle")
        pushed = mine.event("session_closed")
        assert pushed["session"]["status"] == "closed"
        assert idle.session(idle.session_id)["close_reason"] == "idle"
        assert busy.session(busy.session_id)["status"] == "queued"
        assert other.events("session_closed") == []


def _letters(stack: Stack) -> list[str]:
    """The texts of all mails, oldest first."""
    files: list[Path] = sorted((stack.data_dir / "outbox").glob("*.eml"))
    letters = [
        email.message_from_bytes(one.read_bytes(), policy=email.policy.default) for one in files
    ]
    return [str(one.get_body().get_content()) for one in letters]  # type: ignore[union-attr]  # every letter has one


def _wait_until_done(stack: Stack) -> None:
    """Wait until the outbox holds only finished work."""
    left = -1
    for _ in until(15):
        with contextlib.closing(sqlite3.connect(stack.data_dir / "cland.db")) as database:
            (left,) = database.execute(
                "SELECT count(*) FROM outbox WHERE state NOT IN ('done', 'dead')"
            ).fetchone()
        if left == 0:
            return
    raise AssertionError(f"{left} entries of the outbox are not done:\n{stack.logs()}")


def _start_task(stack: Stack, name: str) -> None:
    """Do as beat does."""
    command = [sys.executable, "-m", "celery", "-A", "celery_worker", "call", name]
    subprocess.run(command, cwd=ROOT, env=stack.env, check=True, timeout=30, capture_output=True)
