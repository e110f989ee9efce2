"""Which origins are the same page, and which only look like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_app.delivery.origins import Origins, normal, origin_of


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://shop.test", "https://shop.test"),
        ("HTTPS://Shop.TEST", "https://shop.test"),
        ("https://shop.test:443", "https://shop.test"),
        ("http://shop.test:80", "http://shop.test"),
        ("http://shop.test:443", "http://shop.test:443"),
        ("https://shop.test:8443", "https://shop.test:8443"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("http://[::1]", "http://[::1]"),
        (" https://shop.test ", "https://shop.test"),
        # What is no origin stays what it is, and so equals nothing.
        ("null", "null"),
        ("", ""),
        ("https://shop.test/", "https://shop.test/"),
        ("https://shop.test/a", "https://shop.test/a"),
        ("https://shop.test?a", "https://shop.test?a"),
        ("https://shop.test#a", "https://shop.test#a"),
        ("https://me@shop.test", "https://me@shop.test"),
        ("https://shop.test:99999", "https://shop.test:99999"),
        ("https://shop.test:x", "https://shop.test:x"),
        ("https://[shop.test", "https://[shop.test"),
        ("https://[x]", "https://[x]"),
        ("https://0 #", "https://0 #"),
    ],
)
def test_normal(given: str, expected: str) -> None:
    assert normal(given) == expected


@given(st.text(max_size=60))
def test_nothing_that_a_client_sends_breaks_it(text: str) -> None:
    for prefix in ("", "https://", "http://["):
        assert isinstance(normal(prefix + text), str)
        Origins("http://localhost:8080", (), 8080).is_own(prefix + text)


@given(st.text(max_size=60))
def test_normal_is_normal(text: str) -> None:
    assert normal(normal("https://" + text)) == normal("https://" + text)


def test_our_own_origin_is_the_public_one_and_in_development_loopback() -> None:
    production = Origins("https://chat.test", (), None)
    development = Origins("http://chat.test:8080", (), 8080)
    assert production.is_own("https://chat.test:443")
    for origin in ("http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080"):
        assert not production.is_own(origin)
        assert development.is_own(origin)
    for origin in ("http://localhost", "http://localhost:8081", "https://localhost:8080", "null"):
        assert not development.is_own(origin)


def test_allowed_origins_take_the_place_of_our_own_for_agents_only() -> None:
    origins = Origins("https://chat.test", ("https://desk.test",), None)
    assert origins.may_be_dashboard("https://DESK.test")
    assert not origins.may_be_dashboard("https://chat.test")
    assert origins.is_own("https://chat.test")
    assert not origins.is_own("https://desk.test")


def test_a_site_that_names_no_origin_takes_every_one() -> None:
    assert Origins.may_be_site("https://anywhere.test", [])
    assert Origins.may_be_site("null", [])
    assert Origins.may_be_site("https://shop.test:443", ["https://SHOP.test"])
    for origin in ("https://a.shop.test", "http://shop.test", "null", "", "https://shop.test.evil"):
        assert not Origins.may_be_site(origin, ["https://shop.test"])


def test_the_header_as_it_came() -> None:
    assert origin_of({}) is None
    assert origin_of({"HTTP_ORIGIN": "https://A.test"}) == "https://A.test"
