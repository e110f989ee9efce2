"""An inbox hears of a session at most once a second, and always of its last state."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from chat_app.delivery.realtime.refresh import MOST_AT_ONCE, Refresh

START = 1_000.0


class Time:
    """A clock that moves by hand, and what is to be done later."""

    def __init__(self) -> None:
        self.now = START
        self.jobs: list[tuple[float, Callable[[], None]]] = []

    def later(self, seconds: float, job: Callable[[], None]) -> None:
        assert seconds >= 0
        self.jobs.append((self.now + seconds, job))

    def pass_by(self, seconds: float) -> None:
        until = self.now + seconds
        while due := sorted((one for one in self.jobs if one[0] <= until), key=lambda one: one[0]):
            self.jobs.remove(due[0])
            self.now = due[0][0]
            due[0][1]()
        self.now = until


class Told:
    """The refresh under test, the state of sessions, and what was read and pushed when."""

    def __init__(self) -> None:
        self.time = Time()
        self.state: dict[str, Any] = {}
        self.reads: list[Sequence[str]] = []
        self.pushes: list[tuple[float, Any]] = []
        self.refresh = Refresh(self._load, self._push, self.time.later, lambda: self.time.now)

    def _load(self, ids: Sequence[str]) -> list[Any]:
        self.reads.append(ids)
        return [self.state[one] for one in ids if one in self.state]

    def _push(self, view: Any) -> None:
        self.pushes.append((self.time.now - START, view))

    def change(self, session_id: str, state: Any) -> None:
        self.state[session_id] = state
        self.refresh.changed(session_id)


@pytest.fixture
def told() -> Told:
    return Told()


def test_the_first_change_is_told_at_once(told: Told) -> None:
    told.change("a", 1)
    told.time.pass_by(0)
    assert told.pushes == [(0.0, 1)]


def test_nothing_is_read_before_the_caller_is_done(told: Told) -> None:
    told.change("a", 1)
    assert told.reads == []


def test_a_hundred_changes_in_a_second_are_two_pushes(told: Told) -> None:
    for number in range(100):
        told.change("a", number)
        told.time.pass_by(0.005)
    told.time.pass_by(2)
    assert told.pushes == [(0.0, 0), (1.0, 99)]


def test_changes_without_end_are_one_push_a_second(told: Told) -> None:
    for number in range(1_000):
        told.change("a", number)
        told.time.pass_by(0.01)
    moments = [moment for moment, _ in told.pushes]
    assert len(moments) in (10, 11)
    gaps = [after - before for before, after in itertools.pairwise(moments)]
    assert min(gaps) >= 0.999


def test_many_sessions_are_read_together(told: Told) -> None:
    for number in range(50):
        told.change(str(number), number)
    told.time.pass_by(1)
    assert len(told.reads) == 1
    assert sorted(state for _, state in told.pushes) == list(range(50))


def test_more_than_fit_follow_and_none_is_forgotten(told: Told) -> None:
    many = MOST_AT_ONCE * 2 + 1
    for number in range(many):
        told.change(str(number), number)
    told.time.pass_by(5)
    assert [len(ids) for ids in told.reads] == [MOST_AT_ONCE, MOST_AT_ONCE, 1]
    assert sorted(state for _, state in told.pushes) == list(range(many))


def test_a_session_that_is_gone_is_not_told(told: Told) -> None:
    told.refresh.changed("gone")
    told.change("a", 1)
    told.time.pass_by(1)
    assert [state for _, state in told.pushes] == [1]


def test_a_change_after_a_quiet_time_is_told_at_once_again(told: Told) -> None:
    told.change("a", 1)
    told.time.pass_by(60)
    told.change("a", 2)
    told.time.pass_by(0)
    assert told.pushes == [(0.0, 1), (60.0, 2)]
