"""Which databases the contract runs against, and how a migrated one is had."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Engine

from tests.infrastructure.bench import engine_of
from tests.processes import environment, flask_command

MYSQL_URL: Final = os.environ.get("TEST_MYSQL_URL")
WITH_ROW_LOCKS: Final = [
    pytest.param("postgresql", marks=pytest.mark.services),
    *([pytest.param("mysql", marks=pytest.mark.mysql)] if MYSQL_URL else []),
]
REAL: Final = [pytest.param("sqlite", marks=pytest.mark.services), *WITH_ROW_LOCKS]


@contextlib.contextmanager
def under_contract(
    request: pytest.FixtureRequest, folders: pytest.TempPathFactory
) -> Iterator[Engine | None]:
    """As `opened`; None for the stand-in, whose parameter is "fake"."""
    if request.param == "fake":
        yield None
        return
    with opened(request, folders.mktemp("database")) as engine:
        yield engine


@contextlib.contextmanager
def opened(request: pytest.FixtureRequest, folder: Path) -> Iterator[Engine]:
    """The engine of a migrated database; the parameter of the fixture that asks says of which."""
    if request.param == "sqlite":
        url = f"sqlite:///{_copy(request.getfixturevalue('sqlite_template'), folder)}"
    elif request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    else:
        url = str(MYSQL_URL)
        flask_command("db", "upgrade", env=environment(DATA_DIR=str(folder), DB_DSN=url))
    engine = engine_of(url)
    yield engine
    engine.dispose()


def _copy(template: Path, folder: Path) -> Path:
    """Copy a database with whatever still stands in its write-ahead log."""
    path = folder / "cland.db"
    with (
        contextlib.closing(sqlite3.connect(template)) as old,
        contextlib.closing(sqlite3.connect(path)) as new,
    ):
        old.backup(new)
    return path
