"""Our framing beside a second implementation of RFC 6455: what one writes the other reads."""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from wsproto.frame_protocol import CloseReason, FrameProtocol, Opcode, ParseFailed

from chat_app.infrastructure.realtime.frames import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    Control,
    FrameError,
    FrameParser,
    Message,
    pack,
    pack_close,
    unmask,
)

MOST = 200_000
EDGES = (0, 1, 125, 126, 127, 65_535, 65_536)
# wsproto does not know this one, which the registry of close codes has.
BAD_GATEWAY = 1014
Found = Message | Control

calm = settings(deadline=None)  # a busy machine is no failure

sizes = st.one_of(st.integers(0, 300), st.sampled_from(EDGES))
bodies = st.one_of(st.text(max_size=300), st.binary(max_size=300)) | sizes.map("x".__mul__)
codes = st.sampled_from([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 3000, 4401, 4999])
cuts = st.lists(st.one_of(st.integers(1, 20), st.integers(1, 70_000)), min_size=1, max_size=20)


def pieces(data: bytes, lengths: list[int]) -> Iterator[bytes]:
    """The bytes in pieces of these lengths, again and again; long ones in 2,000 pieces at most."""
    position, number, least = 0, 0, len(data) // 2_000
    while position < len(data):
        length = max(least, lengths[number % len(lengths)])
        yield data[position : position + length]
        position, number = position + length, number + 1


@dataclass
class Outcome:
    """What was understood, and with which code it ended."""

    found: list[Found]
    status: int | None = None
    begun: bool = False
    """Whether a message was begun that is not whole yet."""


def ours(data: Iterable[bytes]) -> Outcome:
    """What our parser makes of it, until a close."""
    parser, outcome = FrameParser(MOST), Outcome([])
    try:
        for piece in data:
            for found in parser.feed(piece):
                outcome.found.append(found)
                if isinstance(found, Control) and found.opcode == CLOSE:
                    return outcome
    except FrameError as error:
        outcome.status = error.status
    finally:
        outcome.begun = parser._opcode is not None
    return outcome


def theirs(data: Iterable[bytes], *, client: bool = False) -> Outcome:
    """What wsproto makes of it, in our words."""
    protocol, outcome = FrameProtocol(client=client, extensions=[]), Outcome([])
    parts: list[Any] = []
    try:
        for piece in data:
            protocol.receive_bytes(piece)
            for frame in protocol.received_frames():
                if frame.opcode.iscontrol():
                    outcome.found.append(_control(frame.opcode, frame.payload))
                    continue
                parts.append(frame.payload)
                if frame.message_finished:
                    outcome.found.append(Message(type(parts[0])().join(parts)))
                    parts.clear()
    except ParseFailed as error:
        outcome.status = int(error.code)
    return outcome


def _control(opcode: Opcode, payload: Any) -> Control:
    if opcode is Opcode.CLOSE:
        code, reason = payload
        nothing = code is CloseReason.NO_STATUS_RCVD
        payload = b"" if nothing else struct.pack("!H", code) + reason.encode()
    return Control(int(opcode), bytes(payload))


# --- A client that keeps to the rules ------------------------------------------------------------


@st.composite
def conversations(draw: st.DrawFn) -> tuple[bytes, list[Found]]:
    """What wsproto sends as a client, in fragments with control frames between, and its meaning."""
    client, data, meaning = FrameProtocol(client=True, extensions=[]), bytearray(), list[Found]()

    def control() -> None:
        payload = draw(st.binary(max_size=125))
        pings = draw(st.booleans())
        data.extend(client.ping(payload) if pings else client.pong(payload))
        meaning.append(Control(PING if pings else PONG, payload))

    for body in draw(st.lists(bodies, max_size=5)):
        places = sorted(draw(st.lists(st.integers(0, len(body)), max_size=4)))
        ends = [*places, len(body)]
        for begin, end in zip([0, *places], ends, strict=True):
            data.extend(client.send_data(body[begin:end], fin=False))
            if draw(st.integers(0, 4)) == 0:
                control()
        data.extend(client.send_data(body[:0], fin=True))
        meaning.append(Message(body))
    if draw(st.booleans()):
        code, reason = draw(codes), draw(st.text(max_size=30))
        data.extend(client.close(code, reason))
        meaning.append(Control(CLOSE, struct.pack("!H", code) + reason.encode()))
    return bytes(data), meaning


