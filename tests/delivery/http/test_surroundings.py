"""What surrounds every response: ids, headers, CORS, unknown paths."""

import pytest

from tests.delivery.installation import OPEN, Installation, bearer
from tests.delivery.shapes import ID, check_problem

SHOP = "https://shop.test"


def paths(installation: Installation) -> set[str]:
    """A path for every rule, with something in the place of each variable."""
    rules = installation.app.url_map.iter_rules()
    nobody = "0190e7c4-7b3a-7cc1-8f1e-5a2d9f0c4b11"
    return {
        rule.build(dict.fromkeys(rule.arguments, nobody), append_unknown=False)[1]  # type: ignore[index]  # always built
        for rule in rules
    } | {"/nowhere", "/api/nowhere", "/api/chat/nowhere"}


def test_every_response_carries_the_headers(installation: Installation) -> None:
    for path in sorted(paths(installation)):
        for method in ("GET", "POST", "OPTIONS"):
            response = installation.client.open(path, method=method)
            where = f"{method} {path} {response.status_code}"
            assert response.status_code < 500, where
            headers = response.headers
            assert headers["X-Content-Type-Options"] == "nosniff", where
            assert headers["Referrer-Policy"] in ("no-referrer", "same-origin"), where
            assert ID.fullmatch(headers["X-Request-ID"]), where
            assert "Server" not in headers or "Werkzeug" not in headers["Server"], where
            assert "X-Powered-By" not in headers, where
            if path.startswith("/api/"):
                cached = headers["Cache-Control"].startswith("public, max-age=30")
                assert cached == (
                    path.startswith("/api/chat/sites/") and response.status_code == 200
                )
                assert cached or headers["Cache-Control"] == "no-store", where
                assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], where
            elif response.mimetype == "text/html" and response.status_code == 200 and response.data:
                assert "script-src 'nonce-" in headers["Content-Security-Policy"], where


def test_a_request_id_is_taken_over_when_it_is_one(installation: Installation) -> None:
    for given in ("a" * 8, "trace-1.2_3", "x" * 64):
        response = installation.client.get("/healthz", headers={"X-Request-ID": given})
        assert response.headers["X-Request-ID"] == given
    for given in ("", "short", "x" * 65, "with space", "<script>", "a;b=c-d-e", "\u00e9" * 9):
        response = installation.client.get("/healthz", headers={"X-Request-ID": given})
        assert ID.fullmatch(response.headers["X-Request-ID"])


@pytest.mark.parametrize(
    "path", ["/nowhere", "/api/nowhere", "/api/chat", "/healthz/", "//", "/.git"]
)
def test_unknown_paths_are_problems(installation: Installation, path: str) -> None:
    check_problem(installation.client.get(path), 404, "not_found")


def test_a_head_request_has_no_body(installation: Installation) -> None:
    for path in ("/healthz", "/api/openapi.json", "/api/chat/sites/default"):
        response = installation.client.head(path)
        assert (response.status_code, response.data) == (200, b"")


class TestCors:
    def test_pages_of_some_site_may_call_the_chat(self, installation: Installation) -> None:
        session, token = installation.open_session()
        for path in (OPEN, f"{OPEN}/{session['id']}", "/api/chat/sites/default"):
            response = installation.client.get(path, headers={"Origin": SHOP, **bearer(token)})
            assert response.headers["Access-Control-Allow-Origin"] == SHOP
            assert "Retry-After" in response.headers["Access-Control-Expose-Headers"]
            assert "Origin" in response.vary
            assert "Access-Control-Allow-Credentials" not in response.headers

    def test_errors_can_be_read_as_well(self, installation: Installation) -> None:
        for method, path, status in (
            ("GET", OPEN, 401), ("GET", "/api/chat/nowhere", 404), ("PUT", OPEN, 405),
        ):  # fmt: skip
            response = installation.client.open(path, method=method, headers={"Origin": SHOP})
            assert response.status_code == status
            assert response.headers["Access-Control-Allow-Origin"] == SHOP

    def test_a_preflight_says_what_is_possible(self, installation: Installation) -> None:
        headers = {
            "Origin": SHOP,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, content-type",
        }
        response = installation.client.options(OPEN, headers=headers)
        assert (response.status_code, response.data) == (204, b"")
        assert response.headers["Access-Control-Allow-Origin"] == SHOP
        allowed = response.headers["Access-Control-Allow-Methods"].split(", ")
        assert set(allowed) >= {"GET", "POST", "PATCH", "DELETE"}
        assert response.headers["Access-Control-Allow-Headers"] == "Authorization, Content-Type"

    def test_where_every_site_names_its_origins_others_are_foreign(
        self, installation: Installation
    ) -> None:
        with installation.uow() as uow:
            uow.sites.default().allowed_origins = [SHOP]
            uow.commit()
        installation.make_site(allowed_origins=["https://second.test"])
        ours = ("http://localhost:8080", "http://127.0.0.1:8080")
        for origin in (SHOP, "https://SHOP.test:443", "https://second.test", *ours):
            response = installation.client.get(OPEN, headers={"Origin": origin})
            assert response.headers["Access-Control-Allow-Origin"] == origin
        for origin in ("https://evil.test", "https://shop.test.evil.test", "null", "http://shop.test",
                       "https://shop.test:8443", "https://[shop.test", "*", "x" * 5_000):  # fmt: skip
            for method in ("GET", "OPTIONS"):
                response = installation.client.open(OPEN, method=method, headers={"Origin": origin})
                assert "Access-Control-Allow-Origin" not in response.headers, origin
                assert "Access-Control-Allow-Methods" not in response.headers, origin

    def test_nothing_else_may_be_called_from_elsewhere(self, installation: Installation) -> None:
        token = installation.make_agent()
        for method, path in (
            ("GET", "/api/agents/me"), ("POST", "/api/auth/login"), ("GET", "/api/openapi.json"),
            ("OPTIONS", "/api/agents/me"), ("GET", "/dashboard/login"), ("GET", "/healthz"),
        ):  # fmt: skip
            response = installation.client.open(
                path, method=method, headers={"Origin": SHOP, **bearer(token)}
            )
            for name, _ in response.headers:
                assert not name.lower().startswith("access-control-"), (path, name)


def test_what_anybody_may_know_of_a_site(installation: Installation) -> None:
    site = installation.make_site(
        allowed_origins=[SHOP], theme={"accent": "#123456"}, prechat_fields=["name"], locale="en"
    )
    response = installation.client.get(f"/api/chat/sites/{site.key}")
    assert response.get_json() == {
        "site": {
            "key": site.key, "name": site.name, "locale": "en", "theme": {"accent": "#123456"},
            "prechat_fields": ["name"], "agents_online": False,
            "open": True, "opens_at": None, "bot": False,
        }
    }  # fmt: skip
    assert (site.identity_secret or "-") not in response.text
    installation.socket("/agent", installation.make_agent())
    again = installation.client.get(f"/api/chat/sites/{site.key}").get_json()
    assert again["site"]["agents_online"] is True


@pytest.mark.parametrize("key", ["nobody", "%00", "a%00b", "x" * 3_000, "%F0%9F%98%80", "'"])
def test_an_unknown_site_does_not_exist(installation: Installation, key: str) -> None:
    check_problem(installation.client.get(f"/api/chat/sites/{key}"), 404, "not_found")
