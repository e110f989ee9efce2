"""The short way of a message accepts and refuses what the long way does."""

import json
import random
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError

from chat_app.delivery.schemas.event import SendSchema
from chat_app.delivery.schemas.message import MOST_BODY, DraftSchema
from tests.builders import new_id
from tests.delivery.corpus import with_value, wrong_values

# Over sockets with the session's id, over REST without: it is in the path.
SEND, DRAFT = SendSchema(), DraftSchema()
USUAL = {"session_id": new_id(), "client_msg_id": "a-1", "body": "Hello"}
WITHOUT = {name: value for name, value in USUAL.items() if name != "session_id"}
IDS = [new_id(), new_id().upper(), "x", "", new_id() + "\n", new_id()[:-1] + "é"]
CLIENT_IDS = ["a", "A_.:-9", "", "x" * 64, "x" * 65, "a b", "a\n", "é", "٣"]
BODIES = ["", "Hello", " ", "a\x00b", "\ud800", "你好", "x" * MOST_BODY, "x" * (MOST_BODY + 1)]
VALUES = st.none() | st.booleans() | st.integers() | st.lists(st.text()) | st.text()


def outcome(load: Any, data: Any) -> Any:
    try:
        return load(data)
    except ValidationError as error:
        return error.messages


def the_same_both_ways(data: Any) -> None:
    for schema in (SEND, DRAFT):
        assert outcome(schema.load, data) == outcome(partial(Schema.load, schema), data)


def test_the_short_way_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Schema, "load", None)
    assert SEND.load(USUAL)["kind"] == "text"
    assert DRAFT.load(WITHOUT)["kind"] == "text"


def test_over_a_socket_the_session_is_required() -> None:
    assert outcome(SEND.load, WITHOUT) == {"session_id": ["Missing data for required field."]}


@pytest.mark.parametrize("session_id", IDS)
@pytest.mark.parametrize("client_msg_id", CLIENT_IDS)
def test_ids_and_bodies(session_id: str, client_msg_id: str) -> None:
    for body in BODIES:
        draft = {"client_msg_id": client_msg_id, "body": body}
        the_same_both_ways(draft)
        the_same_both_ways(draft | {"session_id": session_id})


def test_every_wrong_value_of_every_field() -> None:
    for name, text in wrong_values(SEND):
        the_same_both_ways(json.loads(with_value(USUAL, name, text)))
        if name in WITHOUT:
            the_same_both_ways(json.loads(with_value(WITHOUT, name, text)))


@given(
    st.dictionaries(
        st.sampled_from([*USUAL, "kind", "reply_to", "attachment_ids", "other"]), VALUES, max_size=5
    )
)
def test_anything(given_values: dict[str, Any]) -> None:
    the_same_both_ways(given_values)
    the_same_both_ways(USUAL | given_values)
    the_same_both_ways(WITHOUT | given_values)
    left = dict(USUAL)
    left.pop(random.choice(list(USUAL)))
    the_same_both_ways(left | given_values)
