"""How long failed work waits."""

from hypothesis import given
from hypothesis import strategies as st

from chat_app.domain.outbox import MOST_ATTEMPTS, retry_delay_seconds
from tests.builders import make_entry


def test_waits_longer_each_time() -> None:
    delays = [retry_delay_seconds(attempts) for attempts in range(1, MOST_ATTEMPTS + 3)]
    assert delays == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]


@given(st.integers(0, 10_000))
def test_never_less_than_a_second_nor_more_than_five_minutes(attempts: int) -> None:
    assert 1 <= retry_delay_seconds(attempts) <= 300


def test_an_entry_begins_pending_and_untried() -> None:
    entry = make_entry()
    assert (entry.state, entry.attempts, entry.locked_until) == ("pending", 0, None)
