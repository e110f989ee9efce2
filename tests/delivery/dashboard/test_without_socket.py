"""What the scripts read over plain HTTP while they have no socket."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.delivery.dashboard.browsing import token_of
from tests.delivery.installation import Installation

VisitorWrites = Callable[..., str]


def path_of(session_id: str) -> str:
    return f"/dashboard/data/sessions/{session_id}"


def test_a_page_of_changes_holds_what_is_new_and_what_is_different(
    browser: FlaskClient, visitor_writes: VisitorWrites, installation: Installation
) -> None:
    session_id = visitor_writes("one", "two")
    revision = browser.get(path_of(session_id)).get_json()["page"]["revision"]
    sent = installation.send(token_of(browser), session_id, "three")

    def changes(after: int) -> dict[str, Any]:
        opened: dict[str, Any] = browser.get(
            path_of(session_id), query_string={"after_revision": after}
        ).get_json()
        assert opened["session"]["id"] == session_id
        page: dict[str, Any] = opened["page"]
        return page

    page = changes(revision)
    assert [one["body"] for one in page["messages"]] == ["three"]
    assert changes(page["revision"])["messages"] == []
    services, agent = installation.services, sent["sender"]["id"]
    actor = services.authentication.agent_by_token(token_of(browser))
    assert actor.id == agent
    services.revising.recall(actor, session_id, sent["id"])
    newer = changes(page["revision"])
    assert [(one["id"], one["body"]) for one in newer["messages"]] == [(sent["id"], "")]
    assert newer["messages"][0]["recalled_at"]


@pytest.mark.parametrize("after", ["", "x", "-1", "1.5"])
def test_changes_need_a_number(
    browser: FlaskClient, visitor_writes: VisitorWrites, after: str
) -> None:
    path = f"{path_of(visitor_writes('hello'))}?after_revision={after}"
    assert browser.get(path).status_code == 422


def test_the_list_comes_with_the_counts_of_the_rail(
    browser: FlaskClient, visitor_writes: VisitorWrites
) -> None:
    visitor_writes("hello")
    listed = browser.get("/dashboard/data/sessions?view=waiting").get_json()
    assert listed["counts"] == {"waiting": 1, "mine": 0, "open": 1}
