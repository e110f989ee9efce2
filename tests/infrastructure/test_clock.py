"""The machine's clock, cut to milliseconds."""

import time
from datetime import UTC, datetime
from unittest import mock

from chat_app.infrastructure.clock import SystemClock


def test_tells_the_time_in_milliseconds() -> None:
    clock = SystemClock()
    for _ in range(50):
        before, told, after = datetime.now(UTC), clock.now(), datetime.now(UTC)
        assert told.microsecond % 1_000 == 0
        assert (told - before).total_seconds() > -0.001
        assert told <= after
        time.sleep(0.0003)


def test_goes_on_after_a_millisecond_and_back_with_the_machine() -> None:
    clock, moment = SystemClock(), 1_700_000_000_123_456_789
    told = []
    for nanoseconds in (moment, moment + 500_000, moment + 1_000_000, moment - 5_000_000):
        with mock.patch.object(time, "time_ns", lambda now=nanoseconds: now):
            told.append(clock.now().isoformat(timespec="microseconds"))
    assert told == [
        "2023-11-14T22:13:20.123000+00:00",
        "2023-11-14T22:13:20.123000+00:00",
        "2023-11-14T22:13:20.124000+00:00",
        "2023-11-14T22:13:20.118000+00:00",
    ]
