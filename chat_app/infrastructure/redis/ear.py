"""Listens on channels of Redis: many of them, coming and going, on one connection."""

import re
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import structlog

from chat_app.infrastructure.redis.connection import Client
from chat_app.infrastructure.redis.pipe import packed

MOST_PAUSE_SECONDS: Final = 2.0
CONFIRM_SECONDS: Final = 0.5
_READ_BYTES: Final = 262_144
_AT_ONCE: Final = 500
_MESSAGE: Final = re.compile(rb"[*>]3\r\n\$7\r\nmessage\r\n\$(\d+)\r\n")
_LENGTH: Final = re.compile(rb"\r\n\$(\d+)\r\n")
_log = structlog.get_logger(__name__)


class Replies:
    """Reads what a subscribed connection is sent: lists of words and numbers (RESP 2 and 3)."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> Iterator[list[bytes]]:
        """The lists that are complete now; raises ValueError for anything else."""
        self._buffer = self._buffer + data if self._buffer else data
        at = 0
        while (taken := self._message(at) or self._list(at)) is not None:
            words, at = taken
            yield words
        self._buffer = self._buffer[at:]

    def _message(self, at: int) -> tuple[list[bytes], int] | None:
        """What nearly all of it is, recognised at once; None for anything else."""
        head = _MESSAGE.match(self._buffer, at)
        if head is None:
            return None
        channel = head.end()
        head = _LENGTH.match(self._buffer, channel + int(head[1]))
        if head is None:
            return None
        data, end = head.end(), head.end() + int(head[1])
        if len(self._buffer) < end + 2:
            return None
        words = [b"message", self._buffer[channel : head.start()], self._buffer[data:end]]
        return words, end + 2

    def _list(self, at: int) -> tuple[list[bytes], int] | None:
        line = self._line(at)
        if line is None:
            return None
        head, at = line
        if head[:1] not in b"*>":
            raise ValueError("not a list")
        words = []
        for _ in range(int(head[1:])):
            if (taken := self._word(at)) is None:
                return None
            word, at = taken
            words.append(word)
        return words, at

    def _word(self, at: int) -> tuple[bytes, int] | None:
        line = self._line(at)
        if line is None:
            return None
        head, at = line
        if head[:1] == b":" or head == b"_":
            return head[1:], at
        if head[:1] != b"$":
            raise ValueError("not a word")
        length = int(head[1:])
        if length < 0:
            return b"", at
        end = at + length
        return (self._buffer[at:end], end + 2) if len(self._buffer) >= end + 2 else None

    def _line(self, at: int) -> tuple[bytes, int] | None:
        end = self._buffer.find(b"\r\n", at)
        return None if end < 0 else (self._buffer[at:end], end + 2)


class Ear:
    """Hands on what is published on the channels it follows; listens until it is told to stop."""

    def __init__(
        self,
        client: Client,
        heard: Callable[[bytes], None],
        run: Callable[[Callable[[], None]], None],
        event: Callable[[], Any],
        always: bytes,
    ) -> None:
        """`run` does a job soon, one after another; `event` makes something to wait for.

        `always` is a channel that it hears in any case.
        """
        self._pool: Any = client.connection_pool
        self._heard = heard
        self._run = run
        self._event = event
        self._always = always
        self._channels: set[bytes] = set()
        self._unconfirmed: dict[bytes, Any] = {}
        self._connection: Any = None
        self._over = False
        self.bytes_heard = 0

    def follow(self, channel: bytes) -> None:
        """Hear the channel; returns once Redis has said so, or after half a second."""
        if channel not in self._channels:
            self._channels.add(channel)
            if self._connection is None:
                return
            self._unconfirmed[channel] = self._event()
            self._run(lambda: self._tell(b"SUBSCRIBE", [channel]))
        # Whoever comes while another waits hears no sooner than that one.
        confirmed = self._unconfirmed.get(channel)
        if confirmed is not None:
            confirmed.wait(timeout=CONFIRM_SECONDS)
            self._unconfirmed.pop(channel, None)

    def leave(self, channel: bytes) -> None:
        """Hear it no longer."""
        if channel in self._channels:
            self._channels.discard(channel)
            self._run(lambda: self._tell(b"UNSUBSCRIBE", [channel]))

    def listen(self) -> None:
        """Listen until `stop`; what was published while Redis was away is not heard."""
        pause = 0.1
        while not self._over:
            try:
                for words in self._replies():
                    pause = 0.1
                    self._take(words)
            except Exception as error:  # noqa: BLE001 - whatever broke, listening must go on
                self._lost(error)
            self._connection = None
            if not self._over:
                time.sleep(pause)
            pause = min(pause * 2, MOST_PAUSE_SECONDS)

    def stop(self) -> None:
        """Hear nothing more: `listen` returns soon, without a word in the log."""
        self._over = True
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.disconnect()

    def _lost(self, error: Exception) -> None:
        if not self._over:
            _log.warning("bus_listener_lost", error=type(error).__name__)

    def _replies(self) -> Iterator[list[bytes]]:
        connection = self._pool.make_connection()
        connection.connect()
        socket: Any = connection._sock  # noqa: SLF001 - the library reads a word at a time
        socket.settimeout(None)
        self._connection = connection
        self._tell(b"SUBSCRIBE", [self._always, *self._channels])
        replies = Replies()
        if self._over:
            return  # stopped while it connected
        while data := socket.recv(_READ_BYTES):
            self.bytes_heard += len(data)
            yield from replies.feed(data)
        raise ConnectionError("Redis has closed the connection")

    def _tell(self, command: bytes, channels: list[bytes]) -> None:
        connection = self._connection
        if connection is None:
            return
        for begin in range(0, len(channels), _AT_ONCE):
            some = channels[begin : begin + _AT_ONCE]
            connection.send_packed_command([packed(command, *some)], False)

    def _take(self, words: list[bytes]) -> None:
        if words[0] == b"message":
            self._heard(words[2])
        elif words[0] == b"subscribe" and (confirmed := self._unconfirmed.get(words[1])):
            confirmed.set()
