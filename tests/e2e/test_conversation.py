"""A visitor and an agent talk, through reloads and the death of the web process."""

import pytest

from tests.clients import sign_in
from tests.e2e.conftest import NewPage, Shoot
from tests.e2e.screens import Dashboard, Widget
from tests.processes import Stack

TEXTS = {
    "en": [
        "Is the teapot dishwasher safe?",
        "Yes, on the gentle programme.",
        "And the cup?",
        "The cup as well.",
        "Then I take both.",
        "Thank you, they leave today.",
        "Wonderful!",
    ],
    "zh-CN": [
        "茶壶可以放进洗碗机吗？",
        "可以，请选用轻柔程序。",
        "杯子呢？",
        "杯子也可以。",
        "那我两个都要。",
        "谢谢，今天就发货。",
        "太好了！",
    ],
}


class Talk:
    """The two screens of one conversation."""

    def __init__(self, visitor: Widget, agent: Dashboard, texts: list[str], shoot: Shoot) -> None:
        self.visitor = visitor
        self.agent = agent
        self.texts = texts
        self._shoot = shoot

    def begin(self) -> None:
        """The visitor asks, the agent finds it and answers."""
        self.agent.sign_in()
        self.visitor.visit()
        self.visitor.open()
        self.visitor.say(self.texts[0])
        self.agent.open(self.texts[0])
        self.agent.say(self.texts[1])
        self.both_have(2)

    def both_have(self, count: int) -> None:
        """Each of the first `count` texts is on both screens, once and in order."""
        self.visitor.expect_texts(self.texts[:count])
        self.agent.expect_texts(self.texts[:count])
        self.shoot(f"{count}")

    def shoot(self, name: str) -> None:
        self._shoot(self.visitor.page, f"{self.visitor.language}-{name}-visitor")
        self._shoot(self.agent.page, f"{self.visitor.language}-{name}-agent")


@pytest.mark.parametrize(
    ("language", "visitor_width", "agent_width"), [("en", 390, 1280), ("zh-CN", 1280, 390)]
)
def test_a_conversation_survives_reloads_and_a_crash(
    stack: Stack,
    new_page: NewPage,
    shoot: Shoot,
    language: str,
    visitor_width: int,
    agent_width: int,
) -> None:
    texts = TEXTS[language]
    agent = Dashboard(new_page(language=language, width=agent_width), stack.url, language)
    visitor = Widget(new_page(language=language, width=visitor_width), stack.url, language)
    talk = Talk(visitor, agent, texts, shoot)
    talk.begin()

    visitor.reload()
    visitor.say(texts[2])
    talk.both_have(3)

    agent.page.reload()
    agent.say(texts[3])
    talk.both_have(4)

    stack.kill("web")
    visitor.say(texts[4])
    talk.shoot("down")
    stack.restart("web")
    talk.both_have(5)
    agent.say(texts[5])
    visitor.expect_texts(texts[:6])
    visitor.say(texts[6])
    talk.both_have(7)
    _expect_stored(stack, texts)


def _expect_stored(stack: Stack, texts: list[str]) -> None:
    desk = sign_in(stack.url)
    items = desk.get("/api/chat/sessions", limit=100).json()["items"]
    said = [
        [one["body"] for one in desk.messages(item["id"]) if one["kind"] == "text"]
        for item in items
    ]
    assert texts in said
