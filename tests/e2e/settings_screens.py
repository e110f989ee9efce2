"""The settings as people see them."""

from playwright.sync_api import Locator, Page, expect

from tests.e2e.screens import WAIT_MS, words


class Settings:
    """The pages of the settings, in a browser where somebody is signed in."""

    def __init__(self, page: Page, url: str, language: str) -> None:
        self.page = page
        self.t = words("dashboard/settings", language)
        self._url = url

    def open(self, topic: str) -> None:
        """Go to a topic as people do: by the rail and the navigation."""
        self.page.get_by_role("link", name=self.t["settings"], exact=True).click()
        self.topics.get_by_role("link", name=self.t[f"settings.{topic}"], exact=True).click()
        expect(self.heading(self.t[f"settings.{topic}"])).to_be_visible(timeout=WAIT_MS)

    @property
    def topics(self) -> Locator:
        return self.page.get_by_role("navigation", name=self.t["settings"], exact=True)

    @property
    def said(self) -> Locator:
        """What came of the last saving."""
        return self.page.locator("form [data-said]:visible").first

    def heading(self, name: str) -> Locator:
        return self.page.get_by_role("heading", level=1, name=name, exact=True)

    def field(self, key: str) -> Locator:
        """The field whose label has that key."""
        return self.page.get_by_label(self.t[key], exact=True).locator("visible=true")

    def fill(self, key: str, text: str) -> None:
        self.field(key).fill(text)

    def press(self, key: str) -> None:
        """Press the button whose text has that key."""
        self.page.get_by_role("button", name=self.t[key], exact=True).click()

    def follow(self, key: str) -> None:
        """Follow the link whose text has that key."""
        self.page.get_by_role("link", name=self.t[key], exact=True).click()

    def error_at(self, key: str) -> Locator:
        """What stands as wrong at the field whose label has that key."""
        place = self.page.locator(".field", has=self.field(key))
        return place.locator("[data-error]")
