"""Opening the web server's socket, so that a taken port is noticed."""

import errno
import socket
from typing import Final

# When a process has gone everybody knocks at the next one at once; the kernel has a bound of its
# own (net.core.somaxconn).
_BACKLOG: Final = 4_096


class ListenError(RuntimeError):
    """The address cannot be listened on; the text is one line for the operator."""


def listen(host: str, port: int) -> socket.socket:
    """Bind and listen; raise ListenError when the port is taken or the address is not ours.

    Not `eventlet.listen`: that sets SO_REUSEPORT, and a second server on a taken port would start
    and silently share the visitors with the first.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ListenError(
                f"port {port} is taken; choose another: PORT={port + 1} make run"
            ) from None
        reason = error.strerror or str(error)
        raise ListenError(f"cannot listen on {host}:{port}: {reason}") from None
    return listener
