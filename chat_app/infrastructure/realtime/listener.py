"""Takes connections from a socket that several processes listen on, each its fair share.

The kernel wakes them all, and the one that has just served is the quickest: of connections that
come one after the other one process gets nearly all, and keeps them for hours, as they are
WebSockets. So whoever has more than another holds back a moment (the idea of nginx's
`accept_mutex_delay`, https://nginx.org/en/docs/ngx_core_module.html), and takes it only if nobody
else did: a process that is busy, stopped or dead keeps nobody waiting longer than that.
"""

import socket
from collections.abc import Callable
from typing import Any, Final

import eventlet
from eventlet.greenio import GreenSocket
from eventlet.hubs import notify_opened, trampoline

from chat_app.infrastructure.crowds import Crowd

_HOLD_BACK_SECONDS: Final = 0.002


class SharedListener:
    """A listening socket with neighbours at it, as eventlet's server wants one."""

    def __init__(self, listener: Any, crowd: Crowd, connected: Callable[[], int]) -> None:
        """Around a green socket; `connected` counts the connections of this process."""
        self._raw: socket.socket = listener.fd
        self._crowd = crowd
        self._connected = connected

    def accept(self) -> tuple[GreenSocket, Any]:
        """Wait for a connection that is ours to take; return it with its address."""
        while True:
            trampoline(self._raw, read=True)
            if self._crowd.is_larger(self._connected()):
                eventlet.sleep(_HOLD_BACK_SECONDS)
            try:
                client, address = self._raw.accept()
            except BlockingIOError:
                continue
            notify_opened(client.fileno())
            return GreenSocket(client), address

    @property
    def family(self) -> int:
        """The kind of address listened on."""
        return self._raw.family

    def getsockname(self) -> Any:
        """Return the address listened on."""
        return self._raw.getsockname()

    def close(self) -> None:
        """Listen no longer."""
        self._raw.close()
