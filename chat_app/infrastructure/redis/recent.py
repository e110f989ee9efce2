"""The tail of recent messages per session: saves a query where it is warm, decides nothing.

It is written a second behind, a session at a time: of a conversation that goes fast only the
newest messages are worth their commands. Until then the process that stored them adds its own.

Every entry is signed together with its session, epoch and revision. A reader holds the session
as the database has it, and believes only an unbroken run of revisions that ends at the
session's own: what is missing, stale, foreign or forged breaks the run and is left to the
database.
"""

import hashlib
import hmac
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import Any, Final

import orjson

from chat_app.domain.message import Message
from chat_app.domain.session import Session
from chat_app.infrastructure.redis.connection import Client, Guarded
from chat_app.infrastructure.redis.pipe import packed

LENGTH: Final = 50
LIFETIME_SECONDS: Final = 86_400
BEHIND_SECONDS: Final = 1.0
MOST_AT_ONCE: Final = 200
_SIGNATURE_BYTES: Final = 16
_FIELDS: Final = frozenset(item.name for item in fields(Message))
_TIMES: Final = ("created_at", "edited_at", "recalled_at")


class RedisRecentMessages:
    """One Redis list a session; written after the commit, off the caller's way."""

    def __init__(
        self,
        redis: Guarded,
        secret_key: str,
        put: Callable[[bytes], object],
        later: Callable[[float, Callable[[], None]], object],
    ) -> None:
        """`put` takes packed commands that change something, and need not wait for them.

        `later` does a job in so many seconds.
        """
        self._redis = redis
        self._key = hashlib.blake2b(secret_key.encode(), person=b"cland recent").digest()
        self._put = put
        self._later = later
        self._unwritten: dict[str, deque[tuple[str, Message]]] = {}
        self._mutex = threading.Lock()  # workers have several threads

    def remember(self, session: Session, message: Message) -> None:
        """Append a message that was just stored, in a second."""
        with self._mutex:
            first = not self._unwritten
            said = self._unwritten.get(session.id)
            if said is None:
                said = self._unwritten[session.id] = deque(maxlen=LENGTH)
            said.append((session.epoch, message))
        if first:
            self._later(BEHIND_SECONDS, self._write)

    def forget(self, session_id: str) -> None:
        """Drop the tail of a session whose messages changed."""
        with self._mutex:
            self._unwritten.pop(session_id, None)
        self._put(packed(b"DEL", _key(session_id).encode()))

    def newest(self, session: Session) -> list[Message]:
        """The newest messages in rising order, without a gap up to the session's last; or none."""
        entries = self._redis.call(lambda client: _read(client, session.id), _none_kept)
        opened = (self._opened(session, entry) for entry in entries)
        with self._mutex:
            unwritten = list(self._unwritten.get(session.id, ()))
        own = (one for epoch, one in unwritten if epoch == session.epoch)
        believed = {one.revision: one for one in (*opened, *own) if one is not None}
        run: list[Message] = []
        revision = session.revision
        while revision in believed:
            run.append(believed[revision])
            revision -= 1
        return run[::-1]

    def _write(self) -> None:
        """Write what waits, at most so much at once that nobody notices."""
        written = 0
        while written < MOST_AT_ONCE and (taken := self._take()) is not None:
            session_id, said = taken
            written += len(said)
            key = _key(session_id).encode()
            self._put(
                packed(b"RPUSH", key, *(self._sealed(session_id, *one) for one in said))
                + packed(b"LTRIM", key, b"%d" % -LENGTH, b"-1")
                + packed(b"EXPIRE", key, b"%d" % LIFETIME_SECONDS)
            )
        if self._unwritten:
            self._later(0, self._write)

    def _take(self) -> tuple[str, deque[tuple[str, Message]]] | None:
        """What waits longest: a session and its messages."""
        with self._mutex:
            session_id = next(iter(self._unwritten), None)
            return None if session_id is None else (session_id, self._unwritten.pop(session_id))

    def _sealed(self, session_id: str, epoch: str, message: Message) -> bytes:
        payload = orjson.dumps({"epoch": epoch, "message": message})
        return self._signature(session_id, payload) + payload

    def _opened(self, session: Session, entry: bytes) -> Message | None:
        signature, payload = entry[:_SIGNATURE_BYTES], entry[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._signature(session.id, payload)):
            return None
        document: dict[str, Any] = orjson.loads(payload)
        values: dict[str, Any] = document["message"]
        if document["epoch"] != session.epoch or values.keys() != _FIELDS:
            return None
        for name in _TIMES:
            if values[name] is not None:
                values[name] = datetime.fromisoformat(values[name])
        return Message(**values)

    def _signature(self, session_id: str, payload: bytes) -> bytes:
        signed = hashlib.blake2b(
            session_id.encode() + payload, key=self._key, digest_size=_SIGNATURE_BYTES
        )
        return signed.digest()


def _key(session_id: str) -> str:
    return f"cland:recent:{session_id}"


def _read(client: Client, session_id: str) -> list[bytes]:
    found: Any = client.lrange(_key(session_id), 0, -1)
    return list(found)


def _none_kept() -> list[bytes]:
    return []
