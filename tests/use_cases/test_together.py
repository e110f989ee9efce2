"""Served in one go: those who wait together, in order, and nobody for ever."""

import threading
from collections.abc import Callable, Sequence
from functools import partial

import pytest

from chat_app.domain.errors import Unavailable
from chat_app.infrastructure.blocking import DirectBlocking
from chat_app.use_cases.together import FEW, Together, _Waiting
from tests.processes import until


class TornAwayError(BaseException):
    """As when a greenlet is killed."""


class Counter:
    """Where names are served; it can be held up, and can fail."""

    def __init__(self) -> None:
        self.busy = threading.Lock()
        self.batches: list[list[str]] = []
        self.prepared: list[list[str]] = []
        self.failing: BaseException | None = None
        self.together = Together(self.serve, DirectBlocking(), most=4)
        self.failed: dict[str, BaseException] = {}
        self._threads: list[threading.Thread] = []

    def serve(self, names: Sequence[str]) -> None:
        self.batches.append(list(names))
        with self.busy:
            if self.failing is not None:
                raise self.failing

    def prepare(self, names: Sequence[str]) -> None:
        self.prepared.append(list(names))
        if names[0] == "unprepared":
            raise ValueError("cannot be prepared")

    def come(self, *names: str) -> None:
        """Come in this order, each in a thread of its own; the first one leads."""
        for name in names:
            self.start(name)
            self.settle(1, len(self._threads) - 1)

    def start(self, name: str) -> None:
        """Come, whatever follows."""
        self._start(partial(self._ask, name))

    def wait(self, waiting: _Waiting[str]) -> None:
        """Let somebody wait who is torn away as soon as it is woken."""
        with self.together._mutex:
            self.together._waiting.append(waiting)
        turn = waiting.turn
        assert turn is not None
        self._start(lambda: self._torn(lambda: self.together._wait(waiting, turn)))

    def finish(self) -> None:
        for thread in self._threads:
            thread.join(5)
            assert not thread.is_alive()
        self._threads.clear()
        assert self.together._leaders == 0
        assert not self.together._waiting

    def _start(self, run: Callable[[], None]) -> None:
        self._threads.append(threading.Thread(target=run, daemon=True))
        self._threads[-1].start()

    def _ask(self, name: str) -> None:
        try:
            self.together.serve(name)
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            self.failed[name] = error

    def settle(self, groups: int, behind: int) -> None:
        """Until so many groups are being served or were, and so many wait behind them."""
        for _ in until(5, every=0.001):
            if len(self.batches) >= groups and len(self.together._waiting) == behind:
                return
        raise AssertionError(f"{len(self.together._waiting)} wait, not {behind}")

    def _torn(self, work: Callable[[], None]) -> None:
        with pytest.raises(TornAwayError):
            work()


@pytest.fixture
def counter() -> Counter:
    return Counter()


class TearingTurn(threading.Event):
    """The moment at which this one is woken is its last."""

    def wait(self, timeout: float | None = None) -> bool:
        super().wait(timeout)
        raise TornAwayError


def test_alone_one_waits_for_nobody(counter: Counter) -> None:
    for name in "abc":
        counter.together.serve(name)
    assert counter.batches == [["a"], ["b"], ["c"]]


def test_those_who_wait_are_served_in_one_go_in_their_order(counter: Counter) -> None:
    with counter.busy:
        counter.come("a", "b", "c", "d")
    counter.finish()
    assert counter.batches == [["a"], ["b", "c", "d"]]


def test_more_than_may_be_served_at_once_wait_for_the_next_time(counter: Counter) -> None:
    with counter.busy:
        counter.come(*"abcdefg")
    counter.finish()
    assert counter.batches == [["a"], ["b", "c", "d", "e"], ["f", "g"]]


def test_of_many_who_are_about_half_is_served_at_a_time(counter: Counter) -> None:
    counter.together = Together(counter.serve, DirectBlocking(), most=100)
    with counter.busy:
        counter.come(*map(str, range(2 * FEW + 8)))
    counter.finish()
    # 31 wait and 1 was served; then 15 wait and 16 were.
    assert [len(batch) for batch in counter.batches] == [1, 16, 15]


def test_a_few_are_served_at_once(counter: Counter) -> None:
    counter.together = Together(counter.serve, DirectBlocking(), most=100)
    with counter.busy:
        counter.come(*map(str, range(1 + FEW)))
    counter.finish()
    assert [len(batch) for batch in counter.batches] == [1, FEW]


def test_the_next_one_begins_before_those_served_go_on(counter: Counter) -> None:
    woken: list[int] = []

    class Noting(DirectBlocking):
        """Turns note when they are given, by the order in which they were taken."""

        taken = breaths = 0

        def turn(self) -> "NotingTurn":
            self.taken += 1
            return NotingTurn(self.taken)

        def breathe(self) -> None:
            self.breaths += 1

    class NotingTurn(threading.Event):
        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

        def set(self) -> None:
            woken.append(self.number)
            super().set()

    blocking = Noting()
    counter.together = Together(counter.serve, blocking, most=2)
    with counter.busy:
        counter.come(*"abcde")
    counter.finish()
    assert counter.batches == [["a"], ["b", "c"], ["d", "e"]]
    assert woken == [2, 4, 3, 5]
    assert blocking.breaths == 1  # who follows has waited long enough


