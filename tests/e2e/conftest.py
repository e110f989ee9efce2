"""A real Chromium, and pages in it that fail the test when a script of theirs fails."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.clients import sign_in
from tests.e2e.screens import WAIT_MS
from tests.processes import Stack

NewPage = Callable[..., Page]
Shoot = Callable[[Page, str], None]
# What is awaited comes at once, but not on a machine that has other things to do.
expect.set_options(timeout=WAIT_MS)
_NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium of CHROMIUM, or from PATH."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    assert found, "Chromium is needed: apt install chromium, or CHROMIUM=/path/to/it"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=found,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """Open a page in a browser profile of its own: `new_page(language="en", width=1280)`."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def make(*, language: str = "en", width: int = 1280, **options: object) -> Page:
        height = 844 if width < 500 else 800
        context = browser.new_context(
            locale=language,
            viewport={"width": width, "height": height},
            reduced_motion="reduce",
            **options,  # type: ignore[arg-type]  # Playwright checks them
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert not problems, problems


@pytest.fixture
def shoot(tmp_path_factory: pytest.TempPathFactory) -> Shoot:
    """Keep a screenshot in SCREENSHOTS, else in a temporary folder."""
    given = os.environ.get("SCREENSHOTS")
    folder = Path(given) if given else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)

    def keep(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"{name}.png", animations="disabled")

    return keep


@pytest.fixture(autouse=True)
def quiet(stack: Stack) -> None:
    """End what an earlier test has left open, so that the agent has room for the next visitor."""
    desk = sign_in(stack.url)
    for item in desk.get("/api/chat/sessions", status="open", limit=100).json()["items"]:
        desk.end(item["id"])
