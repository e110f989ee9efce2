"""A Redis that may be away: short waits, and none at all for a while after a failure."""

import time
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import redis
from redis.exceptions import RedisError
from redis.sentinel import Sentinel

T = TypeVar("T")
Client = redis.Redis
ANSWER_SECONDS = 0.5
PAUSE_SECONDS = 2.0


def connect(url: str) -> Client:
    """A client for any of the URLs that `REDIS_ADDR` allows; connects on first use."""
    options: dict[str, Any] = {
        "socket_timeout": ANSWER_SECONDS,
        "socket_connect_timeout": ANSWER_SECONDS,
        "health_check_interval": 30,
    }
    if not url.startswith("redis+sentinel://"):
        return redis.Redis.from_url(url, **options)
    parts = urlsplit(url)
    hosts = [host.rpartition(":") for host in parts.netloc.rpartition("@")[2].split(",")]
    make: Any = Sentinel  # redis-py annotates it only in part
    sentinel = make([(name, int(port)) for name, _, port in hosts], **options)
    service = parts.path.strip("/").split("/")[-1] or "mymaster"
    client: Client = sentinel.master_for(service, **options)
    return client


def database_of(client: Client) -> int:
    """Which of Redis' databases a client uses: its channels belong to no database."""
    return int(client.connection_pool.connection_kwargs.get("db") or 0)


class Guarded:
    """Runs commands; after a failure answers `fallback` at once for two seconds.

    Without it a hung Redis would cost every request its timeout.
    """

    name = "redis"

    def __init__(self, client: Client) -> None:
        self.client = client
        self._away_until = 0.0

    def call(self, command: Callable[[Client], T], fallback: Callable[[], T]) -> T:
        """Run `command` on the client, or `fallback` while Redis is away."""
        if time.monotonic() < self._away_until:
            return fallback()
        try:
            return command(self.client)
        except (RedisError, OSError):
            self._away_until = time.monotonic() + PAUSE_SECONDS
            return fallback()

    def check(self) -> str | None:
        """None when Redis answers."""
        answers = self.call(lambda client: bool(client.ping()), lambda: False)
        return None if answers else "does not answer"
