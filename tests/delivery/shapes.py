"""The shapes of PROTOCOL.md, 3.2, to the key: what a visitor and an agent are shown."""

import re
from collections.abc import Iterator
from typing import Any

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

VISITOR_SESSION = {
    "id", "status", "agent", "department", "subject", "queue", "last_seq", "revision", "epoch",
    "unread", "rating", "created_at", "updated_at", "closed_at", "close_reason",
}  # fmt: skip
AGENT_SESSION = VISITOR_SESSION | {
    "site_id", "visitor", "tags", "priority", "assign_epoch", "assigned_because", "left_message",
    "last_message", "waiting_since", "snoozed_until",
}  # fmt: skip
MESSAGE = {
    "id", "session_id", "seq", "client_msg_id", "kind", "sender", "body", "attachments",
    "reply_to", "status", "revision", "edited_at", "recalled_at", "created_at",
}  # fmt: skip
AGENT = {
    "id", "name", "email", "role", "capacity", "status", "disabled", "avatar_url",
    "department_ids", "languages", "skills", "created_at", "connected", "active_sessions",
}  # fmt: skip
OWN_VISITOR = {
    "id", "site_id", "user_id", "name", "email", "verified", "locale", "attributes", "created_at",
}  # fmt: skip
PAGE = {"messages", "last_seq", "revision", "epoch", "has_more"}
PROBLEM = {"type", "title", "status", "code", "detail", "request_id"}
NESTED = {
    "agent": {"id", "name", "avatar_url"},
    "department": {"id", "name"},
    "queue": {"position", "wait_seconds"},
    "visitor": {"id", "name", "email", "verified", "online", "page"},
    "assigned_because": {"strategy", "candidates"},
    "last_message": {"seq", "kind", "sender_kind", "excerpt", "created_at"},
    "sender": {"kind", "id", "name"},
    "rating": {"score", "comment"},
}


def check_session(session: dict[str, Any], *, for_visitor: bool) -> None:
    """Fail unless the session has exactly the keys that its reader may know."""
    assert set(session) == (VISITOR_SESSION if for_visitor else AGENT_SESSION)
    _check_values(session)


def check_message(message: dict[str, Any]) -> None:
    """Fail unless the message has exactly its keys."""
    assert set(message) == MESSAGE
    _check_values(message)


def check_problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """Fail unless the response is the problem document of this status and code; return it."""
    assert response.status_code == status, response.text
    assert response.mimetype == "application/problem+json"
    problem: dict[str, Any] = response.get_json()
    assert set(problem) - {"errors"} == PROBLEM
    assert problem["status"] == status
    assert problem["code"] == code, problem
    assert problem["request_id"] == response.headers["X-Request-ID"]
    assert problem["title"]
    assert problem["detail"]
    if "errors" in problem:
        assert all(isinstance(texts, list) and texts for texts in problem["errors"].values())
    return problem


def _check_values(thing: dict[str, Any]) -> None:
    for key, nested in NESTED.items():
        if thing.get(key) is not None:
            assert set(thing[key]) == nested, key
    for key, value in _walk(thing):
        if key.endswith("_at") and value is not None:
            assert TIME.fullmatch(value), (key, value)
        if (key == "id" or key.endswith("_id")) and key != "client_msg_id" and value is not None:
            assert ID.fullmatch(value), (key, value)


def _walk(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for inner_key, inner in value.items():
            yield from _walk(inner, inner_key)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner, key)
    else:
        yield key, value
