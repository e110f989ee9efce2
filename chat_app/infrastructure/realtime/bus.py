"""The bus between processes: Socket.IO's Redis manager, made to fail fast and return soon."""

import json
import time
from collections.abc import Iterator
from typing import Any

import orjson
import socketio
import structlog

_log = structlog.get_logger(__name__)
CHANNEL = "cland-realtime"
ANSWER_SECONDS = 0.5
MOST_PAUSE_SECONDS = 2.0


class Json:
    """orjson in the shape that Socket.IO expects of a JSON module."""

    @staticmethod
    def dumps(value: Any, **_: Any) -> str:
        """Encode to text."""
        return orjson.dumps(value).decode()

    @staticmethod
    def loads(text: str | bytes, **_: Any) -> Any:
        """Decode; lone surrogates come through, so that they can be refused with an answer."""
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            return json.loads(text)


class Bus(socketio.RedisManager):
    """Listens again within two seconds; one publisher at a time, so one connection."""

    def __init__(self, url: str, *, write_only: bool) -> None:
        super().__init__(
            url,
            channel=CHANNEL,
            write_only=write_only,
            json=Json,
            redis_options={
                "socket_timeout": ANSWER_SECONDS,
                "socket_connect_timeout": ANSWER_SECONDS,
            },
        )

    def _redis_listen_with_retries(self) -> Iterator[dict[str, Any]]:
        """As inherited, but never waits longer than two seconds after Redis was away."""
        pause = 0.1
        while True:
            try:
                self._redis_connect()
                self.pubsub.subscribe(self.channel)
                pause = 0.1
                yield from self.pubsub.listen()
            except Exception as error:  # noqa: BLE001 - whatever broke, listening must go on
                _log.warning("bus_listener_lost", error=type(error).__name__)
            time.sleep(pause)
            pause = min(pause * 2, MOST_PAUSE_SECONDS)


class Nowhere:
    """Where there is no bus: a process without sockets has nobody to tell."""

    def emit(
        self,
        event: str,
        data: Any,
        namespace: str | None = None,
        room: Any = None,
        skip_sid: str | None = None,
    ) -> None:
        """Drop it."""
