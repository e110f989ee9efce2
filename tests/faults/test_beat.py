"""Beat dies, or there are two of it (F30)."""

import time

from tests.clients import open_session, sign_in
from tests.faults.conftest import MakeStack
from tests.processes import Stack, until


def assigned_without_a_wake_up(stack: Stack, seconds: float) -> float:
    """Lose the wake-ups of a new session; return how long the sweep took to find it."""
    desk = sign_in(stack.url)
    with desk.socket():
        stack.processes["worker"].terminate()
        visit = open_session(stack.url)
        stack.valkey.kill()
        stack.valkey.start()  # empty
        stack.restart("worker")
        begin = time.monotonic()
        for _ in until(seconds):
            if desk.session(visit.session_id)["status"] == "active":
                desk.end(visit.session_id)
                return time.monotonic() - begin
    raise AssertionError(f"waited {seconds} s\n{stack.logs()}")


def test_web_processes_stand_in_for_a_dead_beat(make_stack: MakeStack) -> None:
    stack = make_stack(beat=True)
    stack.kill("beat")
    waited = assigned_without_a_wake_up(stack, seconds=30)
    print(f"assigned {waited:.1f} s after the worker was back, without beat")  # noqa: T201 - a figure of the run


def test_two_beats_do_no_harm(make_stack: MakeStack) -> None:
    stack = make_stack(beat=2)
    assert assigned_without_a_wake_up(stack, seconds=15) < 10
    desk = sign_in(stack.url)
    with desk.socket():
        visits = [open_session(stack.url) for _ in range(5)]
        for _ in until(15):
            states = [desk.session(one.session_id) for one in visits]
            if all(one["status"] == "active" for one in states):
                break
        assert [one["assign_epoch"] for one in states] == [1] * 5, "given more than once"
