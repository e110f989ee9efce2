"""Counts uses in windows that begin with the first use."""

import math
import time

from limits import RateLimitItemPerSecond
from limits.errors import StorageError
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

from chat_app.domain.errors import RateLimited
from chat_app.infrastructure.redis.connection import ANSWER_SECONDS, PAUSE_SECONDS


class WindowLimiter:
    """Shared through Redis where there is one; each process counts for itself while it is away."""

    def __init__(self, redis_url: str | None) -> None:
        self._local = FixedWindowRateLimiter(MemoryStorage())
        self._shared = _shared(redis_url)
        self._away_until = 0.0

    def hit(self, rule: str, key: str, *, most: int, seconds: int) -> None:
        """Count one use; raise RateLimited above `most` in `seconds`."""
        self._ask("hit", rule, key, RateLimitItemPerSecond(most, seconds))

    def check(self, rule: str, key: str, *, most: int, seconds: int) -> None:
        """Raise RateLimited if the next use would be too many."""
        self._ask("test", rule, key, RateLimitItemPerSecond(most, seconds))

    def _ask(self, method: str, rule: str, key: str, item: RateLimitItemPerSecond) -> None:
        if self._shared is not None and time.monotonic() >= self._away_until:
            try:
                _decide(self._shared, method, rule, key, item)
            except StorageError:
                self._away_until = time.monotonic() + PAUSE_SECONDS
            else:
                return
        _decide(self._local, method, rule, key, item)


class NoLimits:
    """`RATE_LIMITS=off`: for load tests."""

    def hit(self, rule: str, key: str, *, most: int, seconds: int) -> None:
        """Let it pass."""

    def check(self, rule: str, key: str, *, most: int, seconds: int) -> None:
        """Let it pass."""


def _decide(
    limiter: FixedWindowRateLimiter, method: str, rule: str, key: str, item: RateLimitItemPerSecond
) -> None:
    allowed = limiter.hit if method == "hit" else limiter.test
    if not allowed(item, rule, key):
        resets_at = limiter.get_window_stats(item, rule, key).reset_time
        wait = max(1, math.ceil(resets_at - time.time()))
        raise RateLimited("Too many requests, wait a moment", retry_after=wait)


def _shared(redis_url: str | None) -> FixedWindowRateLimiter | None:
    if redis_url is None:
        return None
    storage = storage_from_string(
        redis_url.replace("unix://", "redis+unix://", 1),
        key_prefix="cland:limits",
        wrap_exceptions=True,
        socket_timeout=ANSWER_SECONDS,
        socket_connect_timeout=ANSWER_SECONDS,
    )
    if not isinstance(storage, Storage):
        raise TypeError("a blocking storage is needed")
    return FixedWindowRateLimiter(storage)
