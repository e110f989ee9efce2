"""Whether this process can serve."""

from collections.abc import Sequence
from dataclasses import dataclass

from chat_app.domain.ports import Probe


class Drain:
    """Set once when the process is told to stop: no new work from then on."""

    def __init__(self) -> None:
        self.draining = False

    def begin(self) -> None:
        """Stop being ready."""
        self.draining = True


@dataclass(frozen=True)
class Readiness:
    """`status` is ready, degraded or unavailable; `checks` says "ok" or what is wrong."""

    status: str
    checks: dict[str, str]


class Health:
    """Without the database nothing works; without anything else it works more slowly."""

    def __init__(self, database: Probe, others: Sequence[Probe], drain: Drain) -> None:
        self._database = database
        self._others = others
        self._drain = drain

    def readiness(self) -> Readiness:
        """Ask every part once."""
        checks = {probe.name: probe.check() or "ok" for probe in (self._database, *self._others)}
        if self._drain.draining:
            checks["process"] = "draining"
        if self._drain.draining or checks[self._database.name] != "ok":
            return Readiness("unavailable", checks)
        degraded = any(text != "ok" for text in checks.values())
        return Readiness("degraded" if degraded else "ready", checks)
