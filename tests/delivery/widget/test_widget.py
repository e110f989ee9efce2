"""The widget's pages: what they carry, and what they refuse."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from chat_app.delivery.assets import Assets
from chat_app.delivery.widget import routes
from chat_app.delivery.widget.headers import frame_ancestors
from chat_app.delivery.widget.language import chat_words, choose_locale, demo_words
from chat_app.domain.errors import NotFound
from chat_app.domain.site import PublicSite
from chat_app.settings import Settings

SITE = PublicSite(
    key="shop",
    name="Shop & <Sons>",
    locale="auto",
    theme={"accent": "#00aa66", "greeting": "</script><b>hi"},
    allowed_origins=(),
    prechat_fields=("name", "email"),
    agents_online=True,
    open=False,
    opens_at=datetime(2026, 11, 30, 9, tzinfo=timezone(timedelta(hours=8))),
    bot=False,
)


class FakeSites:
    """Knows the site above, under its key and as the default."""

    def __init__(self) -> None:
        self.site = SITE

    def public(self, site_key: str | None = None) -> PublicSite:
        if site_key not in (None, self.site.key):
            raise NotFound
        return self.site


@pytest.fixture
def sites() -> FakeSites:
    return FakeSites()


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A finished build of three tiny files."""
    names = {"widget.js": "widget.js", "frame.js": "frame-1a2b.js", "frame.css": "frame-3c4d.css"}
    for name in names.values():
        (tmp_path / name).write_text(f"/* {name} */", encoding="utf-8")
    (tmp_path / "manifest.json").write_text(json.dumps(names), encoding="utf-8")
    monkeypatch.setattr(routes, "Assets", lambda: Assets(tmp_path))
    return tmp_path


def make_client(sites: Any, settings: Settings) -> FlaskClient:
    app = Flask(__name__)
    app.register_blueprint(routes.create_blueprint(sites, settings))
    return app.test_client()


@pytest.fixture
def client(sites: FakeSites, build: Path) -> Iterator[FlaskClient]:
    del build  # only has to be there
    with make_client(sites, Settings(public_url="http://chat.test")) as client:
        yield client


def policy_of(response: Any) -> dict[str, str]:
    parts = response.headers["Content-Security-Policy"].split("; ")
    return {name: value for name, _, value in (part.partition(" ") for part in parts)}


def config_of(page: str) -> dict[str, Any]:
    found = re.search(
        r'<script type="application/json" id="config">(.*?)</script>', page, re.DOTALL
    )
    assert found
    config: dict[str, Any] = json.loads(found[1])
    return config


