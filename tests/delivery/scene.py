"""One conversation and everybody who may, or may not, have to do with it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from chat_app.domain.actor import Role
from chat_app.infrastructure.clock import SystemClock
from tests.delivery.installation import Installation, bearer

NOBODYS_ID = "0190e7c4-7b3a-7cc1-8f1e-5a2d9f0c4b11"
PASSWORD = "a password of all of them"
ACTORS = (
    "nobody", "invalid", "owner", "other_visitor", "agent", "outsider", "supervisor", "admin",
)  # fmt: skip


def soon() -> str:
    """A moment in the future, as it goes over the wire."""
    return (SystemClock().now() + timedelta(hours=1)).isoformat()


class Scene:
    """A session in a department; `agent` is of that department, `outsider` of another.

    `ids` names the session, its first message (by `owner`), a closed session of somebody else in
    the same department, and an agent, a department and a site
    that nothing depends on, and the business hours of another site.
    """

    def __init__(
        self,
        installation: Installation,
        template: Path,
        ids: dict[str, str],
        tokens: dict[str, str | None],
    ) -> None:
        self.installation = installation
        self._template = template
        self.ids = ids
        self._tokens = tokens
        self._refresh()

    def again(self) -> None:
        """Forget what was done and begin again."""
        self.installation.restore(self._template)
        self._refresh()

    def _refresh(self) -> None:
        """Let the message have been sent just now: it may be changed for two minutes."""
        with self.installation.uow() as uow:
            message = uow.messages.get(self.session_id, self.ids["message"])
            message.created_at = SystemClock().now()
            uow.commit()

    @property
    def session_id(self) -> str:
        return self.ids["session"]

    def token(self, actor: str) -> str | None:
        """What the actor carries."""
        return self._tokens[actor]

    def bearer(self, actor: str) -> str:
        """What an actor carries that does carry something."""
        token = self._tokens[actor]
        assert token is not None
        return token


class SceneTemplate:
    """A database with everybody in it, made once; each scene is played on a copy."""

    def __init__(self, folder: Path, template: Path) -> None:
        installation = Installation(folder, template)
        self.database = installation.database
        here, elsewhere = installation.make_department(), installation.make_department()
        session, owner = installation.open_session(department_id=here)

        def make_agent(role: Role, *department_ids: str) -> str:
            return installation.make_agent(role, department_ids, password=PASSWORD)

        self.tokens: dict[str, str | None] = {
            "nobody": None,
            "invalid": "x" * 43,
            "owner": owner,
            "other_visitor": installation.open_session()[1],
            "agent": make_agent("agent", here),
            "outsider": make_agent("agent", elsewhere),
            "supervisor": make_agent("supervisor"),
            "admin": make_agent("admin"),
        }
        self.ids = {
            "session": session["id"],
            "closed": _closed(installation, here),
            "message": installation.send(owner, session["id"])["id"],
            "agent": installation.actor(installation.make_agent()).id,
            "department": installation.make_department(),
            "site": installation.make_site().id,
            "schedule": installation.make_schedule(site_id=installation.make_site().id),
        }
        installation.close()
        with closing(sqlite3.connect(self.database)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def play(self, installation: Installation) -> Scene:
        """Begin the scene."""
        installation.begin_again(self.database)
        return Scene(installation, self.database, self.ids, self.tokens)


def _closed(installation: Installation, department_id: str) -> str:
    session, visitor = installation.open_session(department_id=department_id)
    path = f"/api/chat/sessions/{session['id']}/close"
    assert installation.client.post(path, json={}, headers=bearer(visitor)).status_code == 200
    session_id: str = session["id"]
    return session_id


Body = Callable[[Scene], dict[str, Any]]
