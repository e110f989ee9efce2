"""What SQLite would swallow: the odd text of clients on PostgreSQL."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from chat_app import create_app
from chat_app.settings import Settings
from tests.delivery.installation import OPEN, bearer, settings_for
from tests.delivery.shapes import check_problem
from tests.processes import ADMIN_EMAIL, ADMIN_PASSWORD

ODD = ("a%00b", "%00", "%ED%A0%80", "%FF", "'", "%25%00", "x" * 3_000)


@pytest.fixture(scope="module")
def client(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("postgres")
    url = Settings.from_env({"DB_DSN": postgres_url, "DATA_DIR": str(folder)}).database_url
    app = create_app(settings_for(folder, database_url=url), role="web")
    yield app.test_client()
    app.extensions["cland"].services.health._database._engine.dispose()


@pytest.fixture(scope="module")
def agent(client: FlaskClient) -> str:
    login = client.post("/api/auth/login", json={"email": ADMIN_EMAIL, "password": ADMIN_PASSWORD})
    token: str = login.get_json()["token"]
    return token


@pytest.mark.parametrize("text", ODD)
def test_in_a_path(client: FlaskClient, agent: str, text: str) -> None:
    check_problem(client.get(f"/api/chat/sites/{text}"), 404, "not_found")
    check_problem(client.get(f"{OPEN}/{text}", headers=bearer(agent)), 404, "not_found")
    assert client.get(f"/widget/frame?site={text}").status_code == 404
    client.set_cookie("cland_agent", agent)
    assert client.get(f"/dashboard/sessions/{text}").status_code == 404
    client.delete_cookie("cland_agent")


@pytest.mark.parametrize("text", ODD)
def test_in_a_query(client: FlaskClient, agent: str, text: str) -> None:
    for name in ("q", "tag", "assignee", "cursor", "department_id", "site_id", "status"):
        response = client.get(f"{OPEN}?{name}={text}", headers=bearer(agent))
        assert response.status_code in (200, 422), (name, response.text)
    client.set_cookie("cland_agent", agent)
    for name in ("q", "cursor", "view", "next"):
        response = client.get(f"/dashboard/data/sessions?{name}={text}")
        assert response.status_code in (200, 422), (name, response.text)
    client.delete_cookie("cland_agent")


@pytest.mark.parametrize("text", ODD)
def test_as_credentials(client: FlaskClient, text: str) -> None:
    response = client.get("/api/agents/me", headers=bearer(text[:200]))
    check_problem(response, 401, "unauthorized")
    client.set_cookie("cland_agent", text[:200])
    assert client.get("/dashboard").status_code == 302
    client.delete_cookie("cland_agent")
