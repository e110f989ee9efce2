"""What a browser keeps and sends in the dashboard's tests."""

import re
from typing import Final

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

EMAIL: Final = "mia@lantern.example"
PASSWORD: Final = "brass-desk-lamp"


def csrf_token(page: TestResponse) -> str:
    """The token of a form in `page`."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.get_data(as_text=True))
    assert found, "the page has a form with a token"
    return found[1]


def token_of(browser: FlaskClient) -> str:
    """The token in the cookie of a signed-in browser."""
    cookie = browser.get_cookie("cland_agent")
    assert cookie is not None
    return cookie.value
