"""Who gets which status on which route: 401, 403 or 404 exactly as PROTOCOL.md, 2, says."""

import pytest

from tests.delivery.http.routes import ROUTES, endpoints
from tests.delivery.installation import Installation, bearer
from tests.delivery.scene import ACTORS, Scene

CODES = {401: "unauthorized", 403: "forbidden", 404: "not_found"}


@pytest.fixture
def installation(scene: Scene) -> Installation:
    """The one the scene is played in."""
    return scene.installation


def test_every_route_has_a_row(installation: Installation) -> None:
    assert endpoints(installation.app) == set(ROUTES), "add the route to tests/…/http/routes.py"


def test_every_rule_has_one_method(installation: Installation) -> None:
    """Otherwise a row could not speak for it."""
    for rule in installation.app.url_map.iter_rules():
        if rule.rule.startswith("/api/"):
            assert (rule.methods or set()) - {"HEAD", "OPTIONS"} == {ROUTES[rule.endpoint].method}


@pytest.mark.parametrize("endpoint", sorted(ROUTES))
def test_every_actor_gets_its_status(
    installation: Installation, scene: Scene, endpoint: str
) -> None:
    route = ROUTES[endpoint]
    assert len(route.access) == len(ACTORS)
    got: dict[str, int] = {}
    for actor, status in zip(ACTORS, route.access, strict=True):
        scene.again()
        before = installation.dump()
        response = installation.client.open(
            route.url(scene),
            method=route.method,
            json=route.example(scene),
            headers=bearer(scene.token(actor)),
        )
        got[actor] = response.status_code
        if status in CODES and response.status_code == status:
            assert response.get_json()["code"] == CODES[status], actor
            assert installation.dump() == before, f"{actor} changed something"
    assert got == dict(zip(ACTORS, route.access, strict=True))


def test_what_nobody_may_see_looks_like_what_does_not_exist(
    installation: Installation, scene: Scene
) -> None:
    token = bearer(scene.token("outsider"))
    foreign = installation.client.get(f"/api/chat/sessions/{scene.session_id}", headers=token)
    missing = installation.client.get(
        "/api/chat/sessions/0190e7c4-7b3a-7cc1-8f1e-5a2d9f0c4b11", headers=token
    )
    first, second = (
        {key: value for key, value in one.get_json().items() if key != "request_id"}
        for one in (foreign, missing)
    )
    assert first == second


def test_agents_see_what_was_given_to_them_in_another_department(
    installation: Installation,
    scene: Scene,
) -> None:
    boss = scene.bearer("supervisor")
    installation.accept(boss, scene.session_id)
    with installation.uow() as uow:
        session = uow.sessions.get(scene.session_id)
        session.agent_id = installation.actor(scene.bearer("outsider")).id
        uow.commit()
    assert installation.read(scene.bearer("outsider"), scene.session_id)["status"] == "active"


def test_everybody_serves_sessions_without_a_department(installation: Installation) -> None:
    session, _ = installation.open_session()
    outsider = installation.make_agent(department_ids=[installation.make_department()])
    assert installation.read(outsider, session["id"])["id"] == session["id"]


def test_a_disabled_agent_is_nobody(installation: Installation) -> None:
    token = installation.make_agent()
    with installation.uow() as uow:
        uow.agents.get(installation.actor(token).id).disabled = True
        uow.commit()
    assert installation.client.get("/api/agents/me", headers=bearer(token)).status_code == 401


@pytest.mark.parametrize(
    "header",
    [
        "", "Bearer", "Bearer ", "bearer", "Basic YTpi", "Bearer " + "x" * 257, "Bearer a b",
        "Bearer \u00e9", "Token x", "Bearer null", "Bearer ' OR 1=1", "x" * 10_000,
    ],
)  # fmt: skip
def test_other_credentials_are_refused_where_none_are_needed_too(
    installation: Installation, header: str
) -> None:
    before = installation.dump()
    for method, path in (("GET", "/api/agents/me"), ("POST", "/api/chat/sessions")):
        response = installation.client.open(path, method=method, headers={"Authorization": header})
        assert response.status_code == 401, response.text
        assert response.get_json()["code"] == "unauthorized"
    assert installation.dump() == before


def test_a_token_in_the_address_is_nothing(installation: Installation) -> None:
    token = installation.make_agent()
    for query in (f"token={token}", f"access_token={token}", f"auth={token}"):
        assert installation.client.get(f"/api/agents/me?{query}").status_code == 401


def test_the_dashboards_cookie_opens_no_rest_route(installation: Installation) -> None:
    """REST knows bearer tokens only, so that no other site can act with a browser's cookie."""
    installation.client.set_cookie("cland_agent", installation.make_agent())
    assert installation.client.get("/api/agents/me").status_code == 401
