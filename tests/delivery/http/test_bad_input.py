"""Whatever a client sends: the documented status, a problem document, and nothing stored."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.delivery.corpus import NUL, SURROGATE, with_value, wrong_queries, wrong_values
from tests.delivery.http.routes import ROUTES, Route, schema_of
from tests.delivery.installation import Installation, bearer
from tests.delivery.scene import NOBODYS_ID, Scene
from tests.delivery.shapes import check_problem

WITH_BODY = sorted(name for name, route in ROUTES.items() if route.method not in ("GET", "DELETE"))
READING = sorted(name for name, route in ROUTES.items() if route.method == "GET")
WITH_ID = sorted(name for name, route in ROUTES.items() if "{" in route.path)
NO_JSON = [
    b"{", b"}", b"{]", b"{'body': 1}", b'{"a":}', b'{"a": 1,}', b"{} x", b"{}{}", b"nul", b"undefined",
    b"\xef\xbb\xbf{}", b'{"a": "\xff"}', b"\xff\xfe{\x00}\x00", b'{"a": NaN}', b'{"a": Infinity}',
    b'{"a": -Infinity}', b"NaN", b'{"a": "\x01"}', b'{"a": 0x1}', b'{"a": 01}', b"\x00", b" ",
    b"[" * 30_000, b'{"a":' * 10_000 + b"1" + b"}" * 10_000, b'{"a": ' + b"1" * 5_000 + b"}",
]  # fmt: skip


@pytest.fixture
def installation(scene: Scene) -> Installation:
    """The one the scene is played in."""
    return scene.installation


class Sender:
    """Sends to one route and remembers what the tables held before."""

    def __init__(self, scene: Scene, endpoint: str) -> None:
        self.installation = scene.installation
        self.scene = scene
        self.route: Route = ROUTES[endpoint]
        self.example = self.route.example(self.scene) or {}
        self.before = self.installation.dump()

    def send(
        self, data: bytes | str, content_type: str | None = "application/json", **more: Any
    ) -> Any:
        return self.installation.client.open(
            more.pop("path", self.route.url(self.scene)),
            method=self.route.method,
            data=data,
            content_type=content_type,
            headers=bearer(self.scene.token(self.route.actor)),
            **more,
        )

    def check_nothing_stored(self) -> None:
        assert self.installation.dump() == self.before


@pytest.fixture
def sender(scene: Scene, request: pytest.FixtureRequest) -> Iterator[Sender]:
    sending = Sender(scene, request.param)
    yield sending
    sending.check_nothing_stored()


@pytest.mark.parametrize("sender", WITH_BODY, indirect=True)
def test_every_field_of_every_body(sender: Sender, installation: Installation) -> None:
    schema = schema_of(installation.app, _endpoint(sender), "json")
    if schema is None:
        assert sender.route.body is None, "a route that reads a body has a schema"
        return
    for name, text in wrong_values(schema):
        body = with_value(sender.example, name, text)
        if len(body) > 65_536:
            continue
        response = sender.send(body)
        assert response.status_code == 422, (name, text[:80], response.status_code)
        problem = check_problem(response, 422, "validation")
        assert any(key.split(".")[0] == name for key in problem["errors"]), (name, text[:80])


@pytest.mark.parametrize("sender", WITH_BODY, indirect=True)
def test_every_body_without_what_it_needs_or_with_more(
    sender: Sender, installation: Installation
) -> None:
    schema = schema_of(installation.app, _endpoint(sender), "json")
    if schema is None:
        return
    for name, field in schema.fields.items():
        if field.required:
            less = {key: value for key, value in sender.example.items() if key != name}
            problem = check_problem(sender.send(json.dumps(less)), 422, "validation")
            assert set(problem["errors"]) == {name}
    more = (
        "unknown", "role", "sender_id", "sender", "tenant_id", "agent_id", "created_at",
        "__proto__", "constructor", "", "Body", "session_id ", "_schema",
    )  # fmt: skip
    for name in more:
        body = json.dumps({**sender.example, name: "x"})
        check_problem(sender.send(body), 422, "validation")
    for text in (NUL, SURROGATE, json.dumps("k" * 5_000)):
        body = json.dumps({**sender.example, "@": 1}).replace('"@"', text)
        check_problem(sender.send(body), 422, "validation")


@pytest.mark.parametrize("sender", WITH_BODY, indirect=True)
def test_every_body_that_is_no_object(sender: Sender, installation: Installation) -> None:
    if schema_of(installation.app, _endpoint(sender), "json") is None:
        return
    for text in ("[]", "[{}]", '"x"', '""', "1", "0", "1.5", "true", "false", "null", "[[]]"):
        problem = check_problem(sender.send(text), 422, "validation")
        assert problem["detail"]


@pytest.mark.parametrize("sender", WITH_BODY, indirect=True)
def test_every_body_that_is_no_json(sender: Sender, installation: Installation) -> None:
    if schema_of(installation.app, _endpoint(sender), "json") is None:
        return
    for data in NO_JSON:
        response = sender.send(data)
        assert response.status_code == 400, (data[:40], response.status_code)
        check_problem(response, 400, "bad_json")


@pytest.mark.parametrize("sender", WITH_BODY, indirect=True)
def test_every_body_of_another_type_or_size(sender: Sender, installation: Installation) -> None:
    if schema_of(installation.app, _endpoint(sender), "json") is None:
        return
    body = json.dumps(sender.example)
    types = (
        None, "", "text/plain", "text/json", "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x", "application/xml", "json", "application/jsonp",
        "application/octet-stream",
    )  # fmt: skip
    for content_type in types:
        response = sender.send(body, content_type)
        assert response.status_code == 415, (content_type, response.text)
        check_problem(response, 415, "unsupported_media_type")
    large = body[:-1] + " " * (65_537 - len(body)) + "}"
    check_problem(sender.send(large), 413, "too_large")
    check_problem(sender.send("x" * 1_000_000), 413, "too_large")
    # The size is looked at before the type: nobody reads a gigabyte to say that it is no JSON.
    check_problem(sender.send(large, "text/plain"), 413, "too_large")


@pytest.mark.parametrize("sender", WITH_BODY, indirect=True)
def test_a_key_that_comes_twice_is_judged_by_its_last_value(sender: Sender) -> None:
    if not sender.example:
        return
    name, value = next(iter(sender.example.items()))
    twice = f"{{{json.dumps(name)}: {json.dumps(value)}, {json.dumps(name)}: [null]}}"
    check_problem(sender.send(twice), 422, "validation")


@pytest.mark.parametrize("sender", READING, indirect=True)
def test_every_parameter_of_every_query(sender: Sender, installation: Installation) -> None:
    schema = schema_of(installation.app, _endpoint(sender), "query")
    if schema is None:
        return
    for name, value in wrong_queries(schema):
        response = sender.send(b"", None, query_string={name: value})
        assert response.status_code == 422, (name, value[:60], response.text)
        assert name in check_problem(response, 422, "validation")["errors"]
    for query in ("unknown=1", "Limit=1", "=", "limit[]=1", "%00=1", "%ED%A0%80=1"):
        check_problem(sender.send(b"", None, query_string=query), 422, "validation")


@pytest.mark.parametrize("sender", WITH_ID, indirect=True)
def test_every_id_in_a_path(sender: Sender) -> None:
    scene = sender.scene
    for name, right in scene.ids.items():
        if f"{{{name}}}" not in sender.route.path:
            continue
        sessions = {"session", "closed"}  # both are there, for every route
        others = [one for key, one in scene.ids.items() if {key, name} - sessions and key != name]
        wrong = [
            *others, NOBODYS_ID, NOBODYS_ID.upper(), right[:-1], right + "0",
            right.replace("-", ""), f"{{{right}}}", f"urn:uuid:{right}", "0", "-1", "1.0", "null",
            "%20", right + "%00", right + "%0a", "%2e%2e", "%F0%9F%98%80", "x" * 3_000,
        ]  # fmt: skip
        for text in wrong:
            path = sender.route.url(scene, **{name: text})
            response = sender.send(json.dumps(sender.example), path=path)
            assert response.status_code == 404, (path, response.status_code)
            check_problem(response, 404, "not_found")


@pytest.mark.parametrize("endpoint", sorted(ROUTES))
def test_every_other_method(installation: Installation, scene: Scene, endpoint: str) -> None:
    route = ROUTES[endpoint]
    rules = list(installation.app.url_map.iter_rules())
    own = {rule.rule for rule in rules if rule.endpoint == endpoint}
    allowed = {method for rule in rules if rule.rule in own for method in rule.methods or ()}
    before = installation.dump()
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "X"):
        if method in allowed:
            continue
        response = installation.client.open(
            route.url(scene),
            method=method,
            json={},
            headers=bearer(scene.token("admin")) | {"X-HTTP-Method-Override": route.method},
        )
        check_problem(response, 405, "method_not_allowed")
        assert set(response.headers["Allow"].split(", ")) == allowed
    assert installation.dump() == before


@pytest.mark.parametrize("endpoint", sorted(ROUTES))
def test_the_examples_themselves_work(scene: Scene, endpoint: str) -> None:
    """Otherwise the refusals above would prove nothing."""
    sending = Sender(scene, endpoint)
    response = sending.send(json.dumps(sending.example))
    # A session that is open cannot be reopened, but the body was understood.
    understood = response.status_code == 409 and response.get_json()["code"] == "session_open"
    assert response.status_code in (200, 201, 204) or understood, response.text


def _endpoint(sender: Sender) -> str:
    return next(name for name, route in ROUTES.items() if route is sender.route)
