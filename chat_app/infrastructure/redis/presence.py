"""Which visitors have a socket open, and the page they look at, for display."""

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from redis.commands.core import Script

from chat_app.domain.visitor import Page
from chat_app.infrastructure.redis.connection import Client, Guarded

LIFETIME_SECONDS = 75
GRACE_SECONDS = 6
MOST_AT_ONCE = 500
_EVERYBODY, _VISITOR, _PAGE = _NAMES = ("cland:visitors", "cland:visitor:", "cland:page:")
# Scripts, because a group is one command then, and packing five commands a socket costs more than
# Redis takes to do them. KEYS: everybody, and what the keys of visitors and pages begin with.
_VOUCH = """
local alone = {}
for i = 4, #ARGV, 2 do
  local sid, visitor = ARGV[i], ARGV[i + 1]
  local sockets = KEYS[2] .. visitor
  redis.call('ZREMRANGEBYSCORE', sockets, '-inf', ARGV[1])
  if redis.call('ZCARD', sockets) == 0 then alone[#alone + 1] = visitor end
  redis.call('ZADD', sockets, ARGV[2], sid)
  redis.call('EXPIRE', sockets, ARGV[3])
  redis.call('EXPIRE', KEYS[3] .. visitor, ARGV[3])
  redis.call('ZADD', KEYS[1], ARGV[2], visitor)
end
return alone
"""
_FORGET = """
for i = 2, #ARGV, 2 do
  redis.call('ZREM', KEYS[2] .. ARGV[i + 1], ARGV[i])
  redis.call('ZADD', KEYS[1], 'XX', ARGV[1], ARGV[i + 1])
end
"""


class RedisVisitorPresence:
    """One sorted set a visitor: its sockets by the moment until which they are believed.

    Another one holds all visitors by the moment at which it is time to ask whether they are
    gone: a killed process says nothing, and a reload is over before that moment.
    """

    def __init__(self, redis: Guarded) -> None:
        self._redis = redis
        self._vouch = redis.client.register_script(_VOUCH)
        self._forget = redis.client.register_script(_FORGET)

    def came(self, sockets: Mapping[str, str]) -> set[str]:
        """Sockets (sid → visitor id) opened; return the visitors who had none before."""
        now = time.time()
        words = (now, now + LIFETIME_SECONDS, LIFETIME_SECONDS)
        alone = [one for some in _parts(sockets) for one in self._do(self._vouch, words, some)]
        return {one.decode() for one in alone}

    def alive(self, sockets: Mapping[str, str]) -> None:
        """These sockets (sid → visitor id) are still open."""
        self.came(sockets)

    def left(self, sockets: Mapping[str, str]) -> None:
        """Sockets are gone; whether another one is left is asked when the grace is over."""
        for some in _parts(sockets):
            self._do(self._forget, (time.time() + GRACE_SECONDS,), some)

    def _do(
        self, script: Script, words: tuple[float, ...], sockets: Mapping[str, str]
    ) -> Sequence[bytes]:
        """Run a script for each of the sockets."""
        pairs = [word for pair in sockets.items() for word in pair]
        found: Sequence[bytes] = self._redis.call(
            lambda client: script(keys=_NAMES, args=[*words, *pairs], client=client) or [], list
        )
        return found

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

    def came(self, sockets: Mapping[str, str]) -> set[str]:
        """Sockets (sid → visitor id) opened; return the visitors who had none before."""
        new = {one for one in sockets.values() if one not in self._sids}
        for sid, visitor_id in sockets.items():
            self._sids.setdefault(visitor_id, set()).add(sid)
            self._left_at.pop(visitor_id, None)
        return new

    def alive(self, sockets: Mapping[str, str]) -> None:
        """A process knows its own sockets."""

    def left(self, sockets: Mapping[str, str]) -> None:
        """Sockets (sid → visitor id) are gone."""
        for sid, visitor_id in sockets.items():
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


def _parts(sockets: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """So many at a time that Redis holds up nobody else for long."""
    every = iter(sockets.items())
    while some := dict(islice(every, MOST_AT_ONCE)):
        yield some


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
    return f"{_VISITOR}{visitor_id}"


def _page_key(visitor_id: str) -> str:
    return f"{_PAGE}{visitor_id}"
