"""Values that are told together are counted as if they had been told one by one."""

import sys
import threading

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram, generate_latest

from chat_app.infrastructure.metrics import Metrics

TIMES = st.lists(st.floats(0, 20) | st.sampled_from([0.001, 0.25, 10.0]), max_size=30)


def lines(page: bytes, name: str) -> dict[str, float]:
    """What a page says of one figure, by what stands before the value."""
    told = [one.rsplit(" ", 1) for one in page.decode().splitlines() if one.startswith(name)]
    return {what: round(float(value), 6) for what, value in told if "_created" not in what}


def one_by_one(name: str, times: list[float]) -> dict[str, float]:
    registry = CollectorRegistry()
    bounds = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
    histogram = Histogram(name, "As the library counts", buckets=bounds, registry=registry)
    for seconds in times:
        histogram.observe(seconds)
    return lines(generate_latest(registry), name)


@given(TIMES, TIMES)
def test_what_is_told_together_is_counted_one_by_one(first: list[float], then: list[float]) -> None:
    metrics = Metrics()
    for times in (first, then):
        for seconds in times:
            metrics.pushed(seconds)
        metrics.sampled({})
    expected = one_by_one("cland_delivery_seconds", [*first, *then])
    assert lines(metrics.page(), "cland_delivery_seconds") == expected
    assert lines(metrics.page(), "cland_delivery_seconds") == expected, "told twice"


def test_a_page_holds_what_was_just_measured() -> None:
    metrics = Metrics()
    metrics.answered("sync", ok=True, seconds=0.02)
    metrics.answered("sync", ok=False, seconds=0.2)
    metrics.pushed(-0.5)  # another machine's clock
    page = metrics.page()
    assert lines(page, "cland_event_seconds_count") == {
        'cland_event_seconds_count{event="sync"}': 2
    }
    assert lines(page, "cland_event_refusals_total") == {
        'cland_event_refusals_total{event="sync"}': 1
    }
    assert lines(page, "cland_delivery_seconds_sum") == {"cland_delivery_seconds_sum": 0}


def test_nothing_is_lost_or_counted_twice_while_others_ask() -> None:
    metrics = Metrics()

    def measure() -> None:
        for number in range(4_000):
            metrics.pushed(0.01)
            if number % 20 == 0:
                metrics.page()

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    threads = [threading.Thread(target=measure) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    sys.setswitchinterval(interval)
    count = lines(metrics.page(), "cland_delivery_seconds_count")
    assert count == {"cland_delivery_seconds_count": 16_000}
