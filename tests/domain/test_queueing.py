"""What is said of the time somebody will wait."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_app.domain.queueing import LEAST_SAMPLES, Outlook

TIMES = st.lists(st.floats(0, 86_400), min_size=LEAST_SAMPLES, max_size=50)


@pytest.mark.parametrize(
    ("position", "times", "slots", "seconds"),
    [
        (1, [60, 600, 120], 1, 120),
        (1, [60, 600, 120], 4, 30),
        (3, [60, 600, 120], 4, 90),
        (1, [100, 100, 100], 3, 34),
        (1, [60, 600, 120], 0, None),
        (1, [60, 600], 4, None),
        (1, [], 4, None),
    ],
)
def test_it_is_the_time_until_enough_slots_have_become_free(
    position: int, times: list[float], slots: int, seconds: int | None
) -> None:
    assert Outlook(times, slots).wait_seconds(position) == seconds


@given(TIMES, st.integers(1, 100), st.integers(1, 100))
def test_whoever_is_further_behind_waits_no_less_and_more_agents_make_it_no_longer(
    times: list[float], slots: int, position: int
) -> None:
    here = Outlook(times, slots).wait_seconds(position)
    behind = Outlook(times, slots).wait_seconds(position + 1)
    helped = Outlook(times, slots + 1).wait_seconds(position)
    assert here is not None
    assert behind is not None
    assert helped is not None
    assert 0 <= helped <= here <= behind