@calm
@given(conversations(), cuts)
def test_we_read_what_it_writes(
    conversation: tuple[bytes, list[Found]], lengths: list[int]
) -> None:
    data, meaning = conversation
    assert ours(pieces(data, lengths)) == Outcome(meaning)


# --- A server of ours ----------------------------------------------------------------------------


@calm
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just(TEXT), st.text(max_size=300).map(str.encode)),
            st.tuples(st.just(BINARY), sizes.map(bytes)),
            st.tuples(st.sampled_from([PING, PONG]), st.binary(max_size=125)),
        ),
        max_size=6,
    ),
    st.none() | st.tuples(codes, st.text(max_size=30) | st.integers(30, 90).map("é客".__mul__)),
    cuts,
)
def test_it_reads_what_we_write(
    frames: list[tuple[int, bytes]], close: tuple[int, str] | None, lengths: list[int]
) -> None:
    data = b"".join(pack(opcode, payload) for opcode, payload in frames)
    if close is not None:
        data += pack_close(*close)
    outcome = theirs(pieces(data, lengths), client=True)
    assert outcome.status is None
    sent = [_meaning(opcode, payload) for opcode, payload in frames]
    assert outcome.found[: len(sent)] == sent
    if close is not None:
        (last,) = outcome.found[len(sent) :]
        assert isinstance(last, Control)
        assert last.close_status == close[0]
        assert close[1].startswith(last.payload[2:].decode())


def _meaning(opcode: int, payload: bytes) -> Found:
    if opcode in (PING, PONG):
        return Control(opcode, payload)
    return Message(payload.decode() if opcode == TEXT else payload)


# --- A client that does not ----------------------------------------------------------------------

payloads = st.one_of(
    st.binary(max_size=130),
    st.text(max_size=30).map(str.encode),
    st.tuples(codes | st.integers(0, 65_535), st.text(max_size=10)).map(
        lambda pair: struct.pack("!H", pair[0]) + pair[1].encode()
    ),
    sizes.map(b"x".__mul__),
)


@st.composite
def frames(draw: st.DrawFn) -> bytes:
    """One frame, whole, that breaks at most one rule by itself, and others by where it stands."""
    fault = draw(st.sampled_from(["", "", "", "", "reserved", "opcode", "unmasked", "length"]))
    known = [TEXT, TEXT, CONTINUATION, CONTINUATION, CONTINUATION, BINARY, PING, PONG, CLOSE]
    opcode = draw(st.integers(0, 15) if fault == "opcode" else st.sampled_from(known))
    reserved = draw(st.integers(1, 7)) if fault == "reserved" else 0
    final = draw(st.booleans()) or (opcode >= CLOSE and draw(st.booleans()))
    payload = draw(payloads)
    if opcode == CLOSE and payload[:2] == struct.pack("!H", BAD_GATEWAY):
        payload = b""
    bit = 0 if fault == "unmasked" else 0x80
    mask = draw(st.binary(min_size=4, max_size=4)) if bit else b""
    length = _length(len(payload), bit, longer=fault == "length")
    first = (0x80 if final else 0) | reserved << 4 | opcode
    return bytes([first]) + length + mask + (unmask(payload, mask) if bit else payload)


def _length(length: int, bit: int, *, longer: bool) -> bytes:
    """The length in its shortest form, or in the next one."""
    form = (length > 125) + (length > 65_535) + longer
    if form == 0:
        return bytes([bit | length])
    return struct.pack("!BH" if form == 1 else "!BQ", bit | (125 + min(form, 2)), length)


@settings(calm, max_examples=1_000)
@given(st.lists(frames(), min_size=1, max_size=6), cuts)
def test_we_agree_on_what_is_wrong(stream: list[bytes], lengths: list[int]) -> None:
    data = b"".join(stream)
    one, other = ours(pieces(data, lengths)), theirs(pieces(data, lengths))
    assert one.found[: len(other.found)] == other.found
    if other.status == 1007 and one.status != 1007:
        # It looks at text fragment by fragment, we when the message is whole.
        assert one.begun
        assert one.status in (None, 1002)
    else:
        assert one.found == other.found
        assert one.status == other.status
