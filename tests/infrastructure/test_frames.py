"""RFC 6455 case by case, on the parser alone."""

import os
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

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

MOST = 65_536


def client_frame(
    opcode: int,
    payload: bytes,
    *,
    final: bool = True,
    mask: bytes | None = b"\x01\x02\x03\x04",
    reserved: int = 0,
) -> bytes:
    """A frame as a client sends it; `mask=None` breaks the rule that clients mask."""
    first = (0x80 if final else 0) | reserved << 4 | opcode
    bit = 0x80 if mask else 0
    if len(payload) < 126:
        head = struct.pack("!BB", first, bit | len(payload))
    elif len(payload) < 65_536:
        head = struct.pack("!BBH", first, bit | 126, len(payload))
    else:
        head = struct.pack("!BBQ", first, bit | 127, len(payload))
    return head + (mask or b"") + (unmask(payload, mask) if mask else payload)


def parse(data: bytes, most: int = MOST) -> list[Message | Control]:
    return list(FrameParser(most).feed(data))


def refusal(data: bytes, most: int = MOST) -> int:
    with pytest.raises(FrameError) as refused:
        parse(data, most)
    return refused.value.status


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536])
def test_text_of_every_length_form_is_read(size: int) -> None:
    assert parse(client_frame(TEXT, b"x" * size)) == [Message("x" * size)]


def test_binary_stays_bytes() -> None:
    assert parse(client_frame(BINARY, b"\xff\x00")) == [Message(b"\xff\x00")]


def test_frames_may_come_one_byte_at_a_time() -> None:
    parser = FrameParser(MOST)
    data = client_frame(TEXT, "你好".encode()) + client_frame(PING, b"p") + client_frame(TEXT, b"2")
    found = [item for byte in data for item in parser.feed(bytes([byte]))]
    assert found == [Message("你好"), Control(PING, b"p"), Message("2")]


def test_several_frames_in_one_read_come_in_order() -> None:
    data = b"".join(client_frame(TEXT, str(number).encode()) for number in range(50))
    assert parse(data) == [Message(str(number)) for number in range(50)]


def test_a_character_may_be_cut_between_fragments() -> None:
    whole = "客".encode()
    data = client_frame(TEXT, whole[:1], final=False) + client_frame(CONTINUATION, whole[1:])
    assert parse(data) == [Message("客")]


def test_control_frames_may_come_between_fragments() -> None:
    data = (
        client_frame(TEXT, b"a", final=False)
        + client_frame(PING, b"!")
        + client_frame(CONTINUATION, b"b", final=False)
        + client_frame(PONG, b"")
        + client_frame(CONTINUATION, b"c")
    )
    assert parse(data) == [Control(PING, b"!"), Control(PONG, b""), Message("abc")]


@pytest.mark.parametrize(
    ("data", "status"),
    [
        pytest.param(client_frame(TEXT, b"x", mask=None), 1002, id="not masked"),
        pytest.param(client_frame(TEXT, b"x", reserved=4), 1002, id="rsv1"),
        pytest.param(client_frame(TEXT, b"x", reserved=2), 1002, id="rsv2"),
        pytest.param(client_frame(TEXT, b"x", reserved=1), 1002, id="rsv3"),
        pytest.param(client_frame(0x3, b"x"), 1002, id="reserved data opcode"),
        pytest.param(client_frame(0xB, b""), 1002, id="reserved control opcode"),
        pytest.param(client_frame(PING, b"x" * 126), 1002, id="long ping"),
        pytest.param(client_frame(PING, b"x", final=False), 1002, id="fragmented ping"),
        pytest.param(client_frame(CONTINUATION, b"x"), 1002, id="continuation of nothing"),
        pytest.param(
            client_frame(TEXT, b"x", final=False) + client_frame(TEXT, b"y"),
            1002,
            id="text inside a fragmented message",
        ),
        pytest.param(client_frame(0x7, b""), 1002, id="last reserved data opcode"),
        pytest.param(client_frame(0xF, b""), 1002, id="last reserved control opcode"),
        pytest.param(client_frame(CLOSE, b"x", final=False), 1002, id="fragmented close"),
        pytest.param(client_frame(PONG, b"x" * 126), 1002, id="long pong"),
        pytest.param(client_frame(CLOSE, b"\x03\xe8" + b"x" * 124), 1002, id="long close"),
        pytest.param(
            client_frame(TEXT, b"x", final=False) + client_frame(BINARY, b"y"),
            1002,
            id="binary inside a fragmented text",
        ),
        pytest.param(
            client_frame(TEXT, b"x", final=False)
            + client_frame(CONTINUATION, b"y")
            + client_frame(CONTINUATION, b"z"),
            1002,
            id="continuation of what is whole",
        ),
        pytest.param(b"\x81\xfe\x00\x7d" + b"\0" * 129, 1002, id="two bytes for 125"),
        pytest.param(b"\x81\xfe\x00\x00" + b"\0" * 4, 1002, id="two bytes for nothing"),
        pytest.param(b"\x81\xff" + struct.pack("!Q", 65_535), 1002, id="eight bytes for 65,535"),
        pytest.param(b"\x81\xff" + struct.pack("!Q", 1), 1002, id="eight bytes for one"),
        pytest.param(b"\x81\xff" + struct.pack("!Q", 2**63), 1002, id="length with its first bit"),
        pytest.param(client_frame(TEXT, b"\xff"), 1007, id="invalid UTF-8"),
        pytest.param(client_frame(TEXT, b"\xc0\x80"), 1007, id="overlong UTF-8"),
        pytest.param(client_frame(TEXT, b"\xf4\x90\x80\x80"), 1007, id="above U+10FFFF"),
        pytest.param(client_frame(TEXT, b"\xe5\xae"), 1007, id="UTF-8 cut off"),
        pytest.param(
            client_frame(TEXT, b"ok \xe5", final=False)
            + client_frame(PING, b"\xae\xa2")
            + client_frame(CONTINUATION, b"\xff\xa2"),
            1007,
            id="invalid UTF-8 across fragments",
        ),
        pytest.param(
            client_frame(TEXT, b"\xe5\xae", final=False) + client_frame(CONTINUATION, b""),
            1007,
            id="UTF-8 cut off across fragments",
        ),
        pytest.param(client_frame(TEXT, b"\xed\xa0\x80"), 1007, id="surrogate in UTF-8"),
        pytest.param(client_frame(CLOSE, b"\x03"), 1002, id="close code cut off"),
        pytest.param(
            client_frame(CLOSE, struct.pack("!H", 1000) + b"\xff"), 1007, id="close reason"
        ),
    ],
)
def test_what_the_rfc_forbids_closes_with_its_code(data: bytes, status: int) -> None:
    assert refusal(data) == status


