"""The search for the knee, on servers that are made of a formula."""

from functools import partial
from typing import Any

from bench.knee import FIRST, KEPT, P99_MS, Search, holds


def answers(rate: int, capacity: int) -> dict[str, Any]:
    kept = min(rate, capacity)
    return {"rate": rate, "messages_per_s": kept, "refused": 0, "ack_p99_ms": 10.0}


def test_the_knee_is_found_within_a_tenth_and_never_above() -> None:
    for capacity in (500, 1000, 2345, 6000):
        found = Search(partial(answers, capacity=capacity)).knee()
        assert 0.9 * capacity <= found <= capacity / KEPT


def test_late_answers_are_a_knee_too() -> None:
    def play(rate: int) -> dict[str, Any]:
        return answers(rate, 10**6) | {"ack_p99_ms": P99_MS + 1 if rate > 1500 else 5.0}

    assert 1350 <= Search(play).knee() <= 1500


def test_a_server_that_holds_nothing_has_no_knee() -> None:
    search = Search(lambda rate: answers(rate, 10))
    assert search.knee() == 0
    assert [one["rate"] for one in search.steps] == [FIRST, FIRST]


def test_one_bad_step_does_not_end_the_search() -> None:
    bad = iter([True])
    search = Search(lambda rate: answers(rate, 0 if next(bad, False) else 1000))
    assert search.knee() >= 900


def test_what_holds() -> None:
    good = {"rate": 100, "messages_per_s": 96, "refused": 0, "ack_p99_ms": P99_MS}
    assert holds(good)
    for wrong in (
        {"messages_per_s": 94},
        {"refused": 1},
        {"ack_p99_ms": P99_MS + 1},
        {"ack_p99_ms": None},
    ):
        assert not holds(good | wrong)
