"""Which agents follow which session, for display."""

import json
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from chat_app.domain.viewing import Viewer
from chat_app.infrastructure.redis.connection import Client, Guarded

LIFETIME_SECONDS = 75
MOST_AT_ONCE = 200
_Session = tuple[str, Mapping[str, Viewer]]


class LocalSessionViewers:
    """Without Redis: the sockets of this process."""

    def __init__(self) -> None:
        self._following: dict[str, dict[str, Viewer]] = {}

    def came(self, session_id: str, sid: str, viewer: Viewer) -> Sequence[Viewer]:
        """A socket of an agent follows a session; those who did so before."""
        followers = self._following.setdefault(session_id, {})
        before = list(followers.values())
        followers[sid] = viewer
        return before

    def left(self, session_id: str, sid: str) -> Sequence[Viewer]:
        """A socket follows it no longer; those who still do."""
        followers = self._following.get(session_id, {})
        followers.pop(sid, None)
        if not followers:
            self._following.pop(session_id, None)
        return list(followers.values())

    def alive(
        self, following: Mapping[str, Mapping[str, Viewer]]
    ) -> Mapping[str, Sequence[Viewer]]:
        """Take over what the sockets of this process say."""
        self._following = {one: dict(sids) for one, sids in following.items()}
        return {}


class RedisSessionViewers:
    """One hash a session: its sockets with their agents, each until when it is believed.

    While Redis is away everybody sees those of the own process.
    """

    def __init__(self, redis: Guarded) -> None:
        self._redis = redis
        self._here = LocalSessionViewers()

    def came(self, session_id: str, sid: str, viewer: Viewer) -> Sequence[Viewer]:
        """A socket of an agent follows a session; those who did so before."""
        here = self._here.came(session_id, sid, viewer)

        def remember(client: Client) -> Sequence[Viewer]:
            pipe: Any = client.pipeline()
            pipe.hgetall(_key(session_id))
            _vouch(pipe, session_id, {sid: viewer})
            return _believed(pipe.execute()[0])

        return self._redis.call(remember, lambda: here)

    def left(self, session_id: str, sid: str) -> Sequence[Viewer]:
        """A socket follows it no longer; those who still do."""
        here = self._here.left(session_id, sid)

        def forget(client: Client) -> Sequence[Viewer]:
            pipe: Any = client.pipeline()
            pipe.hdel(_key(session_id), sid)
            pipe.hgetall(_key(session_id))
            return _believed(pipe.execute()[1])

        return self._redis.call(forget, lambda: here)

    def alive(
        self, following: Mapping[str, Mapping[str, Viewer]]
    ) -> Mapping[str, Sequence[Viewer]]:
        """Vouch for the sockets of this process; sessions that lost those of a dead one."""
        self._here.alive(following)
        every, lost = list(following.items()), dict[str, Sequence[Viewer]]()
        nobody = dict[str, Sequence[Viewer]]
        for start in range(0, len(every), MOST_AT_ONCE):
            some = every[start : start + MOST_AT_ONCE]
            lost |= self._redis.call(partial(_renew, some), nobody)
        return lost


def _renew(sessions: Sequence[_Session], client: Client) -> dict[str, Sequence[Viewer]]:
    """Whoever deletes a dead socket is the one that tells."""
    pipe: Any = client.pipeline(transaction=False)
    for session_id, sids in sessions:
        _vouch(pipe, session_id, sids)
        pipe.hgetall(_key(session_id))
    found = dict(zip((one for one, _ in sessions), pipe.execute()[2::3], strict=True))
    dead = {one: gone for one, entries in found.items() if (gone := _dead(entries))}
    for session_id, gone in dead.items():
        pipe.hdel(_key(session_id), *gone)
    deleted = zip(dead, pipe.execute(), strict=True)
    return {one: _believed(found[one]) for one, count in deleted if count}


def _vouch(pipe: Any, session_id: str, sids: Mapping[str, Viewer]) -> None:
    until = time.time() + LIFETIME_SECONDS
    told = {sid: json.dumps([until, one.id, one.name]) for sid, one in sids.items()}
    pipe.hset(_key(session_id), mapping=told)
    pipe.expire(_key(session_id), LIFETIME_SECONDS)


def _believed(entries: Mapping[bytes, bytes]) -> list[Viewer]:
    now = time.time()
    known = (json.loads(one) for one in entries.values())
    return [Viewer(agent_id, name) for until, agent_id, name in known if until > now]


def _dead(entries: Mapping[bytes, bytes]) -> list[bytes]:
    now = time.time()
    return [sid for sid, one in entries.items() if json.loads(one)[0] <= now]


def _key(session_id: str) -> str:
    return f"cland:viewers:{session_id}"
