"""Every word in English and Chinese, and how a browser gets its language and theme."""

import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from chat_app.delivery.dashboard.language import load_words
from tests.delivery.dashboard.browsing import csrf_token

DASHBOARD = Path("chat_app/delivery/dashboard")


def words_of(language: str) -> dict[str, str]:
    """The dashboard's own words."""
    texts: dict[str, str] = json.loads(
        (DASHBOARD / "words" / f"{language}.json").read_text(encoding="utf-8")
    )
    return texts


@pytest.mark.parametrize(
    ("header", "title"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "登录"),
        ("zh-TW", "登录"),
        ("en-GB,en;q=0.9,zh;q=0.1", "Sign in"),
        ("fr", "Sign in"),
        ("", "Sign in"),
    ],
)
def test_the_browser_says_which_language(client: FlaskClient, header: str, title: str) -> None:
    page = client.get("/dashboard/login", headers={"Accept-Language": header})
    assert f"<h1>{title}</h1>" in page.get_data(as_text=True)


def test_the_choice_of_the_person_wins_and_stays(client: FlaskClient) -> None:
    headers = {"Accept-Language": "en"}
    token = csrf_token(client.get("/dashboard/login", headers=headers))
    data = {"csrf_token": token, "language": "zh-CN", "next": "/dashboard/login"}
    answer = client.post("/dashboard/preferences", data=data)
    assert (answer.status_code, answer.location) == (303, "/dashboard/login")
    page = client.get("/dashboard/login", headers=headers).get_data(as_text=True)
    assert '<html lang="zh-CN"' in page
    assert "<h1>登录</h1>" in page


def test_the_theme_is_part_of_the_first_paint(client: FlaskClient) -> None:
    assert 'data-theme="auto"' in client.get("/dashboard/login").get_data(as_text=True)
    token = csrf_token(client.get("/dashboard/login"))
    client.post("/dashboard/preferences", data={"csrf_token": token, "theme": "dark"})
    assert 'data-theme="dark"' in client.get("/dashboard/login").get_data(as_text=True)


@pytest.mark.parametrize("data", [{"language": "xx"}, {"theme": "neon"}, {"language": "zh-CN"}])
def test_preferences_need_a_token_and_a_known_value(
    client: FlaskClient, data: dict[str, str]
) -> None:
    token = csrf_token(client.get("/dashboard/login"))
    known = data.get("language") == "zh-CN"
    answer = client.post(
        "/dashboard/preferences", data=data if known else data | {"csrf_token": token}
    )
    assert answer.status_code == 303
    assert not any("cland_" in one for one in answer.headers.getlist("Set-Cookie"))


def test_a_hostile_cookie_is_no_language_theme_or_zone(client: FlaskClient) -> None:
    for name in ("cland_lang", "cland_theme", "cland_zone"):
        client.set_cookie(name, '"><script>../../etc/passwd')
    page = client.get("/dashboard/login")
    assert page.status_code == 200
    assert "etc/passwd" not in page.get_data(as_text=True)


def test_both_languages_say_the_same_things() -> None:
    english, chinese = words_of("en"), words_of("zh-CN")
    assert english.keys() == chinese.keys()
    for key, text in english.items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", chinese[key])), key


def test_every_word_that_is_asked_for_exists() -> None:
    words = load_words()["en"]
    sources = [*DASHBOARD.glob("templates/**/*.html"), *DASHBOARD.glob("src/*.ts")]
    for source in sources:
        for key in re.findall(r"""\bt\(\s*["']([\w.]+)["']\s*[,)]""", source.read_text("utf-8")):
            assert words(key) != key, f"{source.name} asks for {key}"