class TestLoader:
    def test_is_public_and_cached_shortly(self, client: FlaskClient) -> None:
        response = client.get("/widget.js")
        assert response.status_code == 200
        assert response.mimetype == "text/javascript"
        assert response.text == "/* widget.js */"
        assert response.headers["Cache-Control"] == "public, max-age=300"
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert response.headers["X-Content-Type-Options"] == "nosniff"

    def test_answers_304_to_its_etag(self, client: FlaskClient) -> None:
        etag = client.get("/widget.js").headers["ETag"]
        again = client.get("/widget.js", headers={"If-None-Match": etag})
        assert again.status_code == 304
        assert again.data == b""

    def test_serves_a_newer_build(self, client: FlaskClient, build: Path) -> None:
        first = client.get("/widget.js").headers["ETag"]
        (build / "widget.js").write_text("/* newer */", encoding="utf-8")
        manifest = build / "manifest.json"
        manifest.write_text(manifest.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        newer = client.get("/widget.js")
        assert newer.text == "/* newer */"
        assert newer.headers["ETag"] != first

    def test_is_sent_compressed_to_whoever_accepts_it(
        self, client: FlaskClient, build: Path
    ) -> None:
        (build / "widget.js.gz").write_bytes(b"small")
        plain = client.get("/widget.js")
        small = client.get("/widget.js", headers={"Accept-Encoding": "br, gzip"})
        assert "Content-Encoding" not in plain.headers
        assert small.headers["Content-Encoding"] == "gzip"
        assert small.data == b"small"
        assert small.headers["ETag"] != plain.headers["ETag"]
        assert plain.headers["Vary"] == small.headers["Vary"] == "Accept-Encoding"

    def test_says_when_nothing_was_built(self, client: FlaskClient, build: Path) -> None:
        (build / "manifest.json").unlink()
        response = client.get("/widget.js")
        assert response.status_code == 200
        assert "npm run build" in response.text
        assert response.headers["Cache-Control"] == "no-store"


class TestBuiltFiles:
    def test_hashed_files_are_kept_for_good(self, client: FlaskClient) -> None:
        response = client.get("/static/build/frame-1a2b.js")
        assert response.text == "/* frame-1a2b.js */"
        assert response.mimetype == "text/javascript"
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"

    @pytest.mark.parametrize(
        "name", ["frame.js", "manifest.json", "frame-old.js", "..%2fx", "widget.js.gz"]
    )
    def test_what_the_manifest_does_not_name_is_a_404(self, client: FlaskClient, name: str) -> None:
        assert client.get(f"/static/build/{name}").status_code == 404


class TestFrame:
    def test_carries_the_public_settings_of_the_site(self, client: FlaskClient) -> None:
        config = config_of(client.get("/widget/frame?site=shop").text)
        assert config.pop("words") == chat_words()["en"]
        assert config == {
            "site_key": "shop",
            "name": SITE.name,
            "theme": SITE.theme,
            "prechat_fields": ["name", "email"],
            "agents_online": True,
            "open": False,
            "opens_at": "2026-11-30T01:00:00.000Z",
            "bot": False,
        }

    def test_is_the_default_site_without_a_key(self, client: FlaskClient) -> None:
        for address in ("/widget/frame", "/widget/frame?site="):
            assert config_of(client.get(address).text)["site_key"] == "shop"

    def test_text_of_the_site_never_becomes_markup(self, client: FlaskClient) -> None:
        page = client.get("/widget/frame").text
        assert "<b>hi" not in page
        assert "<title>Shop &amp; &lt;Sons&gt;</title>" in page

    def test_every_response_has_its_own_nonce(self, client: FlaskClient) -> None:
        pages = [client.get("/widget/frame") for _ in range(2)]
        nonces = [policy_of(page)["script-src"] for page in pages]
        assert nonces[0] != nonces[1]
        for page, nonce in zip(pages, nonces, strict=True):
            value = nonce.removeprefix("'nonce-").removesuffix("'")
            tags = re.findall(r"<(?:script|link)[^>]*(?:src|href)=[^>]*>", page.text)
            assert len(tags) == 2
            assert all(f'nonce="{value}"' in tag for tag in tags)

    def test_runs_nothing_but_our_own_files(self, client: FlaskClient) -> None:
        policy = policy_of(client.get("/widget/frame"))
        assert policy["default-src"] == "'none'"
        assert policy["object-src"] == "'none'"
        assert policy["base-uri"] == "'none'"
        assert policy["form-action"] == "'none'"
        assert policy["connect-src"] == "'self' ws://chat.test"
        assert policy["require-trusted-types-for"] == "'script'"
        assert "unsafe" not in " ".join(policy.values())

    def test_may_be_embedded_by_everybody_when_the_site_names_no_origin(
        self, client: FlaskClient
    ) -> None:
        response = client.get("/widget/frame")
        assert policy_of(response)["frame-ancestors"] == "*"
        assert "X-Frame-Options" not in response.headers

    def test_may_be_embedded_by_the_named_origins_and_ourselves(
        self, client: FlaskClient, sites: FakeSites
    ) -> None:
        sites.site = replace(
            SITE, allowed_origins=("https://shop.test", "https://*.shop.test:8443")
        )
        policy = policy_of(client.get("/widget/frame"))
        assert policy["frame-ancestors"] == "'self' https://shop.test https://*.shop.test:8443"

    def test_sets_no_cookie_and_is_not_stored(self, client: FlaskClient) -> None:
        response = client.get("/widget/frame")
        assert "Set-Cookie" not in response.headers
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert "camera=()" in response.headers["Permissions-Policy"]

    @pytest.mark.parametrize("key", ["nobody", "shop'", "../x", "a" * 3000, "店"])
    def test_an_unknown_site_is_a_404_page(self, client: FlaskClient, key: str) -> None:
        response = client.get("/widget/frame", query_string={"site": key})
        assert response.status_code == 404
        assert "聊天暂不可用" in response.text
        assert policy_of(response)["default-src"] == "'none'"

    @pytest.mark.parametrize(
        ("query", "site_locale", "accepted", "expected"),
        [
            ("locale=zh-CN&lang=en", "en", "en", "zh-CN"),
            ("locale=&lang=en", "zh-CN", "en", "zh-CN"),
            ("locale=&lang=zh-Hans", "auto", "en", "zh-CN"),
            ("lang=fr", "auto", "zh-TW,en;q=0.5", "zh-CN"),
            ("lang=fr", "auto", "fr,de", "en"),
            ("locale=%22%3E%3Cscript%3E", "auto", "", "en"),
        ],
    )
    def test_speaks_the_first_language_it_knows(
        self,
        client: FlaskClient,
        sites: FakeSites,
        query: str,
        site_locale: str,
        accepted: str,
        expected: str,
    ) -> None:
        sites.site = replace(SITE, locale=site_locale)
        page = client.get(f"/widget/frame?{query}", headers={"Accept-Language": accepted}).text
        assert f'<html lang="{expected}">' in page
        assert config_of(page)["words"]["composer.send"] == chat_words()[expected]["composer.send"]


class TestDemo:
    def test_embeds_the_default_site_with_the_documented_tag(self, client: FlaskClient) -> None:
        response = client.get("/demo")
        assert response.status_code == 200
        assert re.search(r'<script src="/widget.js" data-site="shop" async', response.text)
        assert policy_of(response)["default-src"] == "'none'"
        assert "Set-Cookie" not in response.headers

    def test_speaks_both_languages(self, client: FlaskClient) -> None:
        assert '<html lang="zh-CN">' in client.get("/demo?lang=zh-CN").text
        chinese = client.get("/demo", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
        assert "日日可用的陶瓷" in chinese.text
        assert "Ceramics for every day" in client.get("/demo?lang=en").text

    @pytest.mark.usefixtures("build")
    def test_does_not_exist_in_production(self, sites: FakeSites) -> None:
        client = make_client(sites, Settings(app_env="production", public_url="https://chat.test"))
        assert client.get("/demo").status_code == 404
        frame = client.get("/widget/frame")
        assert frame.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert policy_of(frame)["connect-src"] == "'self' wss://chat.test"


def test_what_is_no_origin_never_reaches_the_header() -> None:
    bad = [
        "https://a.test; script-src *",
        "javascript:x",
        "https://a.test/path",
        "*",
        "'self'",
        "",
        "a\nb",
    ]
    assert frame_ancestors([*bad, "https://b.test"]) == "'self' https://b.test"
    assert frame_ancestors(bad) == "'self'"
    assert frame_ancestors([]) == "*"


def test_every_word_exists_in_both_languages() -> None:
    for words in (chat_words(), demo_words()):
        assert {key for key in words["en"] if not key.endswith(".one")} == set(words["zh-CN"])


def test_languages_are_recognised_in_every_spelling() -> None:
    assert choose_locale("auto", "ZH_hans") == "zh-CN"
    assert choose_locale(None, "", "en-GB") == "en"
