"""What a bot finds in a text, in both languages, and when it gives up."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chat_app.domain.bot import Bot, Reply, answer_to, is_keyword, reply
from tests.builders import make_bot

SHOP = make_bot(
    ("refund", "return", "退货", "退款"),
    ("delivery time", "when will it arrive", "发货时间", "什么时候到"),
    ("return address", "退货地址"),
    ("reset my password", "如何修改登录密码"),
    ("art", "艺术"),
    ("C++",),
    ("😀",),
    ("iPhone充电器",),
    ("12月",),
)


def found(text: str, bot: Bot = SHOP) -> str | None:
    return answer_to(bot, text)


@pytest.mark.parametrize(
    ("text", "keyword"),
    [
        ("refund", "refund"),
        ("How do I get a REFUND?", "refund"),
        ("i want refunds!!", "refund"),
        ("ＲＥＦＵＮＤ", "refund"),
        ("ｒｅｆｕｎｄ please", "refund"),
        ("怎么退货", "refund"),
        ("怎么退货？我想退。", "refund"),
        ("我买的鞋想退货可以吗", "refund"),
        ("我想refund一下", "refund"),
        ("退\u200b货", "refund"),
        ("the delivery time", "delivery time"),
        ("what is the time of delivery", "delivery time"),
        ("发货的时间是什么", "delivery time"),
        ("发货时间", "delivery time"),
        ("东西什么时候到啊", "delivery time"),
        ("退货地址是哪里", "return address"),
        ("Where is your return address?", "return address"),
        ("I forgot to reset the password", "reset my password"),
        ("修改登录密码", "reset my password"),
        ("怎么改登录密码", "reset my password"),
        ("modern art", "art"),
        ("art.", "art"),
        ("现代艺术展", "art"),
        ("do you use c++ here", "C++"),
        ("haha 😀", "😀"),
        ("IPHONE 充电器多少钱", "iPhone充电器"),
        ("12月有活动吗", "12月"),
    ],
)
def test_what_it_has_an_answer_to(text: str, keyword: str) -> None:
    assert found(text) == f"about {keyword}"


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "…", "?!", "hello", "你好",
        "start", "party", "smart", "artist", "cart", "re-start-ed",  # art within a word
        "delivery", "time", "arrive",  # half of a keyword
        "refundable", "prefund",
        "退一下这个货", "货退", "退", "货",  # the same characters, not the same word
        "发货", "时间", "发货时",
        "c", "c#",
        "iphone", "充电器",
        "112月", "1月2日", "2月",
        "艺校学术",
        "ａｒｔｉｓｔ",
    ],
)  # fmt: skip
def test_what_it_has_no_answer_to(text: str) -> None:
    assert found(text) is None


def test_the_entry_with_most_in_common_is_first() -> None:
    bot = make_bot(("退",), ("退货",), ("退货", "运费"), ("退货",))
    assert found("退掉", bot) == "about 退"
    assert found("怎么退货", bot) == "about 退货"
    assert answer_to(bot, "退货运费谁出") == bot["entries"][2]["answer"]
    assert bot["entries"][1]["answer"] == "about 退货", "the first of equals"


def test_a_keyword_of_nothing_but_filling_words_counts_as_it_stands() -> None:
    bot = make_bot(("how are you",), ("怎么样",), ("怎么买",))
    assert found("Hi, how are you?", bot) == "about how are you"
    assert found("how much is it", bot) is None
    assert found("这个怎么样", bot) == "about 怎么样"
    assert found("卖家和买家", bot) is None, "the one character that is left says too little"


@pytest.mark.parametrize("text", ["退货", "a", "5", "+", "😀", "ß", "你", "ｱ"])
def test_keywords_need_something_to_look_for(text: str) -> None:
    assert is_keyword(text)
    assert not is_keyword("".join("!" for _ in text))
    assert not is_keyword("\u200b")


LATIN = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12)
HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=8)


@given(LATIN, LATIN, LATIN)
def test_no_latin_keyword_is_found_within_a_longer_word(
    keyword: str, before: str, after: str
) -> None:
    bot = make_bot((keyword,))
    for word in (before + keyword, keyword + after, before + keyword + after):
        assume(word.removesuffix("s") != keyword.removesuffix("s"))
        assert found(f"- {word}.", bot) is None


@given(HAN, st.text(max_size=20), st.text(max_size=20))
def test_every_chinese_keyword_is_found_wherever_it_stands(
    keyword: str, before: str, after: str
) -> None:
    bot = make_bot((keyword,))
    assert found(f"{before} {keyword} {after}", bot) is not None
    assert found(f"我{keyword}了", bot) is not None


def wide(text: str) -> str:
    """The same in full width."""
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)


@given(st.sampled_from(["refund", "delivery time", "c++", "art", "start", "return address", "x"]))
def test_capitals_and_width_make_no_difference(text: str) -> None:
    assert found(text) == found(text.upper()) == found(wide(text)) == found(wide(text.title()))


def test_signs_that_are_words_are_read_as_such() -> None:
    bot = make_bot(("tel",), ("kg",), ("straße",))
    assert [found(one, bot) for one in ("℡ 12", "5 ㎏", "STRASSE", "stra\u00adße")] == [
        "about tel", "about kg", "about straße", "about straße",
    ]  # fmt: skip


@given(st.text(), st.lists(st.text(max_size=60), max_size=5), st.integers(0, 5))
def test_every_text_has_a_reply(text: str, keywords: list[str], misses: int) -> None:
    bot = make_bot(tuple(keywords) or ("x",))
    given: Any = reply(bot, text, misses)
    assert given.body in (None, bot["fallback"], bot["entries"][0]["answer"])
    assert not given.missed or given.body == bot["fallback"]


def test_the_second_miss_in_a_row_leads_to_a_person() -> None:
    assert reply(SHOP, "hello", 0) == Reply(SHOP["fallback"], missed=True)
    assert reply(SHOP, "hello", 1) == Reply(None)
    assert reply(SHOP, "refund", 1) == Reply("about refund")


def test_a_plain_wish_comes_before_every_answer_and_a_hint_after_it() -> None:
    bot = make_bot(("人工客服", "human"), ("上班时间", "几点上班"))
    assert reply(bot, "转人工客服", 0) == Reply(None)
    assert reply(bot, "human", 0) == Reply(None)
    assert reply(bot, "你们的人工客服几点上班", 0).body is not None
    assert reply(SHOP, "你们的人工客服几点上班", 0) == Reply(None)


def test_a_bot_without_entries_knows_nothing() -> None:
    assert reply(make_bot(), "refund", 0).missed
