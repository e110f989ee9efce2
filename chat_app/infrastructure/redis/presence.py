"""Which visitors have a socket open, for display."""

import time
from collections.abc import Iterable

from chat_app.infrastructure.redis.connection import Client, Guarded

LIFETIME_SECONDS = 75


class RedisVisitorPresence:
    """One sorted set a visitor: its sockets by the moment until which they are believed."""

    def __init__(self, redis: Guarded) -> None:
        self._redis = redis

    def came(self, visitor_id: str, sid: str) -> None:
        """A socket is alive."""
        until, key = time.time() + LIFETIME_SECONDS, _key(visitor_id)

        def remember(client: Client) -> None:
            pipe = client.pipeline(transaction=False)
            pipe.zadd(key, {sid: until})
            pipe.expire(key, LIFETIME_SECONDS)
            pipe.execute()

        self._redis.call(remember, lambda: None)

    def left(self, visitor_id: str, sid: str) -> None:
        """A socket is gone."""
        self._redis.call(lambda client: bool(client.zrem(_key(visitor_id), sid)), bool)

    def online(self, visitor_ids: Iterable[str]) -> set[str]:
        """Those with a socket that is believed open."""
        ids, now = list(visitor_ids), time.time()

        def ask(client: Client) -> list[int]:
            pipe = client.pipeline(transaction=False)
            for one in ids:
                pipe.zcount(_key(one), now, "+inf")
            return list(pipe.execute())

        counts = self._redis.call(ask, lambda: [0] * len(ids)) if ids else []
        return {one for one, count in zip(ids, counts, strict=True) if count}


class LocalVisitorPresence:
    """Without Redis: the sockets of this process."""

    def __init__(self) -> None:
        self._sids: dict[str, set[str]] = {}

    def came(self, visitor_id: str, sid: str) -> None:
        """A socket is alive."""
        self._sids.setdefault(visitor_id, set()).add(sid)

    def left(self, visitor_id: str, sid: str) -> None:
        """A socket is gone."""
        sids = self._sids.get(visitor_id, set())
        sids.discard(sid)
        if not sids:
            self._sids.pop(visitor_id, None)

    def online(self, visitor_ids: Iterable[str]) -> set[str]:
        """Those with a socket open here."""
        return {one for one in visitor_ids if one in self._sids}


def _key(visitor_id: str) -> str:
    return f"cland:visitor:{visitor_id}"
