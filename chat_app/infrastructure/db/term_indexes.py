"""How each database is asked which rows have the terms of a query."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sqlalchemy import (
    CTE,
    ColumnElement,
    Engine,
    FromClause,
    Select,
    cast,
    column,
    func,
    inspect,
    literal,
    select,
    table,
    true,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session as OrmSession

from chat_app.domain.searching import Phrase
from chat_app.infrastructure.db import tables
from chat_app.infrastructure.db.spelling import postgres_query, sqlite_query, sqlite_runs

_D = tables.search_document.c
_FTS = table("search_terms", column("rowid"), column("terms"))
MOST_COUNTED: Final = 10_000
FEW: Final = 1_000
_MANY: Final = 10
_MOST_ASKED: Final = 8
_WITH_TERMS: dict[str, bool] = {}

Columns = Sequence[ColumnElement[Any]]


@dataclass(frozen=True)
class Expected:
    """How many rows have the terms, likely and at most, and how many there are. Guesses."""

    likely: int
    at_most: int
    all: int


class TermIndex(Protocol):
    """The index, asked one query."""

    def expected(self) -> Expected:
        """What it knows of how often the terms occur, without reading all that it would name."""
        ...

    def owners(self) -> Select[Any]:
        """The owners of all rows that have the terms, as `id`."""
        ...

    def has(self, owner_id: ColumnElement[str], asked: FromClause) -> ColumnElement[Any]:
        """Not NULL if a row of the owner, a column of `asked`, has them: through the owner's rows."""
        ...

    def each(
        self, given: CTE, key: ColumnElement[str], wanted: Columns, shown: Columns = ()
    ) -> Select[Any]:
        """Columns of the rows whose `key` is an id of `given`: looked up one by one by an index."""
        ...


def term_index_of(session: OrmSession, phrases: Sequence[Phrase]) -> TermIndex | None:
    """The index of this database; None where there is none."""
    engine = session.get_bind().engine
    if engine.dialect.name == "postgresql":
        return PostgresTerms(session, phrases)
    if engine.dialect.name == "sqlite" and _has_full_text(engine):
        return SqliteTerms(session, phrases)
    return None


def _has_full_text(engine: Engine) -> bool:
    """Whether SQLite could make the full-text table when it was migrated."""
    name = str(engine.url)
    if name not in _WITH_TERMS:
        _WITH_TERMS[name] = inspect(engine).has_table(_FTS.name)
    return _WITH_TERMS[name]


class PostgresTerms:
    """A GIN index of `tsvector`s."""

    def __init__(self, session: OrmSession, phrases: Sequence[Phrase]) -> None:
        self._session = session
        self._phrases = phrases
        self._query = cast(literal(postgres_query(phrases)), TSQUERY)

    def expected(self) -> Expected:
        """What the planner knows of how often each term occurs; counted where that is little.

        What it does not know it takes for not much rarer than the rarest that it knows.
        """
        guess = self._guessed()
        if guess.likely > MOST_COUNTED:
            return guess
        some = self.owners().limit(FEW + 1).subquery()
        count = self._session.scalar(select(func.count()).select_from(some)) or 0
        return guess if count > FEW else Expected(count, count, guess.all)

    def _guessed(self) -> Expected:
        terms = [
            Phrase((term,), begins=phrase.begins and place == len(phrase.terms))
            for phrase in self._phrases
            for place, term in enumerate(phrase.terms, 1)
        ]
        asked = [postgres_query(self._phrases), *(postgres_query([one]) for one in terms)]
        given = {f"q{place}": one for place, one in enumerate(asked[: _MOST_ASKED + 1])}
        # txid_current is not run; it keeps the planner from sharing the work among processes, whose
        # plans count otherwise.
        every = "SELECT txid_current() FROM search_document"
        parts = [every, *(f"{every} WHERE terms @@ CAST(%({name})s AS tsquery)" for name in given)]
        statement = f"EXPLAIN (FORMAT JSON) {' UNION ALL '.join(parts)}"
        plan = self._session.connection().exec_driver_sql(statement, given).scalar_one()
        rows = [int(one["Plan Rows"]) for one in plan[0]["Plan"]["Plans"]]
        return Expected(likely=rows[1], at_most=min(rows[2:]), all=rows[0])

    def owners(self) -> Select[Any]:
        """Through the index, whatever the planner thinks of the terms: a subquery hides them."""
        hidden = select(self._query).scalar_subquery()
        return select(_D.owner_id.label("id")).where(_D.terms.bool_op("@@")(hidden))

    def has(self, owner_id: ColumnElement[str], asked: FromClause) -> ColumnElement[Any]:
        """The function and not its operator, for which the planner would take the GIN index."""
        rows = select(literal(1)).where(
            _D.owner_id == owner_id, func.ts_match_vq(_D.terms, self._query)
        )
        return rows.limit(1).correlate(asked).scalar_subquery()

    def each(
        self, given: CTE, key: ColumnElement[str], wanted: Columns, shown: Columns = ()
    ) -> Select[Any]:
        """OFFSET 0 keeps the planner from joining sets, for which it would read whole tables."""
        rows = select(*wanted).where(key == given.c.id, *shown).offset(0).lateral("row")
        return select(*rows.c).select_from(given.join(rows, true()))


class SqliteTerms:
    """An FTS5 table beside the rows."""

    def __init__(self, session: OrmSession, phrases: Sequence[Phrase]) -> None:
        self._session = session
        self._phrases = phrases
        self._query = sqlite_query(phrases)

    def expected(self) -> Expected:
        """Counted, but no further than MOST_COUNTED."""
        some = select(_FTS.c.rowid).where(self._matches).limit(MOST_COUNTED + 1).subquery()
        counted = select(func.count()).select_from(some).scalar_subquery()
        every = select(func.max(_D.number)).scalar_subquery()
        count, number = self._session.execute(select(counted, every)).one()
        rows = count if count <= MOST_COUNTED else _MANY * MOST_COUNTED
        return Expected(likely=rows, at_most=rows, all=number or 0)

    def owners(self) -> Select[Any]:
        """Through the full-text table."""
        rows = select(_FTS.c.rowid).where(self._matches)
        return select(_D.owner_id.label("id")).where(_D.number.in_(rows))

    def has(self, owner_id: ColumnElement[str], asked: FromClause) -> ColumnElement[Any]:
        """In the text of the owner's rows: FTS5 begins anew with every row that it is asked."""
        padded = " " + _D.terms + " "
        found = (func.instr(padded, run) > 0 for run in sqlite_runs(self._phrases))
        rows = select(literal(1)).where(_D.owner_id == owner_id, *found)
        return rows.limit(1).correlate(asked).scalar_subquery()

    def each(
        self, given: CTE, key: ColumnElement[str], wanted: Columns, shown: Columns = ()
    ) -> Select[Any]:
        """It looks up what stands in an IN by the index."""
        return select(*wanted).where(key.in_(select(given.c.id)), *shown)

    @property
    def _matches(self) -> ColumnElement[bool]:
        return column("search_terms").bool_op("MATCH")(self._query)
