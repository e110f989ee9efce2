"""An agent, its browser, and a visitor of the dashboard's tests."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from chat_app.use_cases.services import Services
from tests.delivery.dashboard.browsing import EMAIL, PASSWORD, csrf_token
from tests.delivery.installation import Installation, bearer

VisitorWrites = Callable[..., str]


@pytest.fixture
def agent_id(services: Services) -> str:
    """The id of an account that may see everything."""
    return services.agents.create_admin(EMAIL, PASSWORD, "Mia Chen").id


@pytest.fixture
def sign_in(client: FlaskClient, agent_id: str) -> Callable[..., TestResponse]:
    """Fill in the login form as a browser does."""

    def sign_in(email: str = EMAIL, password: str = PASSWORD, **fields: str) -> TestResponse:
        page = client.get("/dashboard/login", query_string={"next": fields.get("next", "")})
        data = {"csrf_token": csrf_token(page), "email": email, "password": password, **fields}
        return client.post("/dashboard/login", data=data)

    return sign_in


@pytest.fixture
def browser(client: FlaskClient, sign_in: Callable[..., TestResponse]) -> FlaskClient:
    """A client with a signed-in agent's cookie."""
    assert sign_in().status_code == 303
    return client


@pytest.fixture
def visitor_writes(installation: Installation) -> VisitorWrites:
    """Let a visitor begin a conversation and write; gives the session's id."""

    def visitor_writes(*bodies: str, **fields: Any) -> str:
        session, token = installation.open_session(**fields)
        path = f"/api/chat/sessions/{session['id']}/messages"
        for body in bodies:
            sent = installation.client.post(path, json={"body": body}, headers=bearer(token))
            assert sent.status_code == 201
        return str(session["id"])

    return visitor_writes
