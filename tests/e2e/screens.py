"""What people see, by the roles and labels that they see it by."""

import json
import re
from collections.abc import Sequence
from typing import Final

from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.processes import ADMIN_EMAIL, ADMIN_PASSWORD, ROOT

WAIT_MS: Final = 15_000
# The launcher is drawn by a script that must stay small, so its few words stand in it.
OPEN: Final = {"en": "Open chat", "zh-CN": "打开聊天"}
FRAME_TITLE: Final = {"en": "Chat", "zh-CN": "在线聊天"}


def words(place: str, language: str) -> dict[str, str]:
    """The texts of the widget or the dashboard."""
    path = ROOT / "chat_app" / "delivery" / place / "words" / f"{language}.json"
    texts: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return texts


class Widget:
    """The demo shop with the chat in its corner."""

    def __init__(self, page: Page, url: str, language: str) -> None:
        self.page = page
        self.language = language
        self.t = words("widget", language)
        self._url = url

    @property
    def launcher(self) -> Locator:
        return self.page.get_by_role("button", name=re.compile(f"^{OPEN[self.language]}"))

    @property
    def frame(self) -> FrameLocator:
        return self.page.frame_locator(f'iframe[title="{FRAME_TITLE[self.language]}"]')

    @property
    def box(self) -> Locator:
        return self.frame.get_by_role("textbox", name=self.t["composer.label"])

    @property
    def log(self) -> Locator:
        return self.frame.get_by_role("log", name=self.t["log"])

    def visit(self) -> None:
        self.page.goto(f"{self._url}/demo")
        expect(self.launcher).to_be_visible()

    def open(self) -> None:
        self.launcher.click()
        expect(self.box).to_be_editable(timeout=WAIT_MS)

    def reload(self) -> None:
        """Reload the page. Over a whole phone screen the chat does not come back by itself."""
        self.page.reload()
        if self.page.evaluate("innerWidth < 480"):
            expect(self.box).to_be_hidden()
            self.open()
        expect(self.box).to_be_editable(timeout=WAIT_MS)

    def say(self, text: str) -> None:
        self.box.fill(text)
        self.box.press("Enter")
        expect(self.box).to_have_value("")

    def expect_texts(self, texts: Sequence[str]) -> None:
        expect_once_and_in_order(self.log, texts)


class Dashboard:
    """An agent's desk."""

    def __init__(self, page: Page, url: str, language: str) -> None:
        self.page = page
        self.t = words("dashboard", language)
        self._url = url

    @property
    def box(self) -> Locator:
        return self.page.get_by_role("textbox", name=self.t["composer.reply.placeholder"])

    @property
    def thread(self) -> Locator:
        return self.page.get_by_role("list", name=self.t["thread.label"])

    @property
    def title(self) -> Locator:
        """Whose conversation it is."""
        return self.page.locator("#conversation-title")

    @property
    def toast(self) -> Locator:
        """What was just done, or why it was not."""
        return self.page.locator("[data-toast]")

    def dialog(self, name: str) -> Locator:
        """An open dialog, by the key of its title."""
        return self.page.get_by_role("dialog", name=self.t[name])

    def press(self, key: str) -> None:
        """Press a key outside of any field, as somebody does who has just read."""
        self.title.focus()
        self.page.keyboard.press(key)

    def visit(self, session_id: str) -> None:
        """Open a conversation by its address."""
        self.page.goto(f"{self._url}/dashboard/sessions/{session_id}")
        expect(self.title).to_be_visible(timeout=WAIT_MS)

    def sign_in(self, email: str = ADMIN_EMAIL, password: str = ADMIN_PASSWORD) -> None:
        self.page.goto(f"{self._url}/dashboard")
        self.page.get_by_label(self.t["login.email"]).fill(email)
        self.page.get_by_label(self.t["login.password"], exact=True).fill(password)
        self.page.get_by_role("button", name=self.t["login.submit"]).click()
        expect(self.views).to_be_visible(timeout=WAIT_MS)

    @property
    def views(self) -> Locator:
        return self.page.get_by_role("navigation", name=self.t["rail.label"])

    def row(self, text: str) -> Locator:
        """The row of the list that shows this text."""
        return self.page.get_by_role("listitem").get_by_role("link").filter(has_text=text)

    def open(self, text: str) -> None:
        """Open a conversation from the view that holds all, whoever is given it meanwhile."""
        self.views.get_by_role("link", name=re.compile(f"^{self.t['view.open']}")).click()
        self.row(text).click(timeout=WAIT_MS)
        expect(self.box).to_be_editable(timeout=WAIT_MS)

    def say(self, text: str) -> None:
        self.box.fill(text)
        self.box.press("Enter")
        expect(self.box).to_have_value("")

    def expect_texts(self, texts: Sequence[str]) -> None:
        expect_once_and_in_order(self.thread, texts)


def expect_once_and_in_order(place: Locator, texts: Sequence[str]) -> None:
    """Wait for the last text, then require each exactly once, in this order."""
    for text in texts:
        expect(place.get_by_text(text, exact=True)).to_have_count(1, timeout=WAIT_MS)
    shown = place.inner_text()
    places = [shown.index(text) for text in texts]
    assert places == sorted(places), shown
