"""Pushes on their way between processes: a head that says for whom, and a body that is not read.

The body is the part of a Socket.IO packet that all readers share, so a process that hears a push
puts it onto its sockets as it came.
"""

import struct
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

import orjson

HOST_BYTES: Final = 16
ASIDE: Final = ""
"""In the place of a namespace: the body is for the process itself."""
_SENT_AT: Final = struct.Struct(">d")
_HEAD_BYTES: Final = HOST_BYTES + _SENT_AT.size
_LENGTHS: Final = struct.Struct(">HI")


class Record(NamedTuple):
    """One push. `key` is set when it goes to several rooms: a process may hear it more than once."""

    namespace: str
    rooms: list[str]
    skip: str | None
    key: str | None
    body: bytes


def channel_of(database: int, room: str) -> bytes:
    """Where pushes to a room are published, of all namespaces: a message is told to both sides.

    Another database of the same Redis is another installation's: its rooms may have the same names.
    """
    return f"cland:{database}:room:{room}".encode()


def hall_of(database: int) -> bytes:
    """Where every process of an installation listens, whatever rooms it has."""
    return f"cland:{database}:hall".encode()


def write(
    namespace: str, rooms: list[str], skip: str | None, key: str | None, body: bytes
) -> bytes:
    """The bytes that are read as such a record."""
    head = orjson.dumps([namespace, rooms, skip, key])
    return _LENGTHS.pack(len(head), len(body)) + head + body


def together(host: bytes, sent_at: float, records: Iterable[bytes]) -> bytes:
    """What one process publishes at once on one channel.

    `host` is its name, of HOST_BYTES; `sent_at` its time of day in seconds.
    """
    return host + _SENT_AT.pack(sent_at) + b"".join(records)


def sent_at(data: bytes) -> float:
    """When a publication left; raises ValueError for what is none of ours."""
    if len(data) < _HEAD_BYTES:
        raise ValueError("cut off")
    moment: float = _SENT_AT.unpack_from(data, HOST_BYTES)[0]
    return moment


def read(data: bytes) -> Iterator[Record]:
    """The records of a publication; raises ValueError for what is none of ours."""
    at = _HEAD_BYTES
    while at < len(data):
        if len(data) < at + _LENGTHS.size:
            raise ValueError("cut off")
        head_bytes, body_bytes = _LENGTHS.unpack_from(data, at)
        begin = at + _LENGTHS.size
        at = begin + head_bytes + body_bytes
        if len(data) < at:
            raise ValueError("cut off")
        head: Any = orjson.loads(data[begin : begin + head_bytes])
        if not isinstance(head, list):
            raise ValueError("not a head")  # noqa: TRY004 - whatever came is not ours
        namespace, rooms, skip, key = head
        yield Record(namespace, rooms, skip, key, data[begin + head_bytes : at])
