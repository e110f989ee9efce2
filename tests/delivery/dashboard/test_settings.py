"""The settings pages: who may see what, that nothing private is in them, and what they ask of REST."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from marshmallow import Schema

from chat_app.delivery.dashboard.language import load_words
from chat_app.delivery.dashboard.settings import shown
from chat_app.delivery.schemas.agent import AgentChangeSchema, PasswordSchema
from chat_app.delivery.schemas.business_hours import NewScheduleSchema
from chat_app.delivery.schemas.department import DepartmentChangeSchema
from chat_app.delivery.schemas.site import SiteChangeSchema
from chat_app.domain.actor import Role
from tests.delivery.installation import Installation

SETTINGS = "/dashboard/settings"
NOBODY = "01890000-0000-7000-8000-000000000000"
HOSTILE = "</script><script>alert(1)</script>\"'{{7*7}}"
TABLES = ("team", "departments", "sites")
OVERSEERS = {"sites", "hours"}
SignIn = Callable[..., FlaskClient]


@pytest.fixture
def as_role(installation: Installation) -> SignIn:
    """A browser in which an agent of that role is signed in."""

    def as_role(role: Role, **fields: Any) -> FlaskClient:
        browser = installation.app.test_client()
        browser.set_cookie("cland_agent", installation.make_agent(role, **fields))
        return browser

    return as_role


@pytest.fixture
def pages(installation: Installation) -> list[str]:
    """The address of every page, with things that exist."""
    agent = installation.actor(installation.make_agent()).id
    department = installation.make_department()
    site = installation.make_site().id
    hours = installation.make_schedule((0, "09:00", "18:00"), site_id=site)
    new = [f"{topic}/new" for topic in (*TABLES, "hours")]
    ones = [f"team/{agent}", f"departments/{department}", f"sites/{site}", f"hours/{hours}"]
    return ["account", *TABLES, "hours", *new, *ones]


def text_of(browser: FlaskClient, page: str, status: int = 200) -> str:
    answer = browser.get(f"{SETTINGS}/{page}")
    assert answer.status_code == status, page
    return answer.get_data(as_text=True)


def test_the_settings_begin_with_the_own_account(browser: FlaskClient) -> None:
    assert browser.get(SETTINGS).location == f"{SETTINGS}/account"


def test_logged_out_pages_lead_to_the_form_and_back(client: FlaskClient, pages: list[str]) -> None:
    for page in pages:
        answer = client.get(f"{SETTINGS}/{page}")
        assert answer.location == f"/dashboard/login?next={SETTINGS}/{page}"


def test_admins_see_and_change_everything(as_role: SignIn, pages: list[str]) -> None:
    browser = as_role("admin")
    for page in pages:
        html = text_of(browser, page)
        assert "Only admins can change it" not in html
        assert '<fieldset class="plain" disabled' not in html


@pytest.mark.parametrize(
    ("role", "hidden"), [("agent", OVERSEERS), ("supervisor", set())], ids=["agent", "supervisor"]
)
def test_others_look_at_what_the_api_lets_them_read(
    as_role: SignIn, pages: list[str], role: Role, hidden: set[str]
) -> None:
    browser = as_role(role)
    for page in pages:
        topic, _, rest = page.partition("/")
        if rest == "new" or topic in hidden:
            assert "This page is not for your role" in text_of(browser, page, 403)
            continue
        html = text_of(browser, page)
        assert (f'href="{SETTINGS}/{topic}"' in html) is (topic not in hidden)
        if topic == "account":
            continue
        assert "Only admins can change it" in html
        assert f'href="{SETTINGS}/{topic}/new"' not in html
        for control in ("data-delete", "data-switch", "data-new-", ">Save<"):
            assert control not in html
        assert ("data-form" in html) is ('<fieldset class="plain" disabled' in html)


@pytest.mark.parametrize(
    "page",
    [*(f"{topic}/{NOBODY}" for topic in (*TABLES, "hours")), "team/x", "sites/%00", "hours/x"],
)
def test_what_does_not_exist_is_not_found(browser: FlaskClient, page: str) -> None:
    assert "It does not exist, or somebody has deleted it." in text_of(browser, page, 404)


@pytest.mark.parametrize("topic", TABLES)
def test_a_cursor_of_somebody_else_is_refused(browser: FlaskClient, topic: str) -> None:
    assert browser.get(f"{SETTINGS}/{topic}?cursor=nonsense").status_code == 422


def test_no_secret_stands_in_a_page(
    installation: Installation, browser: FlaskClient, pages: list[str]
) -> None:
    token = installation.make_agent(password="brass-lantern-9")
    secret = installation.make_site().identity_secret or ""
    people = installation.services.staff.list(installation.actor(installation.admin_token())).items
    hashes = [agent.password_hash for agent in people if len(agent.password_hash) > 1]
    assert hashes
    for page in pages:
        html = text_of(browser, page)
        for private in (token, secret, "argon2", *hashes):
            assert private not in html


def test_names_never_become_markup(installation: Installation, browser: FlaskClient) -> None:
    department = installation.make_department(HOSTILE)
    token = installation.make_agent(name=HOSTILE, department_ids=[department])
    entry = {"keywords": [HOSTILE], "answer": HOSTILE}
    bot = {"name": HOSTILE, "greeting": HOSTILE, "fallback": HOSTILE, "entries": [entry]}
    theme = {"greeting": HOSTILE, "accent": HOSTILE}
    site = installation.make_site(name=HOSTILE, theme=theme, bot=bot).id
    hours = installation.make_schedule(site_id=site)
    agent = installation.actor(token).id
    for page in (
        "team", "departments", "sites", "hours",
        f"team/{agent}", f"departments/{department}", f"sites/{site}", f"hours/{hours}",
    ):  # fmt: skip
        html = text_of(browser, page)
        assert "<script>alert" not in html
        assert html.count("<script") == 2, "the bundle and the page's data"
        assert not re.search(r">[^<]*49", re.sub(r"(?s)<script.*?</script>", "", html))


def test_pages_have_the_nonce_the_headers_and_nothing_inline(
    browser: FlaskClient, pages: list[str]
) -> None:
    for page in pages:
        answer = browser.get(f"{SETTINGS}/{page}")
        html = answer.get_data(as_text=True)
        nonce = re.findall(r"'nonce-([\w-]+)'", answer.headers["Content-Security-Policy"])[0]
        loaded = re.findall(r"<(?:script|link rel=\"stylesheet\")[^>]*>", html)
        assert len(loaded) == 4
        assert all(f'nonce="{nonce}"' in one for one in loaded)
        markup = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
        assert not re.search(r"<[^>]+\s(on\w+|style)=", markup)
        assert answer.headers["Cache-Control"] == "no-store"


def test_every_word_of_the_pages_exists(as_role: SignIn, pages: list[str]) -> None:
    browser = as_role("admin")
    for language in ("en", "zh-CN"):
        browser.set_cookie("cland_lang", language)
        for page in pages:
            html = text_of(browser, page)
            visible = re.sub(r"(?s)<script.*?</script>|<svg.*?</svg>|<[^>]+>", " ", html)
            named = re.findall(r"(?:aria-label|placeholder|title|data-label)=\"([^\"]*)\"", html)
            for text in (visible, *named):
                assert not re.search(
                    r"\b(settings|agent|department|site|team|role|say|hours|bot|weekday)\.[a-z]",
                    text,
                )


def test_a_long_team_comes_in_parts(installation: Installation, browser: FlaskClient) -> None:
    for number in range(60):
        installation.make_agent(name=f"Person {number:02}")
    first = text_of(browser, "team")
    more = re.search(r'href="\?cursor=([^"]+)" data-more', first)
    assert more
    second = text_of(browser, f"team?cursor={more[1]}")
    assert "data-more" not in second
    shown = [re.findall(r">(Person \d\d)</a>", html) for html in (first, second)]
    assert sorted(shown[0] + shown[1]) == [f"Person {number:02}" for number in range(60)]


def test_every_department_can_be_chosen(installation: Installation, browser: FlaskClient) -> None:
    ids = {installation.make_department() for _ in range(103)}
    html = text_of(browser, "team/new")
    assert ids <= set(re.findall(r'type="checkbox" value="([^"]+)"', html))


def test_the_code_carries_the_look_that_is_drawn_before_anything_is_asked(
    installation: Installation, browser: FlaskClient
) -> None:
    theme = {"accent": "#b8232b", "position": "left"}
    site = installation.make_site(key="shop", theme=theme)
    html = text_of(browser, f"sites/{site.id}")
    assert (
        "&lt;script src=&#34;http://localhost:8080/widget.js&#34; data-site=&#34;shop&#34; "
        "data-accent=&#34;#b8232b&#34; data-position=&#34;left&#34; async&gt;&lt;/script&gt;"
    ) in html


@pytest.mark.parametrize(
    ("page", "schema"),
    [
        ("account", PasswordSchema),
        ("team/new", AgentChangeSchema),
        ("departments/new", DepartmentChangeSchema),
        ("sites/new", SiteChangeSchema),
        ("hours/new", NewScheduleSchema),
    ],
)
def test_forms_send_what_rest_knows(browser: FlaskClient, page: str, schema: type[Schema]) -> None:
    html = text_of(browser, page)
    # A field that is called otherwise says what it sends.
    sent = re.findall(r'data-field="([\w.-]+)"(?: data-also="([\w ]+)")?', html)
    names = {name for path, also in sent for name in (also.split() or [path.partition(".")[0]])}
    assert names
    assert names <= set(schema().fields)


def test_hours_are_offered_to_those_who_have_none(
    installation: Installation, browser: FlaskClient
) -> None:
    site, department = installation.make_site().id, installation.make_department()
    installation.make_schedule(department_id=department)
    html = text_of(browser, "hours/new")
    assert f'value="site_id {site}"' in html
    assert f'value="department_id {department}"' not in html


def test_a_week_is_told_in_few_lines() -> None:
    days = [(day, "09:00", "12:00") for day in range(5)] + [
        (4, "13:00", "18:00"),
        (5, "22:00", "02:00"),
    ]
    intervals = [{"weekday": day, "opens": opens, "closes": closes} for day, opens, closes in days]
    assert shown.week(intervals, load_words()["en"]) == [
        "Mon–Thu 09:00–12:00", "Fri 09:00–12:00, 13:00–18:00", "Sat 22:00–02:00",
    ]  # fmt: skip
    assert shown.week([], load_words()["en"]) == []
    whole = [{"weekday": day, "opens": "00:00", "closes": "24:00"} for day in range(7)]
    assert shown.week(whole, load_words()["zh-CN"]) == ["周一–周日 00:00–24:00"]
