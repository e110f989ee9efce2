"""WebSocket framing after RFC 6455, without I/O: bytes in, messages out.

Strict where the RFC says MUST: clients mask, control frames are short and whole, reserved bits
are zero, lengths are written as short as they can be, text is UTF-8. The limit holds for a whole
message, however many fragments it comes in.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

CONTINUATION: Final = 0x0
TEXT: Final = 0x1
BINARY: Final = 0x2
CLOSE: Final = 0x8
PING: Final = 0x9
PONG: Final = 0xA

PROTOCOL_ERROR: Final = 1002
INVALID_DATA: Final = 1007
TOO_BIG: Final = 1009
_MOST_CONTROL_BYTES: Final = 125
_MOST_REASON_BYTES: Final = _MOST_CONTROL_BYTES - 2
_WHOLE: Final = frozenset({0x80 | TEXT, 0x80 | BINARY})
"""How frames begin that are a message each, as nearly all are."""
_KNOWN: Final = frozenset({CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG})
# Codes a peer may send: those the RFC and its registry define, and the private ranges.
_CLOSE_CODES: Final = frozenset(
    {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014}
)


class FrameError(Exception):
    """The peer broke the protocol; `status` is what the connection is closed with."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(slots=True)
class Message:
    """A whole message: `str` for text, `bytes` for binary."""

    data: str | bytes


@dataclass(frozen=True)
class Control:
    """A ping, pong or close, with its payload."""

    opcode: int
    payload: bytes

    @property
    def close_status(self) -> int:
        """The code of a close; 1000 when it came without one."""
        return struct.unpack_from("!H", self.payload)[0] if self.payload else 1000


class FrameParser:
    """Takes bytes as they come, in pieces of any size."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._buffer = bytearray()
        self._opcode: int | None = None
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> Iterator[Message | Control]:
        """Yield what is complete now; raise FrameError for what may not be."""
        self._buffer += data
        while (frame := self._take()) is not None:
            found = self._accept(*frame)
            if found is not None:
                yield found

    def _take(self) -> tuple[bool, int, bytes] | None:
        """Cut the next whole frame (final, opcode, payload) off the buffer."""
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        first, second = buffer[0], buffer[1]
        if first not in _WHOLE or not second & 0x80 or self._opcode is not None:
            self._check_header(first, second)
        length, start = second & 0x7F, 2
        if length > 125:
            start = 4 if length == 126 else 10
            if len(buffer) < start:
                return None
            length = _long_length(buffer, start)
        if self._size + length > self._most_bytes and not first & 0x8:
            raise FrameError(TOO_BIG, "message too big")
        end = start + 4 + length
        if len(buffer) < end:
            return None
        payload = unmask(bytes(buffer[start + 4 : end]), bytes(buffer[start : start + 4]))
        del buffer[:end]
        return bool(first & 0x80), first & 0x0F, payload

    def _check_header(self, first: int, second: int) -> None:
        opcode = first & 0x0F
        if first & 0x70:
            raise FrameError(PROTOCOL_ERROR, "reserved bits are set")
        if opcode not in _KNOWN:
            raise FrameError(PROTOCOL_ERROR, "unknown opcode")
        if not second & 0x80:
            raise FrameError(PROTOCOL_ERROR, "frame is not masked")
        if opcode & 0x8:
            if not first & 0x80 or second & 0x7F > _MOST_CONTROL_BYTES:
                raise FrameError(PROTOCOL_ERROR, "control frame is fragmented or too long")
        elif (opcode == CONTINUATION) != (self._opcode is not None):
            raise FrameError(PROTOCOL_ERROR, "fragment out of place")

    def _accept(self, final: bool, opcode: int, payload: bytes) -> Message | Control | None:
        if opcode & 0x8:
            if opcode == CLOSE:
                _check_close(payload)
            return Control(opcode, payload)
        if final and opcode != CONTINUATION:
            return _message(opcode, payload)
        if opcode != CONTINUATION:
            self._opcode = opcode
        self._parts.append(payload)
        self._size += len(payload)
        if len(self._parts) > self._most_bytes:
            raise FrameError(TOO_BIG, "too many fragments")
        return self._finish() if final else None

    def _finish(self) -> Message:
        data, opcode = b"".join(self._parts), self._opcode
        self._opcode, self._parts, self._size = None, [], 0
        return _message(opcode, data)


def _message(opcode: int | None, data: bytes) -> Message:
    if opcode != TEXT:
        return Message(data)
    try:
        return Message(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise FrameError(INVALID_DATA, "text is not UTF-8") from None


def unmask(payload: bytes, mask: bytes) -> bytes:
    """XOR `payload` with the repeated four bytes of `mask`, as one big number."""
    length = len(payload)
    if not length:
        return payload
    repeated = (mask * (length // 4 + 1))[:length]
    number = int.from_bytes(payload, "little") ^ int.from_bytes(repeated, "little")
    return number.to_bytes(length, "little")


def pack(opcode: int, payload: bytes) -> bytes:
    """A whole frame from the server, unmasked."""
    length = len(payload)
    if length < 126:
        return struct.pack("!BB", 0x80 | opcode, length) + payload
    if length < 65_536:
        return struct.pack("!BBH", 0x80 | opcode, 126, length) + payload
    return struct.pack("!BBQ", 0x80 | opcode, 127, length) + payload


def pack_close(status: int, reason: str = "") -> bytes:
    """A close frame; the reason is cut to the characters that fit."""
    text = reason.encode()[:_MOST_REASON_BYTES].decode(errors="ignore").encode()
    return pack(CLOSE, struct.pack("!H", status) + text)


def _long_length(buffer: bytearray, end: int) -> int:
    """A length that has two or eight bytes of its own, up to `end`."""
    form, least = ("!H", 126) if end == 4 else ("!Q", 65_536)
    length: int = struct.unpack_from(form, buffer, 2)[0]
    if not least <= length < 2**63:
        raise FrameError(PROTOCOL_ERROR, "length is not written in its shortest form")
    return length


def _check_close(payload: bytes) -> None:
    if not payload:
        return
    if len(payload) == 1:
        raise FrameError(PROTOCOL_ERROR, "close code is cut off")
    status = struct.unpack_from("!H", payload)[0]
    if status not in _CLOSE_CODES and not 3000 <= status <= 4999:
        raise FrameError(PROTOCOL_ERROR, "close code is not allowed")
    try:
        payload[2:].decode("utf-8")
    except UnicodeDecodeError:
        raise FrameError(INVALID_DATA, "close reason is not UTF-8") from None
