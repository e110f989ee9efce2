"""A filled history is one that the program reads, and every figure has its line."""

import random
from collections.abc import Iterator
from typing import get_args

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session as OrmSession

from bench import marks, reads
from bench.filling import FORMER, FORMER_PART, PER_SESSION, RARE, RARE_MESSAGES, fill
from bench.reads import DOCUMENT, Reads, table
from chat_app.domain.repositories import Source
from chat_app.infrastructure.db.now import DatabaseClock
from chat_app.infrastructure.db.search import SqlSearchIndex
from chat_app.infrastructure.db.spelling import postgres_document
from tests.infrastructure.bench import engine_of

MESSAGES = 2_000


@pytest.fixture(scope="module")
def engine(postgres_url: str) -> Iterator[Engine]:
    engine = engine_of(postgres_url)
    fill(engine, MESSAGES)
    yield engine
    engine.dispose()


def counted(engine: Engine, statement: str) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text(statement)).scalar_one())


def test_there_are_so_many_messages_in_whole_sessions(engine: Engine) -> None:
    assert counted(engine, "SELECT count(*) FROM message") == MESSAGES
    assert counted(engine, "SELECT count(*) FROM chat_session") == MESSAGES // PER_SESSION
    whole = "SELECT count(*) FROM (SELECT 1 FROM message GROUP BY session_id HAVING max(seq) = {0} AND count(*) = {0}) AS one"
    assert counted(engine, whole.format(PER_SESSION)) == MESSAGES // PER_SESSION
    said = "SELECT count(*) FROM message WHERE body LIKE '% {}%'"
    assert counted(engine, said.format(RARE)) == RARE_MESSAGES
    assert counted(engine, said.format(FORMER)) == MESSAGES // FORMER_PART


def test_search_keeps_of_each_what_a_sweep_would_have_kept(engine: Engine) -> None:
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT m.body, d.terms::text FROM message m JOIN search_document d ON d.id = m.id"
                " ORDER BY m.id LIMIT 300"
            )
        ).all()
        for body, kept in rows:
            same = text("SELECT tsvector_to_array(CAST(:a AS tsvector)) = tsvector_to_array(CAST(:b AS tsvector))")  # fmt: skip
            given = {"a": postgres_document(body), "b": kept}
            assert connection.execute(same, given).scalar(), body
    with OrmSession(engine) as session:
        index = SqlSearchIndex(session, DatabaseClock(session))
        for source in get_args(Source):
            assert index.unread(source, None, 9, late=False) is None, source


def test_every_read_finds_something_but_the_one_that_should_not(engine: Engine) -> None:
    chance = random.Random(1)
    for name, read in Reads(engine).all().items():
        with OrmSession(engine, autoflush=False) as session:
            assert bool(read(session, chance)) == ("none" not in name), name


def test_the_document_shows_what_is_measured(engine: Engine) -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    for name in Reads(engine).all():
        assert f"| {name} |" in document, name
    figures: dict[str, dict[str, float | None]] = {"10": {"a": 1.25, "b": None}}
    assert table(figures) == "| ms, median | 10 messages |\n|---|---|\n| a | 1.2 |\n| b |  |"
    assert marks.filled("<!-- reads: all -->\nx\n<!-- /reads -->", "reads", {"all": "y"}) == (
        "<!-- reads: all -->\ny\n<!-- /reads -->"
    )
    assert reads.SIZES[-1] <= reads.MOST_READ
