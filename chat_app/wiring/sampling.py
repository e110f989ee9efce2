"""How a web process stands, once a second."""

import time
from collections.abc import Sized
from typing import Any

from chat_app.infrastructure.metrics import Metrics


class Sample:
    """Looks at sockets, queues, bus, hub and pool."""

    def __init__(self, server: Any, visitors: Sized, agents: Sized, pool: Any) -> None:
        self._server = server
        self._visitors = visitors
        self._agents = agents
        self._pool = pool
        self._due: float | None = None

    def take(self, metrics: Metrics) -> None:
        """Look once; called every second."""
        now = time.monotonic()
        late = 0.0 if self._due is None else max(0.0, now - self._due)
        self._due = now + 1.0
        queues = [one.queue.qsize() for one in list(self._server.eio.sockets.values())]
        manager = self._server.manager
        metrics.sampled(
            {
                "visitor_sockets": len(self._visitors),
                "agent_sockets": len(self._agents),
                "send_queue_frames": sum(queues),
                "send_queue_longest_frames": max(queues, default=0),
                "bus_lag_seconds": manager.take_lag() if hasattr(manager, "take_lag") else 0.0,
                "hub_lag_seconds": late,
                "database_connections_used": self._pool.checkedout(),
                "database_connections_idle": self._pool.checkedin(),
            }
        )
        if getattr(manager, "ear", None) is not None:
            metrics.heard(manager.ear.bytes_heard)
