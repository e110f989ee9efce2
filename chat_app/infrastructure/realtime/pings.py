"""Asks clients whether they are there."""

import time
from typing import Any

from engineio import packet as engine


class Pings:
    """Asks clients whether they are there, all from one place."""

    def __init__(self, server: Any) -> None:
        self._server = server.eio
        self._server.start_service_task = False  # the library's own would do it again

    def adopt(self, eio_sid: str) -> None:
        """Ask this client from now on; the library would keep a greenlet for it."""
        eio_socket = self._server.sockets[eio_sid]

        def answered() -> None:
            eio_socket.last_ping = None
            eio_socket.ping_at = time.monotonic() + self._server.ping_interval

        eio_socket.schedule_ping = answered

    def sweep(self) -> None:
        """Ask whose turn it is, and end who has not answered."""
        now = time.monotonic()
        for sid, eio_socket in list(self._server.sockets.items()):
            if eio_socket.closed:
                self._server.sockets.pop(sid, None)
            elif eio_socket.last_ping:
                eio_socket.check_ping_timeout()
            elif now >= getattr(eio_socket, "ping_at", now + 1):
                eio_socket.last_ping = time.time()
                eio_socket.send(engine.Packet(engine.PING))
