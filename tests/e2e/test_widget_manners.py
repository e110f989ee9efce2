"""How the widget behaves on somebody else's page, and under other ways of typing."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.clients import Desk, sign_in
from tests.e2e.conftest import NewPage
from tests.e2e.screens import Dashboard, Widget
from tests.processes import ADMIN_EMAIL, ADMIN_PASSWORD, Stack, until

LANGUAGES = ["en", "zh-CN"]


def test_nothing_but_the_loader_before_the_chat_is_opened(stack: Stack, new_page: NewPage) -> None:
    page, paths = new_page(), []
    page.on("request", lambda request: paths.append(urlsplit(request.url).path))
    widget = Widget(page, stack.url, "en")
    widget.visit()
    page.wait_for_load_state("networkidle")
    # What belongs to the shop itself, not to us.
    ours = [path for path in paths if path != "/demo" and "/demo-" not in path]
    assert ours == ["/widget.js"]
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    widget.open()
    assert len(paths) > 3
    assert page.context.cookies() == [], "the chat itself has set a cookie"


@pytest.mark.parametrize("language", LANGUAGES)
def test_enter_ends_a_composition_and_sends_nothing(
    stack: Stack, new_page: NewPage, language: str
) -> None:
    page = new_page(language=language)
    widget = Widget(page, stack.url, language)
    widget.visit()
    widget.open()
    _compose(page, widget)
    assert widget.box.input_value() == "你好"
    assert widget.log.get_by_text("你好", exact=True).count() == 0
    widget.box.press("Enter")
    expect(widget.log.get_by_text("你好", exact=True)).to_have_count(1)
    expect(widget.box).to_have_value("")


def test_enter_ends_a_composition_at_the_desk_too(stack: Stack, new_page: NewPage) -> None:
    page = new_page()
    desk, visitor = Dashboard(page, stack.url, "en"), Widget(new_page(), stack.url, "en")
    desk.sign_in()
    visitor.visit()
    visitor.open()
    visitor.say("Who composes?")
    desk.open("Who composes?")
    _compose(page, desk)
    assert desk.box.input_value() == "你好"
    assert desk.thread.get_by_text("你好", exact=True).count() == 0
    desk.box.press("Enter")
    expect(desk.thread.get_by_text("你好", exact=True)).to_have_count(1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_visitors_keyboard_is_enough(stack: Stack, new_page: NewPage, language: str) -> None:
    page = new_page(language=language)
    widget = Widget(page, stack.url, language)
    widget.visit()
    for _ in range(60):
        page.keyboard.press("Tab")
        if widget.launcher.evaluate("button => button.getRootNode().activeElement === button"):
            break
    expect(widget.launcher).to_be_focused()
    page.keyboard.press("Enter")
    expect(widget.box).to_be_focused(timeout=15_000)
    page.keyboard.type("first")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("second line")
    page.keyboard.press("Enter")
    expect(widget.log).to_contain_text("first\nsecond line", use_inner_text=True)
    expect(widget.box).to_be_focused()
    page.keyboard.press("Escape")
    expect(widget.box).to_be_hidden()
    expect(widget.launcher).to_be_focused()


def test_where_websockets_are_cut_off_the_talk_goes_over_polling(
    stack: Stack, new_page: NewPage
) -> None:
    page, polls = new_page(), []
    page.add_init_script(
        "WebSocket = class extends WebSocket { constructor() { super('/nothing/here'); } }"
    )
    page.on("request", lambda one: polls.append(one.url) if "=polling" in one.url else None)
    widget = Widget(page, stack.url, "en")
    widget.visit()
    widget.open()
    widget.say("Is anybody there?")
    agent = sign_in(stack.url)
    widget.expect_texts(["Is anybody there?"])
    (session,) = agent.get("/api/chat/sessions", status="open").json()["items"]
    agent.send(session["id"], "Yes, over HTTP.").raise_for_status()
    widget.expect_texts(["Is anybody there?", "Yes, over HTTP."])
    assert polls


def test_the_agents_keyboard_is_enough(stack: Stack, new_page: NewPage) -> None:
    page = new_page()
    desk, visitor = Dashboard(page, stack.url, "en"), Widget(new_page(), stack.url, "en")
    visitor.visit()
    visitor.open()
    visitor.say("Only keys, please")
    page.goto(f"{stack.url}/dashboard")
    # The first drawn frame moves the cursor there; a key pressed before it goes to nobody.
    expect(page.get_by_label("E-mail")).to_be_focused()
    _press(page, *ADMIN_EMAIL, "Tab", *ADMIN_PASSWORD, "Enter")
    expect(desk.row("Only keys, please")).to_be_visible(timeout=15_000)
    for _ in until(10):
        page.keyboard.press("j")
        # The body holds the words, too, as long as no script has moved the focus.
        if page.evaluate("document.activeElement.closest('[data-id]') !== null"):
            break
    page.keyboard.press("Enter")
    expect(desk.thread.get_by_text("Only keys, please", exact=True)).to_be_visible()
    _press(page, "Escape", "n", *"A canary for colleagues", "Enter")
    _press(page, "Escape", "r", *"With pleasure", "Enter")
    desk.expect_texts(["Only keys, please", "A canary for colleagues", "With pleasure"])
    visitor.expect_texts(["Only keys, please", "With pleasure"])
    assert "canary" not in visitor.log.inner_text()


def _press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press("Space" if key == " " else key)


def _compose(page: Page, screen: Widget | Dashboard) -> None:
    """Type as an input method does: compose, choose with Enter, and the text is there."""
    screen.box.focus()
    keys = page.context.new_cdp_session(page)
    keys.send("Input.imeSetComposition", {"text": "nihao", "selectionStart": 5, "selectionEnd": 5})
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    keys.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    keys.send("Input.insertText", {"text": "你好"})
    keys.send("Input.dispatchKeyEvent", {"type": "keyUp", **enter})


def test_agents_see_which_page_a_visitor_looks_at(stack: Stack, new_page: NewPage) -> None:
    page = new_page()
    widget, desk = Widget(page, stack.url, "en"), sign_in(stack.url)
    widget.visit()
    widget.open()
    widget.say("Where am I?")
    _expect_page(desk, page.url, page.title())
    page.evaluate(
        """() => {
            const box = document.body.appendChild(document.createElement("input"));
            box.id = "own";
            box.focus();
            history.pushState({}, "", "/demo?shelf=2#kettles");
            document.title = "Shelf 2";
        }"""
    )
    _expect_page(desk, f"{stack.url}/demo?shelf=2#kettles", "Shelf 2")
    expect(page.locator("#own")).to_be_focused()
    page.goto(f"{stack.url}/demo?shelf=3")
    _expect_page(desk, f"{stack.url}/demo?shelf=3", page.title())
    page.close()
    _expect_page(desk, None)


def _expect_page(desk: Desk, url: str | None, title: str = "") -> None:
    """Wait until agents see the visitor of the newest session on this page, or on none."""
    wanted = {"url": url, "title": title} if url else None
    for _ in until(15):
        session = desk.get("/api/chat/sessions", limit=1).json()["items"][0]
        if session["visitor"]["page"] == wanted:
            assert session["visitor"]["online"] is (wanted is not None)
            return
    raise AssertionError(f"{session['visitor']['page']} instead of {wanted}")
