"""axe finds nothing serious on any screen, in either theme."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, Page, expect

from tests.clients import open_session
from tests.e2e.conftest import NewPage
from tests.e2e.screens import FRAME_TITLE, Dashboard, Widget
from tests.processes import Stack

_FITS = "document.documentElement.scrollWidth <= innerWidth"
LOOKS = [("en", "light", 1280), ("zh-CN", "dark", 390)]


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_login_inbox_conversation_and_widget(
    stack: Stack, new_page: NewPage, language: str, theme: str, width: int
) -> None:
    # The checker is a script of its own, which the pages' policy would refuse.
    look: dict[str, Any] = {"bypass_csp": True, "color_scheme": theme}
    page = new_page(language=language, width=width, **look)
    desk = Dashboard(page, stack.url, language)
    page.goto(f"{stack.url}/dashboard")
    expect(page.get_by_role("button", name=desk.t["login.submit"])).to_be_visible()
    expect_accessible(page)
    desk.sign_in()

    shop = new_page(language=language, width=width, **look)
    visitor = Widget(shop, stack.url, language)
    visitor.visit()
    expect_accessible(shop)
    visitor.open()
    visitor.say(f"Can you see this ({language})?")
    expect(desk.row(f"Can you see this ({language})?")).to_be_visible(timeout=15_000)
    expect_accessible(page)
    desk.open(f"Can you see this ({language})?")
    desk.say("Yes")
    visitor.expect_texts(["Yes"])
    expect_accessible(page)
    expect_accessible(_chat(shop, language))
    assert page.evaluate(_FITS)


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_what_agents_do_with_a_conversation(
    stack: Stack, new_page: NewPage, language: str, theme: str, width: int
) -> None:
    visitor = open_session(stack.url, name="Jonas")
    visitor.send(visitor.session_id, "hello")
    look: dict[str, Any] = {"bypass_csp": True, "color_scheme": theme}
    desk = Dashboard(new_page(language=language, width=width, **look), stack.url, language)
    desk.sign_in()
    desk.page.get_by_text(desk.t["people.title"], exact=True).first.click()
    expect(desk.page.locator(".people").get_by_text("Admin")).to_be_visible()
    expect_accessible(desk.page)
    desk.visit(visitor.session_id)
    snooze = desk.page.get_by_role("button", name=desk.t["snooze"], exact=True)
    expect(snooze.first).to_be_visible(timeout=15_000)  # the conversation has come to us
    for key, title in (("t", "transfer"), ("z", "snooze"), ("Shift+E", "ending"), ("?", "keys")):
        desk.press(key)
        expect(desk.dialog(f"{title}.title")).to_be_visible()
        expect_accessible(desk.page)
        assert desk.page.evaluate(_FITS), title
        desk.page.keyboard.press("Escape")
        expect(desk.dialog(f"{title}.title")).to_be_hidden()
    if width < 500:
        desk.press("i")
    expect(desk.page.get_by_label(desk.t["fact.subject"])).to_be_visible()
    expect_accessible(desk.page)
    assert desk.page.evaluate(_FITS)


def _chat(page: Page, language: str) -> Frame:
    """The widget's document inside the shop's page."""
    frame = (
        page.locator(f'iframe[title="{FRAME_TITLE[language]}"]').element_handle().content_frame()
    )
    assert frame is not None
    return frame


def expect_accessible(place: Page | Frame) -> None:
    """Fail with what axe calls serious or critical."""
    found = Axe().run(place).response["violations"]
    serious = [
        f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:160]}"
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]
    assert not serious, "\n".join(serious)
