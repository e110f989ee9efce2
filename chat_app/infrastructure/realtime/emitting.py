"""A push to the sockets of this process: encoded once, whatever the number of its readers."""

from typing import Any

import orjson
from engineio import packet as engine

from chat_app.infrastructure.realtime.frames import TEXT, pack


def encoded(event: str, data: Any) -> bytes:
    """The part of a packet that all its readers share."""
    return orjson.dumps([event, data])


def deliver_here(
    server: Any, namespace: str, rooms: list[str], payload: bytes, skip_sid: str | None
) -> None:
    """Send once to each socket that is in one of the rooms."""
    members = server.manager.rooms.get(namespace, {})
    readers: dict[str, str] = {}
    for room in rooms:
        if room in members:
            # The library's mapping itself would be asked for its keys, and then for each of them.
            readers.update(members[room].items())
    readers.pop(skip_sid or "", None)
    if not readers:
        return
    text = b"2%b,%b" % (namespace.encode(), payload)
    frame = pack(TEXT, b"4" + text)
    packet = None
    for eio_sid in readers.values():
        eio_socket = server.eio.sockets.get(eio_sid)
        write = getattr(eio_socket.queue, "write", None) if eio_socket is not None else None
        if write is not None:
            write(frame)
            continue
        packet = packet or engine.Packet(engine.MESSAGE, text.decode())
        server.eio.send_packet(eio_sid, packet)
