"""One installation inside this process: the real application on a database of its own."""

import contextlib
import functools
import itertools
import math
import shutil
import sqlite3
from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from flask import Flask
from flask.testing import FlaskClient
from flask_smorest import Blueprint as SmorestBlueprint
from sqlalchemy import event

from chat_app import create_app
from chat_app.delivery.realtime.sifting import Sifting
from chat_app.domain.actor import Actor, Role
from chat_app.domain.agent import Agent, AgentToken
from chat_app.domain.business_hours import Interval, Schedule
from chat_app.domain.department import Department
from chat_app.domain.site import Site
from chat_app.infrastructure.blocking import DirectBlocking
from chat_app.infrastructure.clock import SystemClock
from chat_app.infrastructure.ids import RandomIds
from chat_app.infrastructure.passwords import Argon2Passwords
from chat_app.infrastructure.tokens import HashedTokens
from chat_app.settings import Settings
from chat_app.use_cases.authentication import TOKEN_LIFETIME
from chat_app.use_cases.services import Services
from chat_app.wiring.sockets import Sockets
from chat_app.wiring.system import System
from tests.delivery.realtime.wire import Socket, Wire
from tests.processes import ADMIN_EMAIL, ADMIN_PASSWORD

_numbers = itertools.count(1)
Dump = dict[str, list[tuple[Any, ...]]]
OPEN = "/api/chat/sessions"


@functools.cache
def _hash(password: str) -> str:
    """Hashing takes long on purpose: once a password is enough for tests."""
    return Argon2Passwords(DirectBlocking()).hash(password)


def _undocumented() -> Any:
    return mock.patch.object(SmorestBlueprint, "register_views_in_doc")


def bearer(token: str | None) -> dict[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {token}"} if token else {}


def settings_for(folder: Path, **changes: Any) -> Settings:
    """Settings of a test: threads, no Redis, SQLite, no rate limits."""
    given = Settings(
        async_mode="threading",
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'cland.db'}",
        secret_key="a secret that is long enough but only for tests",
        rate_limits=False,
        log_level="WARNING",
    )
    return replace(given, **changes)