def test_what_has_arrived_when_a_leader_begins_comes_along(counter: Counter) -> None:
    class Breath(DirectBlocking):
        """The others arrive while the leader lets them go on."""

        def breathe(self) -> None:
            for name in "bc":
                together._waiting.append(_Waiting(name, threading.Event()))

    together = Together(counter.serve, Breath(), most=3)
    together.serve("a")
    assert counter.batches == [["a", "b", "c"]]


def test_groups_overlap_once_half_of_a_full_one_waits(counter: Counter) -> None:
    counter.together = Together(counter.serve, DirectBlocking(), most=4, most_leaders=2)
    with counter.busy:
        for name, groups, behind in (("a", 1, 0), ("b", 1, 1), ("c", 2, 0)):
            counter.start(name)
            counter.settle(groups, behind)
        for behind, name in enumerate("defgh", start=1):
            counter.start(name)
            counter.settle(2, behind)  # two lead: no more
    counter.finish()
    assert counter.batches[:2] == [["a"], ["b", "c"]]
    assert sorted(name for batch in counter.batches for name in batch) == list("abcdefgh")


def test_a_group_is_prepared_while_another_one_is_served(counter: Counter) -> None:
    counter.together = Together(
        counter.serve, DirectBlocking(), most=100, most_leaders=2, prepare=counter.prepare
    )
    names = list(map(str, range(FEW)))
    with counter.busy:
        counter.come("a", *names[:-1])
        assert counter.prepared == [["a"]]
        counter.start(names[-1])
        counter.settle(1, 0)
        for _ in until(5, every=0.001):
            if len(counter.prepared) == 2:
                break
        assert counter.prepared == [["a"], names]
        assert counter.batches == [["a"]]  # it is too small to be served beside another one
        counter.start("late")
        counter.settle(1, 1)
    counter.finish()
    assert counter.batches == counter.prepared == [["a"], names, ["late"]]


def test_who_cannot_be_prepared_is_answered_and_nobody_is_held_up(counter: Counter) -> None:
    counter.together = Together(counter.serve, DirectBlocking(), most=4, prepare=counter.prepare)
    with pytest.raises(ValueError, match="cannot be prepared"):
        counter.together.serve("unprepared")
    counter.together.serve("a")
    assert counter.batches == [["a"]]


def test_who_serves_leaves_alone_who_gathers(counter: Counter) -> None:
    breathing = threading.Event()

    class Slow(DirectBlocking):
        """The second one gathers for long."""

        def breathe(self) -> None:
            if counter.batches:
                breathing.wait(5)

    counter.together = Together(counter.serve, Slow(), most=4, most_leaders=3)
    with counter.busy:
        counter.start("a")
        counter.settle(1, 0)
        counter.start("b")
        counter.settle(1, 1)
        counter.start("c")
        for _ in until(5, every=0.001):
            if counter.together._gathering:
                break
        for name in "de":
            counter.start(name)
        counter.settle(1, 3)
    for _ in until(5, every=0.001):
        if counter.together._leaders == 1:
            break
    assert counter.batches == [["a"]]  # the others wait for b, who takes them along
    breathing.set()
    counter.finish()
    assert counter.batches == [["a"], ["b", "c", "d", "e"]]


def test_unavailable_is_everybodys_answer_and_then_forgotten(counter: Counter) -> None:
    counter.failing = Unavailable(retry_after=2)
    with counter.busy:
        counter.come("a", "b", "c")
    counter.finish()
    assert counter.batches == [["a"]]  # the others need not find out for themselves
    assert counter.failed == dict.fromkeys("abc", counter.failing)
    counter.failing = None
    counter.together.serve("d")
    assert counter.batches[-1] == ["d"]


def test_another_failure_is_theirs_who_were_served_with_it(counter: Counter) -> None:
    counter.failing = ValueError("only once")
    with counter.busy:
        counter.come("a", "b")
    counter.finish()
    assert counter.batches == [["a"], ["b"]]
    assert counter.failed == dict.fromkeys("ab", counter.failing)


def test_who_is_torn_away_when_it_should_lead_leaves_the_lead_to_others(counter: Counter) -> None:
    with counter.busy:
        counter.come("a")
        counter.wait(_Waiting("torn", TearingTurn()))
        counter.come("b")
    counter.finish()
    assert counter.batches == [["a"], ["b"]]


def test_who_is_torn_away_while_it_waits_is_not_served(counter: Counter) -> None:
    turn = TearingTurn()
    torn = _Waiting("torn", turn)
    with counter.busy:
        counter.come("a")
        counter.wait(torn)
        turn.set()
        for _ in until(5, every=0.001):
            if torn not in counter.together._waiting:
                break
    counter.finish()
    assert counter.batches == [["a"]]


@pytest.mark.parametrize("where", ["before it serves", "while it serves"])
def test_who_is_torn_away_as_leader_leaves_the_lead_to_others(counter: Counter, where: str) -> None:
    class Torn(DirectBlocking):
        """Somebody comes while the leader's thread is ended."""

        def breathe(self) -> None:
            if not counter.batches and where == "before it serves":
                raise TornAwayError

    counter.together = Together(counter.serve, Torn(), most=4)
    counter.failing = TornAwayError() if where == "while it serves" else None
    with pytest.raises(TornAwayError):
        counter.together.serve("a")
    counter.failing = None
    counter.batches.append([])
    counter.together.serve("b")
    assert counter.batches[-1] == ["b"]
    assert counter.together._leaders == 0
