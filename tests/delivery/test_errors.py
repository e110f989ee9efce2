"""Every refusal of the domain has one status, one problem document and one acknowledgement."""

from collections.abc import Iterator

import pytest
from marshmallow import ValidationError

from chat_app.delivery.errors import STATUS, invalid, problem, refusal, status_of
from chat_app.domain import errors
from chat_app.domain.errors import ChatError

# PROTOCOL.md, 3: every code a client may be told, with its status.
CODES = {
    "bad_json": 400, "unsupported_media_type": 415, "unauthorized": 401,
    "forbidden": 403, "blocked": 403, "not_found": 404,
    "session_closed": 409, "session_open": 409, "stale_assignment": 409, "already_assigned": 409,
    "already_open": 409, "capacity_reached": 409, "conflict": 409, "too_large": 413,
    "validation": 422, "rate_limited": 429, "unavailable": 503,
}  # fmt: skip


def all_errors() -> Iterator[type[ChatError]]:
    for one in vars(errors).values():
        if isinstance(one, type) and issubclass(one, ChatError) and one is not ChatError:
            yield one


@pytest.mark.parametrize("kind", list(all_errors()))
def test_every_error_has_the_status_of_its_code(kind: type[ChatError]) -> None:
    assert status_of(kind()) == CODES[kind.code]


def test_every_documented_code_exists() -> None:
    assert {kind.code for kind in all_errors()} == set(CODES)


def test_status_is_given_once_a_branch() -> None:
    assert all(issubclass(kind, ChatError) for kind in STATUS)
    assert len(set(STATUS.values())) == len(STATUS)


def test_a_problem_has_errors_only_when_there_are_some() -> None:
    document = problem(404, "not_found", "Not found", "No such session", "r-1")
    assert document == {
        "type": "about:blank", "title": "Not found", "status": 404, "code": "not_found",
        "detail": "No such session", "request_id": "r-1",
    }  # fmt: skip
    assert problem(422, "validation", "t", "d", "r", {"a": ["b"]})["errors"] == {"a": ["b"]}


def test_a_refusal_says_what_it_knows() -> None:
    assert refusal(errors.NotFound()) == {"code": "not_found", "message": "Not found"}
    late = errors.RateLimited("Slowly", retry_after=7)
    assert refusal(late) == {"code": "rate_limited", "message": "Slowly", "retry_after": 7}
    wrong = errors.Validation.of("seq", "is too large")
    assert refusal(wrong)["errors"] == {"seq": ["is too large"]}


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ({"a": ["x"]}, {"a": ["x"]}),
        ({"a": {"b": ["x", "y"]}}, {"a.b": ["x", "y"]}),
        ({"a": {0: ["x"]}}, {"a.0": ["x"]}),
        ({"_schema": ["x"]}, {"": ["x"]}),
        ({"a": {"_schema": ["x"]}}, {"a": ["x"]}),
        ({"a": {"k": {"key": ["x"], "value": ["y"]}}}, {"a.k.key": ["x"], "a.k.value": ["y"]}),
        (["x"], {"": ["x"]}),
        ("x", {"": ["x"]}),
        ({"k" * 500: ["x"]}, {"k" * 100: ["x"]}),
        ({"\ud800": ["x"]}, {"?": ["x"]}),
    ],
)
def test_what_marshmallow_says_becomes_flat(
    messages: str | list[object] | dict[str, object], expected: dict[str, list[str]]
) -> None:
    error = invalid(ValidationError(messages))
    assert error.errors == expected
    error.detail.encode()
    assert error.detail
