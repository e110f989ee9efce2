"""Signing in and out: the form, its CSRF token, the cookie."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Response
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from chat_app.delivery.dashboard.cookies import set_token, token_cookie_name
from chat_app.domain.errors import Unauthorized
from chat_app.settings import Settings
from chat_app.use_cases.services import Services
from tests.delivery.dashboard.browsing import EMAIL, PASSWORD, csrf_token
from tests.delivery.installation import MakeInstallation

SignIn = Callable[..., TestResponse]


def test_the_form_works_without_scripts_and_starts_in_the_first_field(client: FlaskClient) -> None:
    page = client.get("/dashboard/login").get_data(as_text=True)
    assert '<form method="post" action="/dashboard/login"' in page
    assert page.count("autofocus") == 1
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page


def test_signing_in_sets_a_cookie_that_scripts_cannot_read(sign_in: SignIn) -> None:
    answer = sign_in()
    assert (answer.status_code, answer.location) == (303, "/dashboard")
    cookie = next(one for one in answer.headers.getlist("Set-Cookie") if "cland_agent=" in one)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/;" in cookie + ";"
    assert "Secure" not in cookie  # plain http in tests; see the next test


def test_over_https_the_cookie_belongs_to_this_host_alone() -> None:
    settings = Settings(public_url="https://chat.example.com")
    response = Response()
    set_token(response, settings, "token", datetime(2027, 1, 1, tzinfo=UTC))
    assert token_cookie_name(settings) == "__Host-cland_agent"
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-cland_agent=token;")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_wrong_password_and_unknown_account_look_the_same(sign_in: SignIn) -> None:
    wrong = sign_in(password="not-the-password")
    unknown = sign_in(email="nobody@lantern.example")
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    for answer in (wrong, unknown):
        page = answer.get_data(as_text=True)
        assert "E-mail or password is wrong." in page
        assert 'role="alert"' in page
        assert not any("cland_agent" in one for one in answer.headers.getlist("Set-Cookie"))
    assert f'value="{EMAIL}"' in wrong.get_data(as_text=True)
    assert PASSWORD not in wrong.get_data(as_text=True)


def test_too_many_attempts_say_how_long_to_wait(make_installation: MakeInstallation) -> None:
    client = make_installation(rate_limits=True).client
    token = csrf_token(client.get("/dashboard/login"))
    data = {"csrf_token": token, "email": EMAIL, "password": "not-the-password"}
    for _ in range(5):
        assert client.post("/dashboard/login", data=data).status_code == 401
    refused = client.post("/dashboard/login", data=data)
    assert refused.status_code == 429
    seconds = int(refused.headers["Retry-After"])
    assert f"Try again in {seconds} s." in refused.get_data(as_text=True)


@pytest.mark.parametrize("token", [None, "", "forged"])
def test_without_its_csrf_token_the_form_signs_nobody_in(
    client: FlaskClient, agent_id: str, token: str | None
) -> None:
    client.get("/dashboard/login")
    data = {"email": EMAIL, "password": PASSWORD}
    answer = client.post(
        "/dashboard/login", data=data if token is None else data | {"csrf_token": token}
    )
    assert answer.status_code == 400
    assert client.get("/dashboard").status_code == 302


@pytest.mark.parametrize(
    "header",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_forms_of_other_sites_are_refused_even_with_a_token(
    client: FlaskClient, agent_id: str, header: dict[str, str]
) -> None:
    token = csrf_token(client.get("/dashboard/login"))
    data = {"csrf_token": token, "email": EMAIL, "password": PASSWORD}
    assert client.post("/dashboard/login", data=data, headers=header).status_code == 403


def test_after_signing_in_one_gets_to_the_page_one_wanted(sign_in: SignIn) -> None:
    wanted = "/dashboard/sessions/01890000-0000-7000-8000-000000000000?view=open"
    assert sign_in(next=wanted).location == wanted


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example",
        "//evil.example",
        "/dashboard/../x",
        "/dashboard\\@evil",
        "/dashboardx",
    ],
)
def test_the_login_leads_to_no_other_site(sign_in: SignIn, elsewhere: str) -> None:
    assert sign_in(next=elsewhere).location == "/dashboard"


def test_who_is_signed_in_skips_the_form(browser: FlaskClient) -> None:
    assert browser.get("/dashboard/login").location == "/dashboard"


def test_logging_out_ends_the_token(browser: FlaskClient, services: Services) -> None:
    cookie = browser.get_cookie("cland_agent")
    assert cookie is not None
    token = csrf_token(browser.get("/dashboard"))
    answer = browser.post("/dashboard/logout", data={"csrf_token": token})
    assert (answer.status_code, answer.location) == (303, "/dashboard/login")
    assert browser.get_cookie("cland_agent") is None
    with pytest.raises(Unauthorized):
        services.authentication.agent_by_token(cookie.value)


def test_logging_out_needs_the_csrf_token_too(browser: FlaskClient) -> None:
    browser.post("/dashboard/logout")
    assert browser.get("/dashboard").status_code == 200


def test_nothing_is_changed_by_reading(browser: FlaskClient) -> None:
    assert browser.get("/dashboard/logout").status_code == 405
    assert browser.get("/dashboard/preferences").status_code == 405
