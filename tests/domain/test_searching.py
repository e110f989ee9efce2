"""What a text is cut into, and what finds it again."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_app.domain.searching import MOST_CHARACTERS, Phrase, phrases_of, terms_of
from tests.fake_search import is_found

CHINESE = st.text("我要退款红色的鞋子很好看吗々〇", min_size=1, max_size=8)
KANA = st.text("がぎぐカタカナーひらがな漢字", min_size=1, max_size=8)
WORDS = st.text(string.ascii_letters + string.digits + "éÀßñÇøЖщ", min_size=1, max_size=8)
SIGNS = st.text("😀👍%@_-'\\/:*&|!()\"", min_size=1, max_size=4)
TEXTS = st.lists(st.one_of(CHINESE, KANA, WORDS, SIGNS, st.just(" ")), max_size=12).map("".join)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("红色的鞋", ["红色", "色的", "的鞋", "鞋"]),
        ("鞋", ["鞋"]),
        ("我买iPhone15了", ["我买", "买", "iphone15", "了"]),
        ("退 款", ["退", "款"]),
        (
            "カタカナとひらがな",
            ["カタ", "タカ", "カナ", "ナと", "とひ", "ひら", "らが", "がな", "な"],
        ),
        ("ｶﾞ", ["ガ"]),
        ("안녕하세요", ["안녕", "녕하", "하세", "세요", "요"]),
        ("Café ÉCOLE naïve", ["cafe", "ecole", "naive"]),
        ("İSTANBUL Straße", ["istanbul", "strasse"]),
        ("ＡＢＣ　１２", ["abc", "12"]),
        ("ﬁnal ½", ["final", "1", "⁄", "2"]),
        ("50% _x_", ["50", "%", "_", "x", "_"]),
        ("ada@navy.test", ["ada", "@", "navy", ".", "test"]),
        ("👍🏽 👨‍👩‍👧 1️⃣", ["👍", "🏽", "👨", "👩", "👧", "1"]),
        ("a\u200bb\u00adc \ufeff", ["abc"]),
        (" \n\t", []),
        ("x" * 100, ["x" * MOST_CHARACTERS]),
    ],
)
def test_terms(text: str, terms: list[str]) -> None:
    assert terms_of(text) == terms


@pytest.mark.parametrize(
    ("query", "phrases"),
    [
        ("refund", [Phrase(("refund",), begins=True)]),
        ("Refund now", [Phrase(("refund",)), Phrase(("now",), begins=True)]),
        ("我要退", [Phrase(("我要", "要退"))]),
        ("鞋", [Phrase(("鞋",), begins=True)]),
        ("鞋 红色", [Phrase(("鞋",), begins=True), Phrase(("红色",))]),
        ("a鞋", [Phrase(("a", "鞋"), begins=True)]),
        ("红鞋b", [Phrase(("红鞋", "鞋", "b"), begins=True)]),
        ("50%", [Phrase(("50", "%"))]),
        ("\u200b \ufe0f", []),
        ("hi \u200b", [Phrase(("hi",), begins=True)]),
        ("", []),
    ],
)
def test_phrases(query: str, phrases: list[Phrase]) -> None:
    assert phrases_of(query) == phrases


@given(TEXTS)
def test_a_text_is_found_by_itself(text: str) -> None:
    assert is_found(text, [text]) == bool(terms_of(text))


@given(TEXTS, TEXTS, st.one_of(CHINESE, KANA))
def test_any_part_of_a_run_is_found_wherever_it_stands(before: str, behind: str, run: str) -> None:
    for begin in range(len(run)):
        for end in range(begin + 1, len(run) + 1):
            assert is_found(run[begin:end], [f"{before}{run}{behind}"])


@given(TEXTS, TEXTS, st.text(string.ascii_letters, min_size=1, max_size=9))
def test_a_word_is_found_by_its_beginning_in_capitals_too(
    before: str, behind: str, word: str
) -> None:
    for end in range(1, len(word) + 1):
        assert is_found(word[:end].swapcase(), [f"{before} {word} {behind}"])


@given(TEXTS, TEXTS)
def test_all_parts_must_stand_in_one_text(one: str, other: str) -> None:
    both = is_found(f"{one} {other}", [f"{other} {one}"])
    assert both == bool(terms_of(one) or terms_of(other))
    if terms_of(one) and not is_found(one, [other]):
        assert not is_found(f"{one} zzz", [one, other])


@given(st.text(max_size=30))
def test_whatever_is_written_has_terms_without_spaces(text: str) -> None:
    for term in terms_of(text):
        assert term
        assert len(term) <= MOST_CHARACTERS
        assert not any(one.isspace() for one in term)
    for phrase in phrases_of(text):
        assert phrase.terms
