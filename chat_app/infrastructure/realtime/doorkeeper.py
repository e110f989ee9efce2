"""Closes Engine.IO connections that never say who they are; the library would keep them."""

import time
from collections.abc import Callable
from typing import Any, Final

CONNECT_SECONDS = 10.0
# What is asked of a request after its handshake; all of it would stay as long as the socket.
_KEPT: Final = ("HTTP_ORIGIN", "HTTP_COOKIE", "REMOTE_ADDR")


class Doorkeeper:
    """Counts connections of an address that have not completed a CONNECT, and ends old ones."""

    def __init__(
        self,
        server: Any,
        namespaces: tuple[str, ...],
        most: int | None,
        adopt: Callable[[str], None],
    ) -> None:
        """`adopt` is told the id of every connection that may stay."""
        self._adopt = adopt
        self._server = server
        self._namespaces = namespaces
        self._most = most
        self._waiting: dict[str, tuple[str, float]] = {}
        self._admit = server._handle_eio_connect
        server.eio.on("connect", self._connected)

    def _connected(self, eio_sid: str, environ: dict[str, Any]) -> Any:
        address = environ.get("REMOTE_ADDR") or ""
        self._forget_settled()
        if self._most is not None:
            same = sum(1 for known, _ in self._waiting.values() if known == address)
            if same >= self._most:
                return False
        self._waiting[eio_sid] = (address, time.monotonic())
        self._adopt(eio_sid)
        return self._admit(eio_sid, _kept(environ))

    def watch(self, eio_sid: str) -> None:
        """Treat a connection whose namespace was closed as one that must say who it is again."""
        if eio_sid in self._server.eio.sockets:
            self._waiting[eio_sid] = ("", time.monotonic())

    def sweep(self) -> None:
        """Close connections that were silent for ten seconds."""
        self._forget_settled()
        limit = time.monotonic() - CONNECT_SECONDS
        for eio_sid, (_, since) in list(self._waiting.items()):
            if since < limit:
                self._waiting.pop(eio_sid, None)
                self._server.eio.disconnect(eio_sid)

    def _forget_settled(self) -> None:
        sockets, manager = self._server.eio.sockets, self._server.manager
        for eio_sid in list(self._waiting):
            gone = eio_sid not in sockets
            if gone or any(manager.sid_from_eio_sid(eio_sid, one) for one in self._namespaces):
                self._waiting.pop(eio_sid, None)


def _kept(environ: dict[str, Any]) -> dict[str, Any]:
    return {name: environ[name] for name in _KEPT if name in environ}
