"""ChatError → HTTP status, problem document or acknowledgement: once, for every door."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from marshmallow import ValidationError

from chat_app.domain.errors import (
    BadJson,
    ChatError,
    Conflict,
    Forbidden,
    NotFound,
    RateLimited,
    TooLarge,
    Unauthorized,
    Unavailable,
    UnsupportedMediaType,
    Validation,
)

STATUS: Mapping[type[ChatError], int] = {
    BadJson: 400,
    Unauthorized: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    TooLarge: 413,
    UnsupportedMediaType: 415,
    Validation: 422,
    RateLimited: 429,
    Unavailable: 503,
}


def status_of(error: ChatError) -> int:
    """The HTTP status of an error, by the nearest class named above."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem(
    status: int,
    code: str,
    title: str,
    detail: str,
    request_id: str,
    errors: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Any]:
    """A problem document (RFC 9457)."""
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": request_id,
    }
    if errors:
        document["errors"] = errors
    return document


def refusal(error: ChatError) -> dict[str, Any]:
    """The `error` of an acknowledgement."""
    answer: dict[str, Any] = {"code": error.code, "message": error.detail}
    if error.errors:
        answer["errors"] = error.errors
    if error.retry_after is not None:
        answer["retry_after"] = error.retry_after
    return answer


def invalid(error: ValidationError) -> Validation:
    """What marshmallow refused, as an error of ours."""
    errors: dict[str, list[str]] = {}
    for field, text in _flat(error.messages, ""):
        errors.setdefault(field, []).append(text)
    first = next(iter(errors.items()), ("", ["is not valid"]))
    detail = f"{first[0]}: {first[1][0]}" if first[0] else first[1][0]
    return Validation(detail, errors=errors)


def _flat(messages: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            part = "" if key == "_schema" else _readable(key)
            yield from _flat(inner, f"{path}.{part}".strip(".") if part else path)
    elif isinstance(messages, list | tuple):
        for inner in messages:
            yield from _flat(inner, path)
    else:
        yield path, str(messages)


def _readable(key: object) -> str:
    """A field's name that can be sent back, whatever the client called it."""
    return str(key)[:100].encode("utf-8", "replace").decode()
