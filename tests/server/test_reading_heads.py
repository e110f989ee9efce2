"""Over a real connection our reading of heads and the library's answer the same."""

import contextlib
import re
import socket

import pytest

from tests.processes import Process
from tests.server.test_server import Start, start

pytestmark = pytest.mark.services
__all__ = ["start"]

USUAL = b"GET /slow/0.0 HTTP/1.1\r\nHost: chat.test\r\n"
LAST = b"Connection: close\r\n\r\n"
EXTENSIONS = b"GET /extensions HTTP/1.1\r\nHost: chat.test\r\n"
SENT = {
    "usual": USUAL + LAST,
    "one after another": USUAL + b"\r\n" + USUAL + b"\r\n" + USUAL + LAST,
    "unusual among usual": USUAL + b"\r\n" + USUAL + b"X-Folded: a\r\n b\r\n\r\n" + USUAL + LAST,
    "closed by HTTP/1.0": USUAL.replace(b"1.1", b"1.0") + b"\r\n",
    "a body": USUAL + b"Content-Length: 2\r\n\r\n{}" + USUAL + LAST,
    "a body in pieces": USUAL + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n" + USUAL + LAST,
    "a body of two lengths": USUAL + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n" + LAST,
    "a body of no length": USUAL + b"Content-Length: x\r\n" + LAST,
    "no such version": USUAL.replace(b"1.1", b"9.9") + LAST,
    "a bare line": b"nonsense\r\n\r\n",
    "too long a line": USUAL + b"X-Long: " + b"x" * 9_000 + b"\r\n" + LAST,
    "too long a head": USUAL + (b"X-Long: " + b"x" * 8_000 + b"\r\n") * 9 + LAST,
    "too many headers": USUAL + b"X-Many: 1\r\n" * 100 + LAST,
    "as many as there may be": USUAL + b"X-Many: 1\r\n" * 97 + LAST,
    "two of a name": EXTENSIONS + b"Sec-WebSocket-Extensions: a\r\nsec-websocket-extensions: b\r\n" + LAST,
}  # fmt: skip


def answers(process: Process, sent: bytes) -> bytes:
    """All that comes back, without what differs by the moment and the process."""
    found = b""
    # More may be sent than the server cares to read.
    with (
        socket.create_connection(("127.0.0.1", process.port), timeout=10) as client,
        contextlib.suppress(ConnectionError),
    ):
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
        while part := client.recv(65_536):
            found += part
    return re.sub(rb"(?m)^Date: .*$", b"", found.replace(b"%d" % process.pid, b"a process"))


def test_whoever_reads_the_answer_is_the_same(start: Start) -> None:
    ours, theirs = (start(HTTP_PARSER=kind) for kind in ("own", "library"))
    for name, sent in SENT.items():
        assert answers(ours, sent) == answers(theirs, sent) != b"", name
    assert answers(ours, SENT["one after another"]).count(b"200 OK") == 3
