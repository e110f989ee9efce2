"""Closes Engine.IO connections that never say who they are; the library would keep them."""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

CONNECT_SECONDS = 10.0
# What is asked of a request after its handshake; all of it would stay as long as the socket.
_KEPT: Final = ("HTTP_ORIGIN", "HTTP_COOKIE", "REMOTE_ADDR")


class Doorkeeper:
    """Counts connections of an address that have not completed a CONNECT, and ends old ones."""

    def __init__(self, server: Any, most: int | None, adopt: Callable[[str], None]) -> None:
        """`adopt` is told the id of every connection that may stay."""
        self._adopt = adopt
        self._server = server
        self._most = most
        # The oldest first: by connection its address, and when it came.
        self._waiting: dict[str, tuple[str, float]] = {}
        self._of_address: Counter[str] = Counter()
        self._admit = server._handle_eio_connect
        self._dismiss = server._handle_eio_disconnect
        server.eio.on("connect", self._connected)
        server.eio.on("disconnect", self._ended)
        server.manager.named = self._forget
        server.manager.refused = self.watch

    def _connected(self, eio_sid: str, environ: dict[str, Any]) -> Any:
        address = environ.get("REMOTE_ADDR") or ""
        if self._most is not None and self._of_address[address] >= self._most:
            return False
        self._wait_for(eio_sid, address)
        self._adopt(eio_sid)
        return self._admit(eio_sid, _kept(environ))

    def _ended(self, eio_sid: str, reason: str) -> Any:
        self._forget(eio_sid)
        return self._dismiss(eio_sid, reason)

    def watch(self, eio_sid: str) -> None:
        """Treat a connection whose namespace was closed as one that must say who it is again."""
        if eio_sid in self._server.eio.sockets:
            self._wait_for(eio_sid, "")

    def sweep(self) -> None:
        """Close connections that were silent for ten seconds."""
        limit = time.monotonic() - CONNECT_SECONDS
        for eio_sid, (_, since) in list(self._waiting.items()):
            if since >= limit:
                break
            self._forget(eio_sid)
            self._server.eio.disconnect(eio_sid)

    def _wait_for(self, eio_sid: str, address: str) -> None:
        self._forget(eio_sid)
        self._waiting[eio_sid] = (address, time.monotonic())
        self._of_address[address] += 1

    def _forget(self, eio_sid: str) -> None:
        address, _ = self._waiting.pop(eio_sid, (None, 0.0))
        if address is not None:
            self._of_address[address] -= 1
            if not self._of_address[address]:
                del self._of_address[address]


def _kept(environ: dict[str, Any]) -> dict[str, Any]:
    return {name: environ[name] for name in _KEPT if name in environ}
