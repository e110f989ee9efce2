"""Who is ready goes in: large groups at once, small ones alone and in their order."""

import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from chat_app.infrastructure.blocking import DirectBlocking
from chat_app.use_cases.entrance import Entrance
from tests.processes import until


class TornAwayError(BaseException):
    """As when a greenlet is killed."""


class TearingTurn(threading.Event):
    """The moment at which this one is woken is its last."""

    def wait(self, timeout: float | None = None) -> bool:
        super().wait(timeout)
        raise TornAwayError


class Tearing(DirectBlocking):
    """Whose next turn is somebody's last."""

    tears = False

    def turn(self) -> threading.Event:
        return TearingTurn() if self.tears else super().turn()


class House:
    """Where everybody stays until told to leave."""

    def __init__(self) -> None:
        self.blocking = Tearing()
        self.entrance = Entrance(self.blocking)
        self.came: list[str] = []
        self._leave: dict[str, threading.Event] = {}
        self._threads: dict[str, threading.Thread] = {}

    def come(self, name: str, *, large: bool = False) -> None:
        """Come, and be inside or ready when this returns."""
        self._leave[name] = threading.Event()
        ready = len(self.entrance._ready)
        self._threads[name] = threading.Thread(target=partial(self._visit, name, large))
        self._threads[name].start()
        self.settle(lambda: name in self.came or len(self.entrance._ready) > ready)

    def come_with_one_who_is_torn(self) -> None:
        """Three come: a is inside, b and c are ready, and b is torn away as it is woken."""
        self.come("a")
        self.blocking.tears = True
        self.come("b")
        self.blocking.tears = False
        self.come("c")

    def leave(self, name: str) -> None:
        self._leave[name].set()
        self._threads[name].join(5)
        assert not self._threads[name].is_alive()

    def settle(self, done: Callable[[], bool]) -> None:
        for _ in until(5, every=0.001):
            if done():
                return
        raise AssertionError(self.came)

    def _visit(self, name: str, large: bool) -> None:
        try:
            with self.entrance.inside(beside_others=large):
                self.came.append(name)
                self._leave[name].wait(5)
        except TornAwayError:
            self.came.append(f"{name} torn")


@pytest.fixture
def house() -> Iterator[House]:
    house = House()
    yield house
    for name in house._threads:
        house.leave(name)
    assert house.entrance._inside == 0
    assert not house.entrance._ready


def test_a_small_group_waits_until_nobody_is_inside(house: House) -> None:
    house.come("a")
    house.come("b")
    assert house.came == ["a"]
    house.leave("a")
    house.settle(lambda: house.came == ["a", "b"])


def test_a_large_group_waits_for_nobody(house: House) -> None:
    house.come("a")
    house.come("large", large=True)
    assert house.came == ["a", "large"]


def test_a_small_group_does_not_go_in_beside_a_large_one(house: House) -> None:
    house.come("a")
    house.come("large", large=True)
    house.come("b")
    house.leave("a")
    assert len(house.entrance._ready) == 1
    house.leave("large")
    house.settle(lambda: house.came == ["a", "large", "b"])


def test_those_who_are_ready_go_in_one_by_one_in_their_order(house: House) -> None:
    for name in "abc":
        house.come(name)
    house.leave("a")
    house.settle(lambda: house.came == ["a", "b"])
    house.leave("b")
    house.settle(lambda: house.came == ["a", "b", "c"])


def test_who_is_torn_away_while_it_is_ready_holds_nobody_up(house: House) -> None:
    house.come_with_one_who_is_torn()
    torn = house.entrance._ready[0]
    torn.set()
    house.settle(lambda: house.came == ["a", "b torn"])
    assert len(house.entrance._ready) == 1
    house.leave("a")
    house.settle(lambda: house.came == ["a", "b torn", "c"])


def test_who_is_torn_away_as_it_is_let_in_makes_room(house: House) -> None:
    house.come_with_one_who_is_torn()
    house.leave("a")
    house.settle(lambda: house.came == ["a", "b torn", "c"])
