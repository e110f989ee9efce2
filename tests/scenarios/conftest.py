"""What the steps work on: one installation, one conversation, the last answer."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.installation import OPEN, Installation, bearer


class World:
    """The people of a scenario. Each action keeps its answer in `answer`."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.visitor: str | None = None
        self.agent = ""
        self.session_id = ""
        self.before = ""
        self.answer: Any = None

    def open(self, token: str | None = None, **body: Any) -> None:
        """Open a conversation; a success makes it the scenario's."""
        self.answer = self.installation.client.post(OPEN, json=body, headers=bearer(token))
        if self.answer.status_code < 300:
            opened = self.answer.get_json()
            self.before, self.session_id = self.session_id, opened["session"]["id"]
            self.visitor = opened["visitor_token"] or token

    def say(self, token: str | None, body: str, **more: Any) -> None:
        """Send a message."""
        self.answer = self.installation.client.post(
            f"{OPEN}/{self.session_id}/messages",
            json={"body": body, **more},
            headers=bearer(token),
        )

    def read(self, token: str | None, **query: Any) -> Any:
        """Read messages and return the page."""
        self.answer = self.installation.client.get(
            f"{OPEN}/{self.session_id}/messages", query_string=query, headers=bearer(token)
        )
        return self.answer.get_json()

    def said(self, token: str | None) -> list[str]:
        """What people have said, as the bearer of the token reads it."""
        page = self.read(token)
        return [one["body"] for one in page["messages"] if one["kind"] != "system"]

    def close(self, token: str | None, **body: Any) -> None:
        """Close the conversation."""
        self.answer = self.installation.client.post(
            f"{OPEN}/{self.session_id}/close", json=body, headers=bearer(token)
        )

    def stranger(self) -> str:
        """The token of a visitor who has nothing to do with it."""
        return self.installation.open_session()[1]

    def assign_epoch(self) -> int:
        """That of the agent's present copy."""
        epoch: int = self.installation.read(self.agent, self.session_id)["assign_epoch"]
        return epoch


@pytest.fixture
def world(tmp_path: Path, sqlite_template: Path) -> Iterator[World]:
    installation = Installation(tmp_path / "installation", sqlite_template)
    yield World(installation)
    installation.close()
