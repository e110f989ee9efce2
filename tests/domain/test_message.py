"""What counts as a message, and how it is shown in lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_app.domain.errors import Validation
from chat_app.domain.message import EXCERPT_CHARACTERS, check_body
from tests.builders import make_message


@pytest.mark.parametrize(
    "body",
    [
        "Hello",
        "你好",
        "😀",
        "👩‍👩‍👧",  # joined by zero-width joiners
        "é",
        "مرحبا",
        "  x  ",
        "\n.\n",
        "0",
        "<script>",
        "한국어",
        "a" * 4_000,
        "字" * 4_000,
    ],
)
def test_says_something(body: str) -> None:
    check_body(body, 4_000)


@pytest.mark.parametrize(
    "body",
    [
        "",
        " ",
        "\t\r\n",
        "\u3000",  # the ideographic space
        "\u00a0\u2003",
        "\u200b",  # zero width space
        "\u200d\u200c\ufeff",
        "\u2028\u2029",
        "\u202e",  # right-to-left override alone
        "\ufe0f",  # a variation selector without a character
        "\x00",
        "\x00\x01\x1f",
    ],
)
def test_says_nothing(body: str) -> None:
    with pytest.raises(Validation) as refused:
        check_body(body, 4_000)
    assert refused.value.errors == {"body": ["must not be empty"]}


@pytest.mark.parametrize("character", ["a", "字", "😀"])
def test_length_counts_characters_not_bytes(character: str) -> None:
    check_body(character * 10, 10)
    with pytest.raises(Validation) as refused:
        check_body(character * 11, 10)
    assert refused.value.errors == {"body": ["at most 10 characters"]}


@given(st.text(max_size=300))
def test_an_excerpt_is_one_short_line(body: str) -> None:
    excerpt = make_message(body=body).excerpt
    assert len(excerpt) <= EXCERPT_CHARACTERS
    assert "\n" not in excerpt
    assert excerpt == excerpt.strip()


def test_a_short_body_is_its_own_excerpt() -> None:
    assert make_message(body="  两件\n\n衣服  ").excerpt == "两件 衣服"


def test_a_long_body_ends_in_an_ellipsis() -> None:
    exact, longer = "字" * EXCERPT_CHARACTERS, "字" * (EXCERPT_CHARACTERS + 1)
    assert make_message(body=exact).excerpt == exact
    assert make_message(body=longer).excerpt == "字" * (EXCERPT_CHARACTERS - 1) + "…"


@pytest.mark.parametrize(("kind", "hidden"), [("note", True), ("text", False), ("system", False)])
def test_only_notes_are_hidden_from_visitors(kind: str, *, hidden: bool) -> None:
    assert make_message(kind=kind).is_note is hidden
