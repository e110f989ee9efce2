"""Reads the heads of requests: the first line and the headers.

Eventlet's server has them read by the standard library, which treats each as an e-mail. What is
written plainly is read here; anything else, and whatever is wrong, the library reads as ever.
"""

import io
import re
from collections.abc import Sequence
from http.client import HTTPMessage
from typing import Any, Final

# What the standard library allows, the empty line at the end included.
_MOST_LINES: Final = 100
_FIRST: Final = re.compile(rb"([A-Z]+) (/(?:[!-.0-~][!-~]*)?) HTTP/1\.1\r\n")
_HEADER: Final = re.compile(r"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([!-~][\t -~]*)?\r\n")
_END: Final = (b"\r\n", b"\n", b"")


class Head(HTTPMessage):
    """The headers of a request; the first one of a name is found without a search."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._first: dict[str, str] = {}
        for name, value in pairs:
            self.set_raw(name, value)
            self._first.setdefault(name.lower(), value)

    def get(self, name: str, failobj: Any = None) -> Any:
        """As inherited, for values of plain ASCII."""
        return self._first.get(name.lower(), failobj)


class PlainHeads:
    """To be put before a server's own class for the connection of a client.

    Which one that is, is left open: eventlet has a copy of the standard library's of its own.
    """

    raw_requestline: bytes
    rfile: Any
    headers: Any

    def parse_request(self) -> bool:
        """As inherited, over HTTP/1.1: set what the first line and the headers say; False if it was refused."""
        first = _FIRST.fullmatch(self.raw_requestline)
        if first is None:
            return self._parse_slowly()
        lines = self._lines()
        head = _plain(lines)
        if head is None or "expect" in head:
            self.rfile = io.BytesIO(b"".join(lines))
            return self._parse_slowly()
        self.command, self.path = first[1].decode(), first[2].decode()
        self.requestline = self.raw_requestline[:-2].decode()
        self.request_version = "HTTP/1.1"
        self.close_connection = head.get("connection", "").lower() == "close"
        self.headers = head
        return True

    def _parse_slowly(self) -> bool:
        parsed: bool = super().parse_request()  # type: ignore[misc]  # of the class it stands before
        return parsed

    def _lines(self) -> list[bytes]:
        """The lines up to the empty one, or one more than there may be."""
        lines = [self.rfile.readline()]
        while lines[-1] not in _END and len(lines) <= _MOST_LINES:
            lines.append(self.rfile.readline())
        return lines


def _plain(lines: Sequence[bytes]) -> Head | None:
    """The headers; None unless each is a line of ASCII with a name, and all were read."""
    *named, end = lines
    if end != b"\r\n" or len(lines) > _MOST_LINES:
        return None
    found = [_HEADER.fullmatch(line.decode("latin-1")) for line in named]
    pairs = [(one[1], one[2] or "") for one in found if one is not None]
    return Head(pairs) if len(pairs) == len(found) else None
