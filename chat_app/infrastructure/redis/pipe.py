"""Commands whose answers nobody needs: packed by hand, many in one write, none read back.

Redis is told not to answer on this connection. What is lost on it is lost: whoever needs the truth
asks the database.
"""

import select
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import cache
from typing import Any, Final

import structlog
from redis.exceptions import RedisError

from chat_app.infrastructure.redis.connection import Client

AWAY_SECONDS: Final = 0.5
_log = structlog.get_logger(__name__)


def packed(*words: bytes) -> bytes:
    """One command as Redis reads it (RESP)."""
    lengths_and_words = [part for word in words for part in (len(word), word)]
    return _form(len(words)) % tuple(lengths_and_words)


@cache
def _form(words: int) -> bytes:
    return b"*%d\r\n" % words + b"$%d\r\n%b\r\n" * words


class Pipe:
    """Gathers commands and sends them together, soon; after a failure drops all for half a second.

    Several threads may use it; what one of them puts leaves in its order.
    """

    def __init__(self, client: Client, run: Callable[[Callable[[], None]], None]) -> None:
        """`run` does a job after whoever waits for this one has gone on."""
        self._pool: Any = client.connection_pool
        self._run = run
        self._waiting: deque[bytes] = deque()
        self._is_called = False
        self._sending = threading.Lock()
        self._connection: Any = None
        self._away_until = 0.0

    def put(self, commands: bytes) -> None:
        """Send commands soon, packed as by `packed`; never blocks, never raises."""
        self._waiting.append(commands)
        if not self._is_called:
            self._is_called = True
            self._run(self._send)

    def _send(self) -> None:
        with self._sending:
            # Before looking: what comes from now on calls again, if it is not found here.
            self._is_called = False
            waiting = [self._waiting.popleft() for _ in range(len(self._waiting))]
            if waiting and time.monotonic() >= self._away_until:
                self._try(b"".join(waiting))

    def _try(self, data: bytes) -> None:
        try:
            self._write(data)
        except (RedisError, OSError) as error:
            self._connection = None
            self._away_until = time.monotonic() + AWAY_SECONDS
            _log.warning("redis_commands_lost", error=type(error).__name__)

    def _write(self, data: bytes) -> None:
        if self._connection is None or self._has_ended():
            self._connection = self._pool.make_connection()
            self._connection.connect()
            self._connection.send_packed_command([packed(b"CLIENT", b"REPLY", b"OFF")], False)
        # It cannot ask whether Redis is healthy: that would be answered.
        self._connection.send_packed_command([data], False)

    def _has_ended(self) -> bool:
        """Whether Redis has closed the connection: nothing else is ever readable on it."""
        socket: Any = self._connection._sock  # noqa: SLF001 - the library would read to find out
        return socket is None or bool(select.select([socket], [], [], 0)[0])
