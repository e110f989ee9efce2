"""The bus between processes: Socket.IO's Redis manager, made to fail fast and return soon."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import socketio
import structlog
from redis.exceptions import RedisError

from chat_app.infrastructure.redis.connection import connect

_log = structlog.get_logger(__name__)
CHANNEL = "cland-realtime"
ANSWER_SECONDS = 0.5
MOST_PAUSE_SECONDS = 2.0
PUBLISH_PAUSE_SECONDS = 0.5


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


Deliver = Callable[[str, Any, str, Any, str | None], None]


def _nobody(*_: object) -> None:
    """Nobody else listens."""


class Bus(socketio.RedisManager):
    """Rooms across processes.

    Delivering here and telling the others are two steps: while Redis hangs, the sockets of this
    process are served as always. What the others miss they find in the database. After a failure
    nothing is published for half a second; listening begins again within two.
    """

    def __init__(
        self,
        url: str,
        *,
        write_only: bool,
        publish: Callable[[Callable[[], None]], None],
        deliver: Deliver = _nobody,
    ) -> None:
        options = {"socket_timeout": ANSWER_SECONDS, "socket_connect_timeout": ANSWER_SECONDS}
        super().__init__(
            url, channel=CHANNEL, write_only=write_only, json=Json, redis_options=options
        )
        self._client = connect(url)
        self._run = publish
        self._deliver = deliver
        self._away_until = 0.0
        self._texts: list[bytes] = []

    def _handle_emit(self, message: dict[str, Any]) -> None:
        """As inherited, and to the sockets that are not Socket.IO's."""
        super()._handle_emit(message)
        self._deliver(
            message["event"],
            message["data"][0],
            message["namespace"],
            message["room"],
            message["skip_sid"],
        )

    def _publish(self, data: dict[str, Any]) -> None:
        """Tell the other processes, after whoever waits for this one has gone on."""
        self._texts.append(orjson.dumps(data))
        if len(self._texts) == 1:
            self._run(self._send)

    def _send(self) -> None:
        """Publish what has gathered, in one round trip."""
        texts, self._texts = self._texts, []
        if time.monotonic() < self._away_until:
            return
        try:
            pipe = self._client.pipeline(transaction=False)
            for text in texts:
                pipe.publish(self.channel, text)
            pipe.execute()
        except (RedisError, OSError) as error:
            self._away_until = time.monotonic() + PUBLISH_PAUSE_SECONDS
            _log.warning("bus_publish_lost", error=type(error).__name__)

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


class LocalRooms(socketio.Manager):
    """Rooms of a single process, without Redis."""

    def __init__(self, deliver: Deliver = _nobody) -> None:
        super().__init__()
        self._deliver = deliver

    def emit(
        self,
        event: str,
        data: Any,
        namespace: str,
        room: Any = None,
        skip_sid: str | None = None,
        **more: Any,
    ) -> None:
        """As inherited, and to the sockets that are not Socket.IO's."""
        super().emit(event, data, namespace, room=room, skip_sid=skip_sid, **more)
        self._deliver(event, data, namespace, room, skip_sid)


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
