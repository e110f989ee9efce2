"""The tail of recent messages per session: saves a query where it is warm, decides nothing.

Every entry is signed together with its session, epoch and revision. A reader holds the session
as the database has it, and believes only an unbroken run of revisions that ends at the
session's own: what is missing, stale, foreign or forged breaks the run and is left to the
database.
"""

import hashlib
import hmac
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
# As `packed` would write RPUSH, LTRIM and EXPIRE: every message needs all three.
_REMEMBER: Final = (
    b"*3\r\n$5\r\nRPUSH\r\n%%b$%%d\r\n%%b\r\n"
    b"*4\r\n$5\r\nLTRIM\r\n%%b$%d\r\n-%d\r\n$2\r\n-1\r\n"
    b"*3\r\n$6\r\nEXPIRE\r\n%%b$%d\r\n%d\r\n"
) % (len(str(-LENGTH)), LENGTH, len(str(LIFETIME_SECONDS)), LIFETIME_SECONDS)
_SIGNATURE_BYTES: Final = 16
_FIELDS: Final = frozenset(item.name for item in fields(Message))
_TIMES: Final = ("created_at", "edited_at", "recalled_at")


class RedisRecentMessages:
    """One Redis list a session; written after the commit, off the caller's way."""

    def __init__(self, redis: Guarded, secret_key: str, put: Callable[[bytes], object]) -> None:
        """`put` takes packed commands that change something, and need not wait for them."""
        self._redis = redis
        self._key = hashlib.blake2b(secret_key.encode(), person=b"cland recent").digest()
        self._put = put

    def remember(self, session: Session, message: Message) -> None:
        """Append a message that was just stored."""
        key = _key(session.id).encode()
        word, entry = b"$%d\r\n%b\r\n" % (len(key), key), self._sealed(session, message)
        self._put(_REMEMBER % (word, len(entry), entry, word, word))

    def forget(self, session_id: str) -> None:
        """Drop the tail of a session whose messages changed."""
        self._put(packed(b"DEL", _key(session_id).encode()))

    def newest(self, session: Session) -> list[Message]:
        """The newest messages in rising order, without a gap up to the session's last; or none."""
        entries = self._redis.call(lambda client: _read(client, session.id), _none_kept)
        believed = {
            message.revision: message
            for message in (self._opened(session, entry) for entry in entries)
            if message is not None
        }
        run: list[Message] = []
        revision = session.revision
        while revision in believed:
            run.append(believed[revision])
            revision -= 1
        return run[::-1]

    def _sealed(self, session: Session, message: Message) -> bytes:
        payload = orjson.dumps({"epoch": session.epoch, "message": message})
        return self._signature(session.id, payload) + payload

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
