"""Every refusal leaves as a problem document; a bug leaves without its details."""

from typing import Any

import structlog
from flask import Flask, Response, g, jsonify
from werkzeug.exceptions import HTTPException

from chat_app.delivery.errors import STATUS, problem, status_of
from chat_app.domain.errors import ChatError, Unavailable
from chat_app.domain.repositories import Collision, Duplicate

_log = structlog.get_logger(__name__)
_CODES = {
    400: "bad_json",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    422: "validation",
    429: "rate_limited",
    503: "unavailable",
}


def install(app: Flask) -> None:
    """Answer errors of the whole application."""
    app.register_error_handler(ChatError, refuse)
    app.register_error_handler(Duplicate, _refuse_race)
    app.register_error_handler(Collision, _refuse_race)
    app.register_error_handler(HTTPException, refuse_http)
    app.register_error_handler(Exception, _report_bug)


def refuse(error: ChatError) -> Response:
    """A refusal in the domain's terms."""
    status = status_of(error)
    response = _document(
        problem(status, error.code, error.title, error.detail, g.request_id, error.errors)
    )
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    if status == STATUS[Unavailable] and error.retry_after is None:
        response.headers["Retry-After"] = "2"
    return response


def refuse_http(error: HTTPException) -> Response:
    """What Flask itself refuses: unknown paths, wrong methods, bodies that are too large."""
    status = error.code or 500
    if status < 400:
        redirect = error.get_response()
        return Response(redirect.get_data(), status, redirect.headers)
    code = _CODES.get(status, "error")
    response = _document(problem(status, code, error.name, error.name, g.request_id))
    for name, value in error.get_headers():
        if name.lower() == "allow":
            response.headers[name] = value
    return response


def _refuse_race(_: Duplicate | Collision) -> Response:
    return refuse(Unavailable("Two requests met, try again", retry_after=1))


def _report_bug(error: Exception) -> Response:
    _log.error("bug", request_id=g.request_id, exc_info=error)
    title = "Something went wrong on our side"
    return _document(problem(500, "internal", title, title, g.request_id))


def _document(document: dict[str, Any]) -> Response:
    response = jsonify(document)
    response.status_code = document["status"]
    response.mimetype = "application/problem+json"
    return response
