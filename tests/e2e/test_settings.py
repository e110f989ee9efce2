"""An admin sets up a department and a person; the person signs in and may look."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.clients import sign_in
from tests.e2e.conftest import NewPage, Shoot
from tests.e2e.screens import WAIT_MS, Dashboard
from tests.e2e.settings_screens import Settings
from tests.e2e.test_accessibility import expect_accessible
from tests.processes import Stack

MADE = {
    "en": ("Repairs", "Wilhelmina Bäcker", "wilhelmina@example.com"),
    "zh-CN": ("维修", "赵小兰", "zhao@example.com"),
}
BOT = {
    "name": "Momo", "greeting": "Hello", "fallback": "Sorry?",
    "entries": [{"keywords": ["post"], "answer": "By bike"}] * 2,
}  # fmt: skip
NIGHTS = [{"weekday": day, "opens": "22:00", "closes": "02:00"} for day in range(5)]
FITS = """() => [document.documentElement, document.querySelector("main")].every(
    (one) => one.scrollWidth <= one.clientWidth)"""
LOOKS = [("en", "light", 1280), ("zh-CN", "dark", 390)]


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("zh-CN", 390)])
def test_a_new_person_in_a_new_department(
    stack: Stack, new_page: NewPage, shoot: Shoot, language: str, width: int
) -> None:
    group, name, email = MADE[language]
    page = new_page(language=language, width=width)
    Dashboard(page, stack.url, language).sign_in()
    admin = Settings(page, stack.url, language)
    admin.open("departments")
    admin.follow("departments.add")
    admin.fill("department.name", group)
    page.get_by_role("radio", name=re.compile(f"^{admin.t['strategy.manual']}")).check()
    admin.press("departments.add")
    expect(page.get_by_role("link", name=group, exact=True)).to_be_visible(timeout=WAIT_MS)

    admin.open("team")
    admin.follow("team.add")
    admin.fill("agent.name", name)
    admin.press("team.add")
    expect(admin.error_at("agent.email")).to_have_text(admin.t["reason.blank"])
    expect(admin.field("agent.email")).to_be_focused()
    admin.fill("agent.email", email)
    page.get_by_role("checkbox", name=group, exact=True).check()
    shoot(page, f"settings-{language}-new-agent")
    admin.press("team.add")
    password = page.locator("#made-password")
    expect(password).to_have_value(re.compile(r"^(\w{4}-){3}\w{4}$"), timeout=WAIT_MS)
    secret = password.input_value()
    _signs_in_and_looks(stack, new_page, language, email, secret, group)


def _signs_in_and_looks(
    stack: Stack, new_page: NewPage, language: str, email: str, password: str, group: str
) -> None:
    page = new_page(language=language)
    desk = Dashboard(page, stack.url, language)
    desk.sign_in(email, password)
    own = Settings(page, stack.url, language)
    own.open("account")
    expect(page.get_by_text(group, exact=True)).to_be_visible()
    own.open("team")
    expect(page.get_by_text(own.t["settings.read_only"])).to_be_visible()
    expect(page.get_by_role("link", name=own.t["team.add"])).to_have_count(0)
    expect(own.topics.get_by_role("link", name=own.t["settings.sites"])).to_have_count(0)

    own.open("account")
    own.fill("account.password.current", "not this one")
    own.fill("account.password.new", "linen-harbour-42")
    own.press("account.password.save")
    expect(own.error_at("account.password.current")).to_have_text(own.t["reason.wrong"])
    own.fill("account.password.current", password)
    own.press("account.password.save")
    expect(page.get_by_label(desk.t["login.email"])).to_be_visible(timeout=WAIT_MS)
    desk.sign_in(email, "linen-harbour-42")


def test_changing_disabling_and_deleting_a_person(stack: Stack, new_page: NewPage) -> None:
    person = {"name": "Tomás Vidal", "email": "tomas@example.com", "password": "brass-lantern"}
    sign_in(stack.url).post("/api/agents", {**person})
    page = new_page()
    Dashboard(page, stack.url, "en").sign_in()
    admin = Settings(page, stack.url, "en")
    admin.open("team")
    page.get_by_role("searchbox").fill("tomás")
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("link", name="Tomás Vidal").click()
    admin.fill("agent.capacity", "200")
    admin.press("settings.save")
    expect(admin.error_at("agent.capacity")).to_contain_text("100")
    admin.fill("agent.capacity", "9")
    admin.fill("agent.name", "Tomás Vidal Roca")
    admin.press("settings.save")
    expect(admin.said).to_have_text(admin.t["say.saved"], timeout=WAIT_MS)
    expect(admin.heading("Tomás Vidal Roca")).to_be_visible()
    _goes(page, admin, "Tomás Vidal Roca")


def _goes(page: Page, admin: Settings, name: str) -> None:
    """Disable the account that is open, then delete it by its name."""
    admin.press("agent.disable")
    page.get_by_role("dialog").get_by_role("button", name=admin.t["say.disable"]).click()
    expect(page.get_by_text(admin.t["agent.enable.lead"])).to_be_visible(timeout=WAIT_MS)

    admin.press("agent.delete")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("Tomás")
    dialog.get_by_role("button", name=admin.t["say.delete"]).click()
    expect(dialog.get_by_text(admin.t["say.not_the_name"])).to_be_visible()
    dialog.get_by_role("textbox").fill(name)
    dialog.get_by_role("textbox").press("Enter")
    expect(admin.heading(admin.t["settings.team"])).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_role("link", name=name)).to_have_count(0)


def test_the_last_admin_stays(stack: Stack, new_page: NewPage) -> None:
    page = new_page()
    Dashboard(page, stack.url, "en").sign_in()
    admin = Settings(page, stack.url, "en")
    admin.open("account")
    admin.follow("account.change_own")
    page.get_by_role("radio", name=re.compile(f"^{admin.t['role.agent']}")).check()
    admin.press("settings.save")
    expect(page.get_by_text(admin.t["reason.last_admin"])).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_role("radio").first).to_be_focused()


def test_a_page_whose_sign_in_has_ended_says_what_to_do(stack: Stack, new_page: NewPage) -> None:
    page = new_page()
    Dashboard(page, stack.url, "en").sign_in()
    admin = Settings(page, stack.url, "en")
    page.goto(f"{stack.url}/dashboard/settings/departments/new")
    admin.fill("department.name", "Never made")
    kept = page.context.cookies()
    page.context.clear_cookies(name="cland_agent")
    admin.press("departments.add")
    expect(admin.said).to_have_text(admin.t["say.signed_out"], timeout=WAIT_MS)
    page.context.clear_cookies(name="cland_form")
    page.context.add_cookies([one for one in kept if one["name"] == "cland_agent"])  # type: ignore[misc]  # read as they are set
    admin.press("departments.add")
    expect(admin.said).to_have_text(admin.t["say.forbidden"], timeout=WAIT_MS)
    expect(admin.field("department.name")).to_have_value("Never made")


def test_a_website_and_its_secret_without_a_socket(stack: Stack, new_page: NewPage) -> None:
    page = new_page()
    page.route_web_socket(re.compile("socket.io"), lambda socket: socket.close())
    Dashboard(page, stack.url, "en").sign_in()
    admin = Settings(page, stack.url, "en")
    admin.open("sites")
    admin.follow("sites.add")
    admin.fill("site.name", "Lantern shop")
    admin.fill("site.origins", "https://lantern.example\nlantern")
    admin.press("sites.add")
    expect(admin.error_at("site.origins")).to_contain_text("Line 2", timeout=WAIT_MS)
    admin.fill("site.origins", "https://lantern.example")
    admin.press("sites.add")
    expect(admin.heading("Lantern shop")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_label(admin.t["site.snippet"], exact=True)).to_have_value(
        re.compile(rf'^<script src="{stack.url}/widget\.js" data-site="[\w-]+".* async></script>$')
    )
    page.get_by_label(admin.t["site.position.left"]).check()
    admin.press("settings.save")
    expect(admin.said).to_have_text(admin.t["say.saved"], timeout=WAIT_MS)
    snippet = page.get_by_label(admin.t["site.snippet"], exact=True)
    expect(snippet).to_have_value(re.compile(r' data-position="left" async></script>$'))
    admin.press("site.secret.new")
    page.get_by_role("dialog").get_by_role("button", name=admin.t["say.make"]).click()
    secret = page.get_by_role("textbox", name=admin.t["site.secret"], exact=True)
    expect(secret).to_have_value(re.compile(r"\S{30,}"), timeout=WAIT_MS)


def test_a_bot_of_a_website(stack: Stack, new_page: NewPage) -> None:
    desk = sign_in(stack.url)
    site = desk.post("/api/sites", {"name": "Kettle shop"}).json()["site"]["id"]
    page = new_page()
    Dashboard(page, stack.url, "en").sign_in()
    admin = Settings(page, stack.url, "en")
    page.goto(f"{stack.url}/dashboard/settings/sites/{site}")
    page.get_by_role("checkbox", name=admin.t["bot.on"]).check()
    bot = page.locator('[data-kind="bot"]')
    for key, text in (("name", "Momo"), ("greeting", "Hello!"), ("fallback", "Sorry?")):
        bot.get_by_label(admin.t[f"bot.{key}"], exact=True).fill(text)
    for number, (words, answer) in enumerate((("open, 几点", "From nine"), ("post", "By bike")), 1):
        admin.press("bot.add")
        entry = bot.get_by_role("group", name=f"Answer {number}")
        expect(entry.get_by_label(admin.t["bot.keywords"])).to_be_focused()
        entry.get_by_label(admin.t["bot.keywords"]).fill(words)
        entry.get_by_label(admin.t["bot.answer"]).fill(answer)
    page.get_by_role("button", name=admin.t["bot.up"]).last.press("Enter")
    expect(page.get_by_role("button", name=admin.t["bot.down"]).first).to_be_focused()
    admin.press("settings.save")
    expect(admin.said).to_have_text(admin.t["say.saved"], timeout=WAIT_MS)
    stored = desk.get(f"/api/sites/{site}").json()["site"]["bot"]
    assert stored == {
        "name": "Momo", "greeting": "Hello!", "fallback": "Sorry?",
        "entries": [
            {"keywords": ["post"], "answer": "By bike"},
            {"keywords": ["open", "几点"], "answer": "From nine"},
        ],
    }  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_bot_that_is_too_large_is_refused_in_words(
    stack: Stack, new_page: NewPage, shoot: Shoot, width: int, language: str
) -> None:
    desk = sign_in(stack.url)
    entries = [{"keywords": ["post"], "answer": "答" * 3_900}] * 4
    given = {"name": "Large shop", "bot": {**BOT, "entries": [*entries, *BOT["entries"]]}}
    desk.http.headers["Content-Type"] = "application/json"
    body = json.dumps(given, ensure_ascii=False).encode()
    answer = desk.request("POST", "/api/sites", data=body)
    site = answer.json()["site"]["id"]
    page = new_page(width=width, language=language)
    Dashboard(page, stack.url, language).sign_in()
    admin = Settings(page, stack.url, language)
    page.goto(f"{stack.url}/dashboard/settings/sites/{site}")
    answers = page.locator('[data-kind="bot"] [data-answer]')
    answers.nth(4).fill("答" * 3_900)
    admin.press("settings.save")
    error = page.locator('[data-kind="bot"] > [data-error]')
    expect(error).to_have_text(admin.t["reason.total"].format(most=48), timeout=WAIT_MS)
    expect(error).to_be_in_viewport()
    shoot(page, f"bot-total-{width}-{language}")
    answers.nth(5).fill("答" * 3_900)
    admin.press("settings.save")
    expect(admin.said).to_have_text(admin.t["say.too_large"], timeout=WAIT_MS)
    shoot(page, f"bot-body-{width}-{language}")


def test_business_hours(stack: Stack, new_page: NewPage) -> None:
    desk = sign_in(stack.url)
    desk.post("/api/sites", {"name": "Night shop"})
    page = new_page(timezone_id="Europe/Berlin")
    Dashboard(page, stack.url, "en").sign_in()
    admin = Settings(page, stack.url, "en")
    admin.open("hours")
    admin.follow("hours.add")
    expect(admin.field("hours.zone")).to_have_value("Europe/Berlin")
    admin.press("hours.add")
    expect(admin.error_at("hours.owner")).to_have_text(admin.t["reason.blank"])
    admin.field("hours.owner").select_option(label="Night shop")
    monday, sunday = (page.get_by_role("group", name=day) for day in ("Monday", "Sunday"))
    monday.get_by_label(admin.t["hours.opens"]).fill("22:00")
    monday.get_by_label(admin.t["hours.closes"]).fill("02:00")
    expect(monday.get_by_text("until 02:00 the next day")).to_be_visible()
    monday.get_by_label("Copy the hours of Monday").click()
    monday.get_by_role("button", name=admin.t["hours.copy.all"]).click()
    expect(sunday.get_by_text("until 02:00 the next day")).to_be_visible()
    sunday.get_by_role("button", name=admin.t["hours.remove"]).click()
    expect(sunday.get_by_text(admin.t["hours.closed"])).to_be_visible()
    admin.press("hours.add")
    expect(page.get_by_text("Mon–Sat 22:00–02:00")).to_be_visible(timeout=WAIT_MS)
    page.get_by_role("link", name="Night shop").click()
    expect(page.get_by_text(re.compile("^(Open|Closed) now, "))).to_be_visible()


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_every_page_is_accessible(
    stack: Stack, new_page: NewPage, shoot: Shoot, language: str, theme: str, width: int
) -> None:
    look: dict[str, Any] = {"bypass_csp": True, "color_scheme": theme}
    page = new_page(language=language, width=width, **look)
    Dashboard(page, stack.url, language).sign_in()
    desk = sign_in(stack.url)
    site = desk.post("/api/sites", {"name": "Seen by all", "bot": BOT}).json()["site"]["id"]
    hours = {"time_zone": "Asia/Shanghai", "site_id": site, "intervals": NIGHTS}
    desk.post("/api/business-hours", hours)
    one = {
        topic: desk.get(f"/api/{name}").json()["items"][0]["id"]
        for topic, name in (("team", "agents"), ("hours", "business-hours"))
    }
    for path in ("account", "team", "team/new", f"team/{one['team']}", "departments",
                 "departments/new", "sites", "sites/new", f"sites/{site}", "hours", "hours/new", f"hours/{one['hours']}"):  # fmt: skip
        page.goto(f"{stack.url}/dashboard/settings/{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect_accessible(page)
        shoot(page, f"settings-{language}-{path.replace('/', '-')[:20]}")
        for size in ("100%", "200%"):
            page.evaluate("size => (document.documentElement.style.fontSize = size)", size)
            assert page.evaluate(FITS), f"{path} at {size}"
