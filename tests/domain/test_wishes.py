"""Who wishes to talk to a person, and who only speaks of one."""

import time

import pytest

from chat_app.domain.wishes import asks_for_person, hints_at_person

WISHES = """
talk to a person
I want to talk to a human
can I speak to someone please
let me chat with a real person, now
Could you connect me with a real person?
transfer me to an agent
please put me through to your support
switch to human
I need a human
I'd like to speak with a representative.
I’d like to speak with a representative.
I want to speak to customer service
get me a human being
why can't I talk to a human
agent
AGENT!!!
Hi, live agent please
human
Ｈｕｍａｎ
a real person, please. Thanks
I don't know. Can I talk to a person?
转人工
转人工客服
請轉人工
转 人工
转人工服务，谢谢
我要转人工！
麻烦帮我转接人工客服，谢谢
给我转人工吧
要不转人工吧
能不能转人工
可不可以转人工
怎么转人工
人工
人工客服
人工服务
真人
你好，真人客服
客服
找真人
找个真人
我要人工
我需要人工客服
需要人工客服吗
我想和真人聊
可以跟人工客服沟通吗
不知道。转人工
"""
NONE = """
I am a person who likes tea
I'm a human
the agent was rude yesterday
my agent is away
travel agent fee
I need a human resources contact
I don't want to talk to a person
do not transfer me to an agent
no need to talk to someone
are you a real person?
personal data
start
talk
needle
speak to the wall
不要转人工
不用转人工
别转人工
我不需要人工客服
不想转人工
先不转人工
需要人工费吗
转人工智能
申请人工退款
人工费多少
人工智能
你是真人吗
我不是真人
真人图
客服电话是多少
转账
"""
HINTS = """
你们的人工客服几点上班
有人工吗
联系客服
怎么找你们客服
what are the hours of your customer service
is there a live agent
"""


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


@pytest.mark.parametrize("text", lines(WISHES))
def test_a_wish(text: str) -> None:
    assert asks_for_person(text)


@pytest.mark.parametrize("text", lines(NONE))
def test_no_wish(text: str) -> None:
    assert not asks_for_person(text)
    assert not hints_at_person(text) or text == "我不需要人工客服"


@pytest.mark.parametrize("text", lines(HINTS))
def test_a_hint(text: str) -> None:
    assert hints_at_person(text)
    assert not asks_for_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "!" * 3_999 + "a", "a" + "!" * 3_998 + "a", "a " * 2_000, "转" * 4_000, "talk to a " * 400, "人工" * 2_000,
        "not " * 1_000 + "talk to a person", "请" * 4_000, "please " * 571, " " * 4_000,
        "don't want to " * 285, "talk to " + "a " * 1_990, "转人工智" * 1_000,
    ],
)  # fmt: skip
def test_long_texts_take_no_long_time(text: str) -> None:
    begin = time.thread_time()
    asks_for_person(text)
    hints_at_person(text)
    assert time.thread_time() - begin < 0.05
