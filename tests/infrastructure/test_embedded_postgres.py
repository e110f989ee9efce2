"""The PostgreSQL that the tests start, as root too."""

import os
import pwd
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from chat_app.infrastructure.embedded.postgres import EmbeddedPostgres, PostgresError

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """A cluster with `fsync`, so that a crash may be tested."""
    server = EmbeddedPostgres()
    server.start()
    yield server
    server.stop()


def ask(url: str, statement: str) -> object:
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None
    finally:
        connection.close()


def test_copies_a_database_from_a_template(server: EmbeddedPostgres) -> None:
    url = server.create_database("original")
    ask(url, "CREATE TABLE item AS SELECT 7 AS number")
    copy = server.create_database("a copy", template="original")
    assert ask(copy, "SELECT number FROM item") == 7
    server.drop_database("a copy")
    server.drop_database("a copy")
    with pytest.raises(psycopg2.OperationalError, match="does not exist"):
        ask(copy, "SELECT 1")


def test_knows_the_letters_of_the_world(server: EmbeddedPostgres) -> None:
    assert ask(server.url(), "SELECT lower('ÄÖÜ') || ('中' ~ '\\w')::text") == "äöütrue"


def test_recovers_what_was_committed_before_a_crash(server: EmbeddedPostgres) -> None:
    url = server.create_database("durable")
    ask(url, "CREATE TABLE item AS SELECT 7 AS number")
    server.kill()
    server.start()
    assert ask(url, "SELECT number FROM item") == 7
    assert ask(url, "SHOW fsync") == "on"


def test_listens_on_no_network(server: EmbeddedPostgres) -> None:
    assert ask(server.url(), "SHOW listen_addresses") == ""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user")
def test_runs_as_nobody_for_root_and_says_who_is_shut_out(
    server: EmbeddedPostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = str(ask(server.url(), "SHOW data_directory"))
    assert Path(data).stat().st_uid == pwd.getpwnam("nobody").pw_uid
    tmp_path.chmod(0o700)
    monkeypatch.setattr(tempfile, "mkdtemp", lambda prefix: str(_folder(tmp_path)))
    with pytest.raises(PostgresError, match="may not enter"):
        EmbeddedPostgres().start()


def _folder(parent: Path) -> Path:
    folder = parent / "inner"
    folder.mkdir()
    return folder
