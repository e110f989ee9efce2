"""What is measured, in the form that Prometheus reads.

With several web processes each writes its own values into files of one folder (that is
prometheus_client's way, chosen by PROMETHEUS_MULTIPROC_DIR before it is imported), and whichever
process is asked adds them up.
"""

import threading
from bisect import bisect_left
from collections import Counter as Counts
from collections import deque
from pathlib import Path
from typing import Any, Final

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.values import MutexValue, ValueClass

CONTENT_TYPE: Final[str] = CONTENT_TYPE_LATEST
MEASUREMENTS: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that says in which folder several processes keep their values."""
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_SIZES: Final = (1, 2, 5, 10, 20, 50, 100)


class Metrics:
    """Everything that this process measures; nothing here blocks or raises."""

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        self._messages = Counter("cland_messages", "Messages stored", registry=registry)
        self._groups = Histogram(
            "cland_commit_messages", "Messages in one commit", buckets=_SIZES, registry=registry
        )
        self._commits = Histogram(
            "cland_commit_seconds", "Time of one commit", buckets=_SECONDS, registry=registry
        )
        self._acks = Histogram(
            "cland_event_seconds", "Time until a client's event is acknowledged", ["event"],
            buckets=_SECONDS, registry=registry,
        )  # fmt: skip
        self._refusals = Counter(
            "cland_event_refusals", "Events that were refused", ["event"], registry=registry
        )
        self._deliveries = Histogram(
            "cland_delivery_seconds", "Time from a message's storing until its push leaves",
            buckets=_SECONDS, registry=registry,
        )  # fmt: skip
        self._gauges = {one[0]: _gauge(registry, *one) for one in _GAUGES}
        self._heard = Counter("cland_bus_heard_bytes", "Bytes heard on the bus", registry=registry)
        self._heard_before = 0
        self._acks_by_event: dict[str, _Tally] = {}
        self._pushes = _Tally(self._deliveries)

    def committed(self, messages: int, seconds: float) -> None:
        """A transaction with this many new messages is durable."""
        self._commits.observe(seconds)
        if messages:
            self._messages.inc(messages)
            self._groups.observe(messages)

    def answered(self, event: str, ok: bool, seconds: float) -> None:
        """A client's event got its acknowledgement. `event` is one of ours, or "unknown"."""
        child = self._acks_by_event.get(event)
        if child is None:
            child = self._acks_by_event[event] = _Tally(self._acks.labels(event))
        child.observe(seconds)
        if not ok:
            self._refusals.labels(event).inc()

    def pushed(self, seconds: float) -> None:
        """A message's push left this long after the message was stored."""
        self._pushes.observe(max(seconds, 0.0))

    def sampled(self, values: dict[str, float]) -> None:
        """How things stand now, by the names of the gauges; called once a second."""
        self._tell()
        for name, value in values.items():
            self._gauges[name].set(value)

    def heard(self, total: int) -> None:
        """How many bytes of the bus this process has parsed since its start."""
        self._heard.inc(total - self._heard_before)
        self._heard_before = total

    def page(self) -> bytes:
        """What Prometheus reads, of all processes together."""
        self._tell()
        if ValueClass is MutexValue:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]  # the library's
        return generate_latest(together)

    def _tell(self) -> None:
        for tally in (*self._acks_by_event.values(), self._pushes):
            tally.tell()


class _Tally:
    """Values for a histogram, told together: one by one the library takes two locks for each."""

    def __init__(self, histogram: Histogram) -> None:
        parts: Any = histogram
        # It takes values one by one only. That these are its parts, a test sees by its own counting.
        self._sum, self._bounds, self._buckets = parts._sum, parts._upper_bounds, parts._buckets  # noqa: SLF001 - as just said
        self._values: deque[float] = deque()
        self._telling = threading.Lock()

    def observe(self, value: float) -> None:
        """As the histogram's own; `tell` makes it known."""
        self._values.append(value)

    def tell(self) -> None:
        """Let the histogram know what was observed since the last time."""
        with self._telling:
            values = [self._values.popleft() for _ in range(len(self._values))]
        self._sum.inc(sum(values))
        counts = Counts(bisect_left(self._bounds, one) for one in values)
        for place, count in counts.items():
            self._buckets[place].inc(count)


def forget_process(pid: int, folder: Path) -> None:
    """Leave out of the sums what only a living process can tell."""
    mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]  # the library's


_GAUGES: Final = (
    ("visitor_sockets", "Sockets of visitors", "livesum"),
    ("agent_sockets", "Sockets of agents", "livesum"),
    ("send_queue_frames", "Frames that clients have not taken yet", "livesum"),
    ("send_queue_longest_frames", "The longest queue of one client", "livemax"),
    ("bus_lag_seconds", "Longest time a push was on the bus, within a second", "livemax"),
    ("hub_lag_seconds", "How late the event loop was", "livemax"),
    ("database_connections_used", "Database connections in use", "livesum"),
    ("database_connections_idle", "Database connections kept ready", "livesum"),
)


def _gauge(registry: CollectorRegistry, name: str, text: str, mode: Any) -> Gauge:
    return Gauge(f"cland_{name}", text, registry=registry, multiprocess_mode=mode)
