"""Who of several processes on one listening socket has more connections than another."""

from collections.abc import Iterator

import pytest

from chat_app.infrastructure.crowds import Crowd, Crowds


@pytest.fixture
def crowds() -> Iterator[Crowds]:
    made = Crowds(3)
    yield made
    made.close()


def test_whoever_is_alone_has_never_too_many(crowds: Crowds) -> None:
    alone = Crowd(crowds.fileno(), 1)
    assert not alone.is_larger(0)
    assert not alone.is_larger(12_000)


def test_the_one_with_more_is_told_so(crowds: Crowds) -> None:
    first, second = Crowd(crowds.fileno(), 0), Crowd(crowds.fileno(), 1)
    assert not first.is_larger(3)
    assert not second.is_larger(2)
    assert first.is_larger(3)
    assert not second.is_larger(3), "as many is not more"


def test_one_of_three_with_fewest_is_enough(crowds: Crowds) -> None:
    first, second, third = (Crowd(crowds.fileno(), place) for place in range(3))
    first.is_larger(5)
    second.is_larger(9)
    assert third.is_larger(7)


def test_who_has_ended_is_compared_with_no_longer(crowds: Crowds) -> None:
    first, second = Crowd(crowds.fileno(), 0), Crowd(crowds.fileno(), 1)
    second.is_larger(0)
    assert first.is_larger(1)
    crowds.left(1)
    assert not first.is_larger(1)
