"""Words about rooms that processes tell each other, and no socket hears."""

import time
from collections.abc import Mapping
from typing import Any

from chat_app.infrastructure.realtime.records import ASIDE, channel_of, together, write
from chat_app.infrastructure.redis.connection import Client, Guarded, database_of


class Asides:
    """Published on the rooms' own channels: a process that has members there hears them.

    Other than pushes they are on their way once `tell` returns: whatever is published because of
    what the caller does next comes after them.
    """

    def __init__(self, redis: Guarded, host: bytes) -> None:
        """`host` is the name of the process that tells, of HOST_BYTES; it does not hear itself."""
        self._redis = redis
        self._host = host
        self._database = database_of(redis.client)

    def tell(self, words: Mapping[str, bytes]) -> None:
        """Tell a word about each of these rooms; while Redis is away, nobody is told."""
        self._redis.call(lambda client: self._publish(client, words), lambda: None)

    def _publish(self, client: Client, words: Mapping[str, bytes]) -> None:
        pipe: Any = client.pipeline(transaction=False)
        for room, word in words.items():
            record = write(ASIDE, [room], None, None, word)
            pipe.publish(
                channel_of(self._database, room), together(self._host, time.time(), [record])
            )
        pipe.execute()