MAY_BE_SENT = {*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)}


@pytest.mark.parametrize(
    "status", [0, 999, *range(1000, 1017), 1100, 2000, 2999, 3000, 3999, 4000, 4999, 5000, 65_535]
)
def test_close_codes_are_those_that_peers_may_send(status: int) -> None:
    data = client_frame(CLOSE, struct.pack("!H", status) + b"bye")
    if status not in MAY_BE_SENT:
        assert refusal(data) == 1002
        return
    (close,) = parse(data)
    assert isinstance(close, Control)
    assert close.close_status == status


def test_a_close_reason_of_just_125_bytes_is_read() -> None:
    (close,) = parse(client_frame(CLOSE, b"\x03\xe8" + b"x" * 123))
    assert close == Control(CLOSE, b"\x03\xe8" + b"x" * 123)


def test_masks_may_be_zero_and_differ_from_frame_to_frame() -> None:
    masks = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x80\x00\x01\x7f")
    data = b"".join(client_frame(TEXT, b"mask me", mask=mask) for mask in masks)
    assert parse(data) == [Message("mask me")] * 3


def test_what_is_refused_does_not_take_back_what_came_before() -> None:
    data = client_frame(TEXT, b"before") + client_frame(PING, b"!") + client_frame(0x3, b"")
    found = FrameParser(MOST).feed(data)
    assert [next(found), next(found)] == [Message("before"), Control(PING, b"!")]
    with pytest.raises(FrameError):
        next(found)


def test_a_close_without_a_code_means_normal() -> None:
    (close,) = parse(client_frame(CLOSE, b""))
    assert isinstance(close, Control)
    assert close.close_status == 1000


def test_a_message_of_just_the_limit_is_read_and_one_byte_more_is_not() -> None:
    assert parse(client_frame(TEXT, b"x" * 100), most=100) == [Message("x" * 100)]
    assert refusal(client_frame(TEXT, b"x" * 101), most=100) == 1009


def test_an_oversized_frame_is_refused_by_its_header_alone() -> None:
    assert refusal(struct.pack("!BBQ", 0x81, 0xFF, 2**63 - 1)) == 1009
    assert refusal(struct.pack("!BBH", 0x81, 0xFE, 201), most=200) == 1009


def test_the_limit_holds_for_all_fragments_together() -> None:
    data = client_frame(TEXT, b"x" * 60, final=False) + client_frame(CONTINUATION, b"x" * 60)
    assert refusal(data, most=100) == 1009


def test_fragments_without_bytes_cannot_go_on_for_ever() -> None:
    data = client_frame(TEXT, b"", final=False) + client_frame(CONTINUATION, b"", final=False) * 200
    assert refusal(data, most=100) == 1009


@given(st.binary(max_size=300), st.binary(min_size=4, max_size=4))
def test_unmasking_is_the_xor_of_the_rfc(payload: bytes, mask: bytes) -> None:
    expected = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
    assert unmask(payload, mask) == expected


@given(st.lists(st.text(max_size=200), max_size=8), st.lists(st.integers(1, 50), min_size=1))
def test_any_cutting_gives_the_same_messages(texts: list[str], sizes: list[int]) -> None:
    data = b"".join(client_frame(TEXT, text.encode(), mask=os.urandom(4)) for text in texts)
    parser, found, position = FrameParser(MOST), list[Message | Control](), 0
    while position < len(data):
        size = sizes[position % len(sizes)]
        found += parser.feed(data[position : position + size])
        position += size
    assert found == [Message(text) for text in texts]


@given(st.binary(max_size=400))
def test_no_bytes_whatever_raise_anything_but_a_frame_error(data: bytes) -> None:
    try:
        parse(data)
    except FrameError as error:
        assert error.status in {1002, 1007, 1009}  # noqa: PT017 - not raising is fine too


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_frames_of_ours_are_whole_unmasked_and_of_minimal_length(size: int) -> None:
    frame = pack(TEXT, b"x" * size)
    assert frame[0] == 0x80 | TEXT
    assert not frame[1] & 0x80
    assert len(frame) == size + (2 if size < 126 else 4 if size < 65_536 else 10)


def test_a_close_frame_of_ours_carries_code_and_a_reason_that_fits() -> None:
    frame = pack_close(1009, "r" * 500)
    assert struct.unpack_from("!H", frame, 2)[0] == 1009
    assert frame[1] <= 125


def test_a_reason_of_ours_is_never_cut_inside_a_character() -> None:
    frame = pack_close(1009, "客" * 100)
    assert frame[4:].decode() == "客" * 41  # 123 bytes
