"""The machine's clock."""

import time
from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class SystemClock:
    """UTC, cut to milliseconds."""

    def __init__(self) -> None:
        self._last = (0, _EPOCH)

    def now(self) -> datetime:
        """The present moment; those who ask within a millisecond get the same one."""
        milliseconds = time.time_ns() // 1_000_000
        last, moment = self._last
        if milliseconds != last:
            moment = _EPOCH + timedelta(milliseconds=milliseconds)
            self._last = (milliseconds, moment)
        return moment
