"""The migrations make exactly the schema of tables.py, and every one can be taken back."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import flask_migrate
import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, inspect

from chat_app.domain.actor import Actor
from chat_app.domain.message import MessageKind
from chat_app.infrastructure.blocking import DirectBlocking
from chat_app.infrastructure.db.engine import options_for, prepare
from chat_app.infrastructure.db.tables import metadata
from tests.builders import (
    agent_actor,
    make_agent,
    make_department,
    make_draft,
    new_id,
    visitor_actor,
)
from tests.infrastructure.bench import Bench
from tests.infrastructure.databases import REAL
from tests.processes import ROOT

MIGRATIONS = ROOT / "migrations"


@pytest.fixture(params=REAL)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """The engine of an empty database, inside an application that can migrate it."""
    if request.param == "sqlite":
        with _application(f"sqlite:///{tmp_path / 'empty.db'}") as engine:
            yield engine
        return
    if request.param == "mysql":
        pytest.skip("the given MySQL database belongs to the contract")
    postgres, name = request.getfixturevalue("postgres"), f"cland_{uuid.uuid4().hex}"
    url = postgres.create_database(name).replace("postgresql://", "postgresql+psycopg2://", 1)
    with _application(url) as engine:
        yield engine
    postgres.drop_database(name)


@contextmanager
def _application(url: str) -> Iterator[Engine]:
    app = Flask("migrations")
    app.config.update(SQLALCHEMY_DATABASE_URI=url, SQLALCHEMY_ENGINE_OPTIONS=options_for(url))
    database = SQLAlchemy(app, metadata=metadata)
    flask_migrate.Migrate(app, database, directory=str(MIGRATIONS), render_as_batch=True)
    with app.app_context():
        engine = database.engine
        prepare(engine, DirectBlocking())
        yield engine
        engine.dispose()


def revisions() -> list[str]:
    """All revisions, the first one first."""
    script = ScriptDirectory(str(MIGRATIONS))
    return [one.revision for one in script.walk_revisions()][::-1]


def tables_of(engine: Engine) -> set[str]:
    found = set(inspect(engine).get_table_names()) - {"alembic_version"}
    return {one for one in found if not one.startswith("search_terms")}  # SQLite's own


def test_they_make_the_schema_of_the_tables(empty: Engine) -> None:
    flask_migrate.upgrade()
    flask_migrate.check()  # ends the program when a migration is missing
    assert tables_of(empty) == set(metadata.tables)


def test_every_step_can_be_taken_back(empty: Engine) -> None:
    for revision in revisions():
        flask_migrate.upgrade(revision=revision)
        flask_migrate.downgrade(revision="-1")
        flask_migrate.upgrade(revision=revision)
    flask_migrate.check()
    flask_migrate.downgrade(revision="base")
    assert tables_of(empty) == set()
    flask_migrate.upgrade()
    flask_migrate.check()


def test_what_is_stored_survives_going_back_a_step_and_forth(empty: Engine) -> None:
    flask_migrate.upgrade()
    bench, department = Bench(empty), make_department()
    agent = make_agent(department_ids=[department.id])
    bench.keep(department, agent)
    session = bench.session(department_id=department.id)
    with bench.uow() as uow:
        found, visitor = uow.sessions.locked(session.id), uow.visitors.get(session.visitor_id)
        assert found is not None
        assert visitor is not None
        uow.messages.add(
            found.post(visitor_actor(visitor), make_draft("你好"), new_id(), found.created_at)
        )
        uow.commit()

    flask_migrate.downgrade(revision="-1")
    flask_migrate.upgrade()
    with bench.uow.reading() as uow:
        assert [one.body for one in uow.messages.after(session.id, "visitor", 0, 9)] == ["你好"]
        kept = uow.agents.get(agent.id)
        assert kept is not None
        assert kept.department_ids == [department.id]
    assert bench.refuses(make_department(name=department.name))


def test_what_is_unread_is_counted_in_sessions_that_are_there(empty: Engine) -> None:
    flask_migrate.upgrade()
    bench = Bench(empty)
    quiet, session = bench.session(), bench.session()
    with bench.uow() as uow:
        found = uow.sessions.locked(session.id)
        assert found is not None
        for actor, kind in (*TALK, *TALK):
            draft = make_draft(kind=kind)
            uow.messages.add(found.post(actor, draft, new_id(), found.created_at))
            uow.flush()
        found.move_read("visitor", 5, 4, 2)
        found.move_read("agent", 1, 1, 1)
        uow.commit()
    before = counted(bench, session.id)
    assert before == {"visitor_said": 2, "agent_said": 4, "visitor_heard": 2, "agent_heard": 1}

    flask_migrate.downgrade(revision="0011")
    flask_migrate.upgrade()
    assert counted(bench, session.id) == before
    assert set(counted(bench, quiet.id).values()) == {0}


TALK: tuple[tuple[Actor, MessageKind], ...] = (
    (visitor_actor(), "text"),
    (agent_actor(), "text"),
    (agent_actor(), "note"),
    (agent_actor(), "text"),
)


def counted(bench: Bench, session_id: str) -> dict[str, int]:
    names = ("visitor_said", "agent_said", "visitor_heard", "agent_heard")
    with bench.uow.reading() as uow:
        return {name: getattr(uow.sessions.get(session_id), name) for name in names}


def test_there_is_one_line_of_migrations() -> None:
    script = ScriptDirectory(str(MIGRATIONS))
    assert len(script.get_heads()) == 1
    assert revisions() == sorted(revisions())
