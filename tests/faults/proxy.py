"""A TCP proxy of our own that breaks what goes through it.

with Proxy("127.0.0.1:5432") as proxy:
    …connect to 127.0.0.1:proxy.port…
    proxy.hold()      # a partition: nothing arrives, nobody is told
    proxy.release()   # what was under way arrives
"""

import contextlib
import queue
import socket
import struct
import threading
import time
from typing import Any, Final, Self

# SO_LINGER with zero seconds: close() sends RST instead of FIN.
_RESET: Final = struct.pack("ii", 1, 0)


class _Flow:
    """One direction of one connection: reads always, passes on while its gate is open."""

    def __init__(self, source: socket.socket, target: socket.socket, gate: threading.Event) -> None:
        self.ended_at: float | None = None
        self._source = source
        self._target = target
        self._gate = gate
        self._chunks: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        for work in (self._read, self._write):
            threading.Thread(target=work, daemon=True).start()

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            while chunk := self._source.recv(65_536):
                self._chunks.put(chunk)
        self.ended_at = time.monotonic()
        self._chunks.put(b"")

    def _write(self) -> None:
        with contextlib.suppress(OSError):
            while chunk := self._chunks.get():
                self._gate.wait()
                self._target.sendall(chunk)
            self._gate.wait()
            self._target.shutdown(socket.SHUT_WR)


class _Connection:
    """A client, the server behind the proxy, and what flows between them."""

    def __init__(
        self,
        client: socket.socket,
        server: socket.socket,
        up: threading.Event,
        down: threading.Event,
    ) -> None:
        self.ends = (client, server)
        self.up = _Flow(client, server, up)
        self.down = _Flow(server, client, down)


class Proxy:
    """Listens on a port of its own and connects to `upstream`: host:port, or a socket's path."""

    def __init__(self, upstream: str) -> None:
        self.port = 0
        self.connections: list[_Connection] = []
        self._upstream = upstream
        self._listener: socket.socket | None = None
        self._up = threading.Event()
        self._down = threading.Event()
        self.release()

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._listener is not None:
            # shutdown wakes the accepting thread, close alone does not
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        self.cut()
        self.release()

    def hold(self) -> None:
        """Let nothing through in either direction, not even the end of a connection."""
        self._up.clear()
        self._down.clear()

    def hold_answers(self) -> None:
        """Let requests through, and no answers."""
        self._down.clear()

    def release(self) -> None:
        """Let everything through, and what was held first."""
        self._up.set()
        self._down.set()

    def cut(self) -> None:
        """Reset every connection, losing what is held; new ones are welcome."""
        connections, self.connections = self.connections, []
        for connection in connections:
            for end in connection.ends:
                with contextlib.suppress(OSError):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                    end.shutdown(socket.SHUT_RD)  # wakes the thread that reads
                end.close()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                try:
                    server = _connect(self._upstream)
                except OSError:
                    client.close()
                    continue
                self.connections.append(_Connection(client, server, self._up, self._down))


def _connect(upstream: str) -> socket.socket:
    if upstream.startswith("/"):
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        server.connect(upstream)
        return server
    host, _, port = upstream.rpartition(":")
    address: Any = (host, int(port))
    return socket.create_connection(address)