class Installation:
    """The application and short ways to what tests need in it.

    `documented`: with its OpenAPI document, which takes longer to make than all the rest.
    """

    def __init__(
        self, folder: Path, template: Path, *, documented: bool = False, **changes: Any
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.database = folder / "cland.db"
        shutil.copy(template, self.database)
        self.settings = settings_for(folder, **changes)
        with contextlib.nullcontext() if documented else _undocumented():
            self.app: Flask = create_app(self.settings, role="web")
        self.app.testing = True
        self.client: FlaskClient = self.app.test_client()
        self.system: System = self.app.extensions["cland"]
        self.services: Services = self.system.services
        self.wire = Wire(self.app)
        self._ids = RandomIds()
        self._clock = SystemClock()
        self._engine = self.services.health._database._engine
        # What a power cut would cost a test's database is no matter; waiting for the disk is.
        event.listen(self._engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))

    def restore(self, source: Path) -> None:
        """Make the database what `source` holds."""
        with (
            closing(sqlite3.connect(source)) as old,
            closing(sqlite3.connect(self.database)) as new,
        ):
            new.execute("PRAGMA synchronous=OFF")
            old.backup(new)

    def begin_again(self, source: Path) -> "Installation":
        """Be as new: nobody connected, nothing cached, the database what `source` holds.

        Making the application takes longer than most tests; one serves many of them.
        """
        server = self.wire.server
        for eio_sid in list(server.environ):
            server._handle_eio_disconnect(eio_sid, server.reason.CLIENT_DISCONNECT)
        self.wire.settle()
        self.wire.frames.clear()
        realtime: Any = self.services.messages._realtime
        for refresh in (realtime._inbox, realtime._queues):
            refresh._changed.clear()
            refresh._told_at = -math.inf
        self.system.drain.draining = False
        shutil.rmtree(self.settings.data_dir / "outbox", ignore_errors=True)
        if self.database.is_dir():
            self.database.rmdir()
        self.restore(source)
        self.client = self.app.test_client()
        return self

    def close(self) -> None:
        """Let go of the database, and let the thread that pushes let go of the application."""
        self.wire.settle()
        self.services.messages._realtime._runner._begin = None  # type: ignore[attr-defined]  # the adapter's own
        self._engine.dispose()

    @property
    def sockets(self) -> Sockets:
        """The socket doors, for what they do every few seconds."""
        return self.system.start.__self__  # type: ignore[attr-defined,no-any-return]  # it is a method of theirs

    @property
    def followers(self) -> Sifting:
        """Who parts sockets from sessions they may not see."""
        return self.uow._after_commit._followers  # type: ignore[no-any-return]  # the adapter's own

    @property
    def uow(self) -> Any:
        """The factory of transactions, for what no use case does."""
        return self.services.agents._uow

    def admin_token(self) -> str:
        """A sign-in of the first admin."""
        return self.services.authentication.login(ADMIN_EMAIL, ADMIN_PASSWORD, "").token

    def make_agent(
        self,
        role: Role = "agent",
        department_ids: Collection[str] = (),
        *,
        password: str | None = None,
        **fields: Any,
    ) -> str:
        """Add an account and return a token of it. Without a password nobody can log in."""
        number = next(_numbers)
        now = self._clock.now()
        hashed = _hash(password) if password else "!"
        given = {
            "id": self._ids.new(),
            "name": f"Agent {number}",
            "email": f"agent{number}@example.com",
            "password_hash": hashed,
            "created_at": now,
            "role": role,
            "department_ids": list(department_ids),
        }
        agent = Agent(**{**given, **fields})
        token = self._ids.secret()
        with self.uow() as uow:
            uow.agents.add(agent)
            uow.agents.add_token(
                AgentToken(HashedTokens().digest(token), agent.id, now, now + TOKEN_LIFETIME)
            )
            uow.commit()
        return token

    def actor(self, token: str) -> Actor:
        """Whose token it is."""
        return self.services.authentication.actor_by_token(token)

    def make_department(self, name: str | None = None) -> str:
        """Add a department and return its id."""
        number = next(_numbers)
        department = Department(
            id=self._ids.new(),
            name=name or f"Department {number}",
            created_at=self._clock.now(),
        )
        with self.uow() as uow:
            uow.departments.add(department)
            uow.commit()
        return department.id

    def make_schedule(self, *intervals: tuple[int, str, str], **fields: Any) -> str:
        """Add hours in UTC of (weekday, opens, closes) and return their id."""
        given = {
            "id": self._ids.new(),
            "time_zone": "UTC",
            "created_at": self._clock.now(),
            "intervals": [
                Interval(weekday=weekday, opens=opens, closes=closes)
                for weekday, opens, closes in intervals
            ],
        }
        schedule = Schedule(**{**given, **fields})
        with self.uow() as uow:
            uow.business_hours.add(schedule)
            uow.commit()
        return schedule.id

    def make_site(self, **fields: Any) -> Site:
        """Add a site."""
        number = next(_numbers)
        given = {
            "id": self._ids.new(),
            "key": f"site{number}",
            "name": f"Site {number}",
            "created_at": self._clock.now(),
            "identity_secret": self._ids.secret(),
        }
        site = Site(**{**given, **fields})
        with self.uow() as uow:
            uow.sites.add(site)
            uow.commit()
        return site

    def open_session(self, **body: Any) -> tuple[dict[str, Any], str]:
        """Open a session as a new visitor: (the visitor's copy, its token)."""
        response = self.client.post(OPEN, json=body)
        assert response.status_code == 201, response.text
        opened: dict[str, Any] = response.get_json()
        return opened["session"], opened["visitor_token"]

    def send(self, token: str, session_id: str, body: str = "hello", **more: Any) -> dict[str, Any]:
        """Send a message over REST and return it."""
        response = self.client.post(
            f"{OPEN}/{session_id}/messages", json={"body": body, **more}, headers=bearer(token)
        )
        assert response.status_code == 201, response.text
        message: dict[str, Any] = response.get_json()["message"]
        return message

    def read(self, token: str, session_id: str) -> dict[str, Any]:
        """The session as the bearer of the token sees it."""
        response = self.client.get(f"{OPEN}/{session_id}", headers=bearer(token))
        assert response.status_code == 200, response.text
        session: dict[str, Any] = response.get_json()["session"]
        return session

    def accept(self, token: str, session_id: str) -> dict[str, Any]:
        """Take a session as the agent of the token."""
        epoch = self.read(token, session_id)["assign_epoch"]
        response = self.client.post(
            f"{OPEN}/{session_id}/accept", json={"assign_epoch": epoch}, headers=bearer(token)
        )
        assert response.status_code == 200, response.text
        session: dict[str, Any] = response.get_json()["session"]
        return session

    def socket(
        self,
        namespace: str,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        auth: object = None,
    ) -> Socket:
        """Connect to a namespace with a token in `auth`, or with `auth` as it is given."""
        given = {"token": token} if token is not None else auth
        return Socket(self.wire, namespace, given, headers)

    def dump(self) -> Dump:
        """Every row of every table."""
        with closing(sqlite3.connect(self.database)) as connection:
            names = connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
            ).fetchall()
            return {
                name: sorted(connection.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr)  # noqa: S608 - names come from the schema
                for (name,) in names
            }


MakeInstallation = Callable[..., Installation]
