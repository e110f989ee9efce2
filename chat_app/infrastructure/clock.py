"""The machine's clock."""

from datetime import UTC, datetime


class SystemClock:
    """UTC, cut to milliseconds."""

    def now(self) -> datetime:
        """The present moment."""
        now = datetime.now(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)
