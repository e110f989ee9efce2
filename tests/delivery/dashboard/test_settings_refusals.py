"""Whatever REST refuses of a settings form has words of ours, in the reader's language."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.installation import Installation, bearer

NOBODY = "01890000-0000-7000-8000-000000000000"
REASONS = Path("chat_app/delivery/dashboard/src/settings/reasons.ts")
BOT = {"name": "Momo", "greeting": "Hello", "fallback": "Sorry?", "entries": []}
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("agents", {}, "blank"),
    ("agents", {"name": " "}, "blank"),
    ("agents", {"name": "a\nb"}, "one_line"),
    ("agents", {"name": "x" * 121}, "length"),
    ("agents", {"email": "nobody"}, "email"),
    ("agents", {"email": "admin@example.com"}, "taken"),
    ("agents", {"password": "short"}, "characters"),
    ("agents", {"password": "password1"}, "common"),
    ("agents", {"capacity": 101}, "number"),
    ("agents", {"capacity": 1.5}, "whole"),
    ("agents", {"department_ids": [NOBODY]}, "gone"),
    ("departments", {"fallback_department_id": NOBODY}, "gone"),
    ("departments", {"max_wait_seconds": 0}, "number"),
    ("sites", {"allowed_origins": ["shop"]}, "origin"),
    ("sites", {"theme": {"accent": "red"}}, "colour"),
    ("sites", {"theme": {"quick_replies": ["a"] * 7}}, "length"),
    ("sites", {"theme": {"greeting": {"en": "x" * 501}}}, "characters"),
    ("sites", {"bot": BOT | {"name": ""}}, "blank"),
    ("sites", {"bot": BOT | {"greeting": " "}}, "blank"),
    ("sites", {"bot": BOT | {"greeting": "x" * 4_001}}, "length"),
    ("sites", {"bot": BOT | {"entries": [{"keywords": [], "answer": "a"}]}}, "characters"),
    ("sites", {"bot": BOT | {"entries": [{"keywords": ["?"], "answer": "a"}]}}, "blank"),
    ("business-hours", {"time_zone": "Nowhere"}, "time_zone"),
    ("business-hours", {"intervals": [{"weekday": 0, "opens": "9", "closes": "9"}]}, "time"),
    ("business-hours", {"site_id": NOBODY}, "gone"),
]


@pytest.mark.parametrize(("place", "body", "key"), REFUSED)
def test_what_rest_refuses_has_words_of_ours(
    installation: Installation, place: str, body: dict[str, Any], key: str
) -> None:
    full = {"name": "Anybody", "email": "any@example.com", "password": "brass-lantern"}
    hours = {"time_zone": "UTC", "intervals": [], "site_id": installation.make_site().id}
    named: dict[str, dict[str, Any]] = {"agents": full, "business-hours": hours}
    valid = named.get(place, {"name": "Anything"})
    given = {**valid, **body} if body else {}
    answer = installation.client.post(
        f"/api/{place}", json=given, headers=bearer(installation.admin_token())
    )
    assert answer.status_code == 422
    errors = answer.get_json()["errors"]
    for texts in errors.values():
        assert {reason_of(text) for text in texts} == {key}, errors


def test_the_last_admin_has_words_of_ours(installation: Installation) -> None:
    token = installation.admin_token()
    path = f"/api/agents/{installation.actor(token).id}"
    client, headers = installation.client, bearer(token)
    role = client.patch(path, json={"role": "agent"}, headers=headers).get_json()
    assert reason_of(role["errors"]["role"][0]) == "last_admin"
    assert reason_of(client.delete(path, headers=headers).get_json()["detail"]) == "last_admin"
    wrong = {"current_password": "guess", "new_password": "brass-lantern"}
    answer = client.put("/api/agents/me/password", json=wrong, headers=headers).get_json()
    assert reason_of(answer["errors"]["current_password"][0]) == "wrong"


def reason_of(said: str) -> str:
    """The key that the script of the page finds for a sentence of the server."""
    table = re.findall(
        r"^  \[/(.+)/, \"(\w+)\"\],$", REASONS.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(table) > 10
    for pattern, key in table:
        if re.search(pattern.replace("(?<", "(?P<"), said):
            return str(key)
    return f"no words for: {json.dumps(said)}"
