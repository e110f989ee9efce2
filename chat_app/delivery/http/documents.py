"""OpenAPI 3.1 from the schemas, and a page to read it, served from here."""

import secrets

from flask import Flask, make_response, render_template, url_for
from flask_smorest import Api
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from chat_app.delivery.assets import Assets
from chat_app.delivery.http.problems import refuse_http


class DocumentedApi(Api):
    """flask-smorest with our problem documents."""

    def handle_http_exception(self, error: HTTPException) -> Response:
        """Answer as everywhere else."""
        return refuse_http(error)


def create_api(app: Flask) -> DocumentedApi:
    """Serve /api/openapi.json and /api/docs; blueprints are registered on what is returned."""
    app.config.update(
        API_TITLE="Cland Chat",
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
    )
    api = DocumentedApi(app)
    api.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    api.spec.options["security"] = [{"bearer": []}, {}]
    assets = Assets()
    app.add_url_rule("/api/docs", "api_docs", lambda: _docs(assets))
    return api


def _docs(assets: Assets) -> Response:
    nonce = secrets.token_urlsafe(16)
    document = url_for("api-docs.openapi_json")
    page = render_template("http/docs.html", nonce=nonce, document=document, asset=assets.url)
    response = make_response(page)
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline';"
        " img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    return response
