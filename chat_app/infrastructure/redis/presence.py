"""Which visitors have a socket open, and the page they look at, for display."""

import json
import time
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from chat_app.domain.visitor import Page
from chat_app.infrastructure.redis.connection import Client, Guarded

LIFETIME_SECONDS = 75
GRACE_SECONDS = 6
MOST_AT_ONCE = 500
_EVERYBODY = "cland:visitors"


class RedisVisitorPresence:
    """One sorted set a visitor: its sockets by the moment until which they are believed.

    Another one holds all visitors by the moment at which it is time to ask whether they are
    gone: a killed process says nothing, and a reload is over before that moment.
    """

    def __init__(self, redis: Guarded) -> None:
        self._redis = redis

    def came(self, visitor_id: str, sid: str) -> bool:
        """A socket opened; True when it is the visitor's only one."""
        now = time.time()

        def remember(client: Client) -> bool:
            pipe = client.pipeline()
            pipe.zremrangebyscore(_key(visitor_id), "-inf", now)
            pipe.zcard(_key(visitor_id))
            _vouch(pipe, visitor_id, sid, now)
            return not pipe.execute()[1]

        return self._redis.call(remember, lambda: False)

    def alive(self, sockets: Mapping[str, str]) -> None:
        """These sockets (sid → visitor id) are still open."""
        every, now = list(sockets.items()), time.time()
        for start in range(0, len(every), MOST_AT_ONCE):
            some = every[start : start + MOST_AT_ONCE]
            self._redis.call(partial(_vouch_for, some, now), lambda: None)

    def left(self, visitor_id: str, sid: str) -> None:
        """A socket is gone; whether another one is left is asked when the grace is over."""

        def forget(client: Client) -> None:
            pipe = client.pipeline()
            pipe.zrem(_key(visitor_id), sid)
            pipe.zadd(_EVERYBODY, {visitor_id: time.time() + GRACE_SECONDS}, xx=True)
            pipe.execute()

        self._redis.call(forget, lambda: None)

    def gone(self) -> set[str]:
        """Visitors whose last socket has been gone for some seconds; each is told only once."""
        return self._redis.call(_take_the_gone, set)

    def looks_at(self, visitor_id: str, page: Page) -> bool:
        """Keep the page as long as the visitor is there; True when it is another one."""
        text = json.dumps([page.url, page.title])

        def remember(client: Client) -> bool:
            pipe = client.pipeline()
            pipe.get(_page_key(visitor_id))
            pipe.set(_page_key(visitor_id), text, ex=LIFETIME_SECONDS)
            before = pipe.execute()[0]
            return before is None or _page(before) != page

        return self._redis.call(remember, lambda: False)

    def present(self, visitor_ids: Iterable[str]) -> Mapping[str, Page | None]:
        """Those with a socket that is believed open, each with its page."""
        ids, now = list(visitor_ids), time.time()

        def ask(client: Client) -> list[Any]:
            pipe = client.pipeline(transaction=False)
            for one in ids:
                pipe.zcount(_key(one), now, "+inf")
            pipe.mget([_page_key(one) for one in ids])
            return list(pipe.execute())

        found = self._redis.call(ask, list) if ids else []
        if not found:
            return {}
        *counts, pages = found
        rows = zip(ids, counts, pages, strict=True)
        return {one: _page(page) if page else None for one, count, page in rows if count}


class LocalVisitorPresence:
    """Without Redis: the sockets of this process."""

    def __init__(self) -> None:
        self._sids: dict[str, set[str]] = {}
        self._pages: dict[str, Page] = {}
        self._left_at: dict[str, float] = {}

    def came(self, visitor_id: str, sid: str) -> bool:
        """A socket opened; True when it is the visitor's only one."""
        sids = self._sids.setdefault(visitor_id, set())
        sids.add(sid)
        self._left_at.pop(visitor_id, None)
        return len(sids) == 1

    def alive(self, sockets: Mapping[str, str]) -> None:
        """A process knows its own sockets."""

    def left(self, visitor_id: str, sid: str) -> None:
        """A socket is gone."""
        sids = self._sids.get(visitor_id, set())
        sids.discard(sid)
        if not sids and self._sids.pop(visitor_id, None) is not None:
            self._left_at[visitor_id] = time.time()

    def gone(self) -> set[str]:
        """Visitors whose last socket has been gone for some seconds; each is told only once."""
        latest = time.time() - GRACE_SECONDS
        gone = {one for one, at in list(self._left_at.items()) if at <= latest}
        for one in gone:
            self._left_at.pop(one, None)
            self._pages.pop(one, None)
        return gone

    def looks_at(self, visitor_id: str, page: Page) -> bool:
        """Keep the page as long as the visitor is there; True when it is another one."""
        before = self._pages.get(visitor_id)
        self._pages[visitor_id] = page
        return before != page

    def present(self, visitor_ids: Iterable[str]) -> Mapping[str, Page | None]:
        """Those with a socket open here, each with its page."""
        return {one: self._pages.get(one) for one in visitor_ids if one in self._sids}


def _vouch(pipe: Any, visitor_id: str, sid: str, now: float) -> None:
    until, key = now + LIFETIME_SECONDS, _key(visitor_id)
    pipe.zadd(key, {sid: until})
    pipe.expire(key, LIFETIME_SECONDS)
    pipe.expire(_page_key(visitor_id), LIFETIME_SECONDS)
    pipe.zadd(_EVERYBODY, {visitor_id: until})


def _vouch_for(sockets: list[tuple[str, str]], now: float, client: Client) -> None:
    pipe = client.pipeline(transaction=False)
    for sid, visitor_id in sockets:
        _vouch(pipe, visitor_id, sid, now)
    pipe.execute()


def _take_the_gone(client: Client) -> set[str]:
    """Whoever takes a visitor out of the set is the one that tells; others find nothing."""
    now = time.time()
    pipe: Any = client.pipeline()
    pipe.zrangebyscore(_EVERYBODY, "-inf", now)
    pipe.zremrangebyscore(_EVERYBODY, "-inf", now)
    due = [one.decode() for one in pipe.execute()[0]]
    for one in due:
        pipe.zrange(_key(one), -1, -1, withscores=True)
    last = {one: found[0][1] for one, found in zip(due, pipe.execute(), strict=True) if found}
    there = {one: until for one, until in last.items() if until > now}
    gone = set(due) - there.keys()
    if there:
        pipe.zadd(_EVERYBODY, there)
    for one in gone:
        pipe.delete(_page_key(one))
    pipe.execute()
    return gone


def _page(text: bytes) -> Page:
    return Page(*json.loads(text))


def _key(visitor_id: str) -> str:
    return f"cland:visitor:{visitor_id}"


def _page_key(visitor_id: str) -> str:
    return f"cland:page:{visitor_id}"
