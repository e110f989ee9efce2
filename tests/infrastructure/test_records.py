"""Pushes on their way between processes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_app.infrastructure.realtime.records import (
    HOST_BYTES,
    Record,
    read,
    sent_at,
    together,
    write,
)

HOST = b"h" * HOST_BYTES
RECORDS = st.builds(
    Record,
    namespace=st.sampled_from(["/visitor", "/agent"]),
    rooms=st.lists(st.text(max_size=40), max_size=4),
    skip=st.none() | st.text(max_size=20),
    key=st.none() | st.text(max_size=20),
    body=st.binary(max_size=300),
)


@given(st.lists(RECORDS, max_size=5))
def test_records_come_out_as_they_went_in(records: list[Record]) -> None:
    assert list(read(together(HOST, 1.5, [write(*one) for one in records]))) == records


def test_a_publication_tells_when_it_left() -> None:
    assert sent_at(together(HOST, 1.5, [])) == 1.5


def test_what_is_cut_off_or_foreign_is_refused() -> None:
    whole = together(HOST, 1.5, [write("/agent", ["r"], None, None, b"[]")])
    for data in (whole[:-1], whole[: HOST_BYTES + 11], HOST + b"t" * 8 + b"\0\2\0\0\0\0{}"):
        with pytest.raises(ValueError, match=r"."):
            list(read(data))
