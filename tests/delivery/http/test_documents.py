"""The OpenAPI document describes every route, and the page that shows it runs nothing else."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.http.routes import ROUTES, schema_of
from tests.delivery.installation import Installation

MANIFEST = Path("chat_app/delivery/static/build/manifest.json")
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def installation(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    made = Installation(tmp_path_factory.mktemp("documents"), sqlite_template, documented=True)
    yield made
    made.close()


@pytest.fixture(scope="module")
def document(installation: Installation) -> dict[str, Any]:
    response = installation.client.get("/api/openapi.json")
    assert response.status_code == 200
    assert response.mimetype == "application/json"
    found: dict[str, Any] = response.get_json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                shared = item.get("parameters", [])
                yield (
                    method,
                    path,
                    {**operation, "parameters": [*shared, *operation.get("parameters", [])]},
                )


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_it_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert re.fullmatch(r"3\.1\.\d+", document["openapi"])
    assert set(document["info"]) >= {"title", "version"}
    assert document["components"]["securitySchemes"]["bearer"] == {
        "type": "http", "scheme": "bearer",
    }  # fmt: skip


def test_every_route_is_in_it(document: dict[str, Any], installation: Installation) -> None:
    served = {
        (method.lower(), re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in installation.app.url_map.iter_rules()
        for method in rule.methods or ()
        if rule.rule.startswith("/api/") and rule.endpoint not in ("api_docs", "api-docs.openapi_json")
        and method.lower() in METHODS
    }  # fmt: skip
    assert {(method, path) for method, path, _ in operations(document)} == served


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in set(references(document)):
        assert reference.startswith("#/")
        target: Any = document
        for part in reference[2:].split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        assert target


def test_every_operation_is_complete(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        where = f"{method} {path}"
        assert operation["summary"].endswith("."), where
        assert operation["tags"], where
        assert any(code.startswith("2") for code in operation["responses"]), where
        declared = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
        assert declared == set(re.findall(r"{(\w+)}", path)), where
        assert all(one["required"] for one in operation["parameters"] if one["in"] == "path")


def test_bodies_and_queries_are_those_that_are_read(
    document: dict[str, Any], installation: Installation
) -> None:
    described = {(method, path): operation for method, path, operation in operations(document)}
    for rule in installation.app.url_map.iter_rules():
        endpoint = rule.endpoint
        if endpoint not in ROUTES or endpoint.startswith("api"):
            continue
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        operation = described[ROUTES[endpoint].method.lower(), path]
        body = schema_of(installation.app, endpoint, "json")
        assert ("requestBody" in operation) == (body is not None), endpoint
        query = schema_of(installation.app, endpoint, "query")
        named = {one["name"] for one in operation["parameters"] if one["in"] == "query"}
        assert named == (set(query.fields) if query else set()), endpoint


class TestPage:
    def test_runs_only_what_carries_its_nonce(self, installation: Installation) -> None:
        pages = [installation.client.get("/api/docs") for _ in range(2)]
        policies = [page.headers["Content-Security-Policy"] for page in pages]
        assert policies[0] != policies[1], "every response has its own nonce"
        for page, policy in zip(pages, policies, strict=True):
            nonce = re.search(r"script-src 'self' 'nonce-([\w-]{20,})'", policy)
            assert nonce
            inline = re.findall(r"<script([^>]*)>[^<]", page.text)
            assert len(inline) == 1
            assert all(f'nonce="{nonce[1]}"' in attributes for attributes in inline)
            scripts = policy.split("script-src")[1].split(";")[0]
            assert "unsafe" not in scripts
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy

    def test_is_served_from_here(self, installation: Installation) -> None:
        page = installation.client.get("/api/docs").text
        assert "/api/openapi.json" in page
        assert not re.findall(r"(?:src|href)=\"(?!/|data:)", page)

    def test_finds_its_script_and_its_styles_in_the_build(self, installation: Installation) -> None:
        if not MANIFEST.exists():
            pytest.skip("the browser side is not built here")
        page = installation.client.get("/api/docs").text
        parts = re.findall(r"(?:src|href)=\"(/static/[^\"]+)\"", page)
        kinds = {}
        for part in parts:
            answer = installation.client.get(part)
            assert answer.status_code == 200, part
            assert "immutable" in answer.headers["Cache-Control"], "the name holds a hash"
            kinds[part.rpartition(".")[2]] = answer.mimetype
        assert kinds == {"css": "text/css", "js": "text/javascript"}
