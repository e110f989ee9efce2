"""The heads of requests are read as the standard library reads them, only sooner."""

import io
import random
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any, Final
from unittest import mock

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chat_app.infrastructure.heads import PlainHeads

POST: Final = b"POST /api/chat/sessions?a=1 HTTP/1.1\r\n"
USUAL: Final = [
    b"Host: chat.test\r\n",
    b"Content-Length: 2\r\n",
    b"X-Empty:\r\n",
    b"A:  b c \t\r\n",
]
END: Final = b"\r\n"
NAMES: Final = ("host", "Content-Length", "CONNECTION", "expect", "x-empty", "a", "cookie", "none")

FIRST_LINES: Final = [
    POST, b"GET / HTTP/1.1\r\n", b"GET // HTTP/1.1\r\n", b"GET //evil.test/x HTTP/1.1\r\n",
    b"GET /a b HTTP/1.1\r\n", b"GET  / HTTP/1.1\r\n", b"GET /\x00 HTTP/1.1\r\n", b"GET /\xe4 HTTP/1.1\r\n",
    b"GET / HTTP/1.0\r\n", b"GET / HTTP/2.0\r\n", b"GET / HTTP/1.10\r\n", b"GET /\r\n", b"GET / HTTP/1.1\n",
    b"get / HTTP/1.1\r\n", b"GET * HTTP/1.1\r\n", b"GET http://chat.test/ HTTP/1.1\r\n", b"\r\n", b"GET\r\n",
    b" GET / HTTP/1.1\r\n", b"GET / HTTP/1.1 \r\n", b"GET / http/1.1\r\n", b"GET / HTTP/1.1\r\r\n", b"GET /",
]  # fmt: skip
LINES: Final = [
    *USUAL, b"Connection: close\r\n", b"connection: Keep-Alive\r\n", b"Connection: upgrade\r\n",
    b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n", b"Expect: 100-continue\r\n",
    b" folded\r\n", b"\tfolded\r\n", b"no colon\r\n", b": no name\r\n", b"a b: c\r\n", b"A : b\r\n",
    b"A: \x00\r\n", b"A: b\rC: d\r\n", b"A: b\n", b"A: \xe4\r\n", b"\xe4: b\r\n", b"A: b\x0bC: d\r\n",
    b"A: b\x85C: d\r\n", b"A:b:c\r\n", b"From x\r\n", b"Cookie: a=b; c=\"d\"\r\n", b"under_score: 1\r\n",
    b"A: \x1f\r\n", b"A: \x7f\r\n", b"A: b\r\r\n", b"--\r\n", b"",
]  # fmt: skip


class TooLarge(Exception):
    """What eventlet's reader of heads raises."""


class Reader:
    """Eventlet's reader of heads: lines and heads have a bound."""

    def __init__(self, source: io.BytesIO) -> None:
        self._source, self._read = source, 0

    def readline(self, _: int = -1) -> bytes:
        line = self._source.readline(8_192)
        self._read += len(line)
        if len(line) >= 8_192 or self._read > 65_536:
            raise TooLarge
        return line


class Library(BaseHTTPRequestHandler):
    """The connection of a client without ours."""

    protocol_version = "HTTP/1.1"

    def handle_expect_100(self) -> bool:
        return True

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""

    def date_time_string(self, *_: object) -> str:
        return "now"


class Quick(PlainHeads, Library):
    """The connection of a client with it."""


def outcome(kind: Any, first: bytes, rest: bytes) -> dict[str, Any]:
    """What the server knows of a request afterwards, or how it refused it."""
    connection: Any = kind.__new__(kind)
    connection.raw_requestline, connection.client_address = first, ("192.0.2.1", 1)
    connection.wfile, unread = io.BytesIO(), io.BytesIO(rest)
    connection.rfile = Reader(unread)
    try:
        parsed = connection.parse_request()
    except TooLarge:
        return {"raised": "too large"}
    known = {
        name: getattr(connection, name, None)
        for name in ("command", "path", "request_version", "requestline", "close_connection")
    }
    if not parsed:
        return known | {"answer": connection.wfile.getvalue()}
    headers = connection.headers
    return known | {
        "headers": headers._headers,
        "found": [headers.get(name, "nothing") for name in NAMES],
        "type": headers.get_content_type(),
        "unread": unread.read(),
    }


def the_same_both_ways(first: bytes, rest: bytes) -> None:
    assert outcome(Quick, first, rest) == outcome(Library, first, rest)


def is_read_here(first: bytes, rest: bytes) -> bool:
    """Whether the standard library was not needed."""
    with mock.patch.object(BaseHTTPRequestHandler, "parse_request", side_effect=LookupError):
        try:
            return "headers" in outcome(Quick, first, rest)
        except LookupError:
            return False


def test_what_is_written_plainly_is_read_here() -> None:
    rest = b"".join([*USUAL, b"Connection: close\r\n", END]) + b"{}"
    assert is_read_here(POST, rest)
    the_same_both_ways(POST, rest)
    assert outcome(Quick, POST, rest)["unread"] == b"{}"


@pytest.mark.parametrize(
    "line", [b"Expect: 100-continue\r\n", b" folded\r\n", b"A: b\n", b"A: \xe4\r\n", b"A : b\r\n"]
)
def test_anything_else_is_left_to_the_library(line: bytes) -> None:
    assert not is_read_here(POST, b"".join([*USUAL, line, END]))


@pytest.mark.parametrize("first", FIRST_LINES)
def test_every_first_line(first: bytes) -> None:
    the_same_both_ways(first, b"".join([*USUAL, END]) + b"{}")


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("place", [0, 2, 4])
def test_every_line(line: bytes, place: int) -> None:
    the_same_both_ways(POST, b"".join([*USUAL[:place], line, *USUAL[place:], END]) + b"{}")


@pytest.mark.parametrize("count", [0, 1, 98, 99, 100, 101, 200])
def test_many_headers(count: int) -> None:
    the_same_both_ways(POST, b"A: b\r\n" * count + END + b"{}")


@pytest.mark.parametrize("length", [8_000, 8_184, 8_185, 8_186, 8_187, 8_188, 9_000, 70_000])
def test_long_headers(length: int) -> None:
    the_same_both_ways(POST, b"A: %s\r\n" % (b"x" * length) + END)
    the_same_both_ways(POST, b"A: %s\r\n" % (b"x" * (length // 8)) * 70 + END)


def cut(whole: bytes) -> Iterator[bytes]:
    """The beginnings of a request whose client has gone."""
    return (whole[:end] for end in range(len(whole)))


def test_a_client_that_has_gone() -> None:
    for rest in cut(b"".join([*USUAL[:2], END])):
        the_same_both_ways(POST, rest)


@given(st.sampled_from(FIRST_LINES), st.lists(st.sampled_from(LINES), max_size=6))
def test_lines_in_any_order(first: bytes, lines: list[bytes]) -> None:
    the_same_both_ways(first, b"".join([*lines, END]) + b"{}")


@given(st.binary(max_size=12), st.integers(0, 70))
@example(b"\r", 9)
def test_bytes_in_the_middle(noise: bytes, place: int) -> None:
    whole = b"".join([*USUAL, END]) + b"{}"
    the_same_both_ways(POST, whole[:place] + noise + whole[place:])
    where = random.Random(place).randrange(len(POST))
    first, end, rest = (POST[:where] + noise + POST[where:]).partition(b"\n")
    the_same_both_ways(first + end, rest + whole)
