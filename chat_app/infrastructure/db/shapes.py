"""How an entity lies in its table, and the statements that move many of them at once.

Anywhere a statement with many rows is a long list of parameters, of which each is bound,
converted and quoted for itself. PostgreSQL also takes all rows as one JSON document, which is
written and read in one go: on the way of every message that is what counts (docs/performance.md).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache, lru_cache
from operator import attrgetter, itemgetter
from typing import Any, Generic, TypeVar

import orjson
from sqlalchemy import (
    Column,
    Insert,
    Select,
    Table,
    Update,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session as OrmSession

from chat_app.infrastructure.db.types import UtcDateTime

E = TypeVar("E")
Values = tuple[Any, ...]
ROW_ID = "row_id"
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's


class Shape(Generic[E]):
    """A column a field, in the order of the fields; the first field is the id."""

    def __init__(self, entity: type[Any], table: Table, make: Callable[..., E]) -> None:
        self.names = tuple(field.name for field in fields(entity))
        self.columns: list[Column[Any]] = [table.c[name] for name in self.names]
        self.table = table
        self.make = make
        self.values: Callable[[E], Values] = attrgetter(*self.names)
        self._in_order: Callable[[Mapping[str, Any]], Values] = itemgetter(*self.names)
        self._times = [one.name for one in self.columns if isinstance(one.type, UtcDateTime)]

    def query(self) -> Select[Any]:
        """All columns, to be narrowed."""
        return select(*self.columns)

    def insertion(self, rows: Sequence[Values]) -> "Change":
        """To insert rows, given in the order of the fields."""
        named = [dict(zip(self.names, row, strict=True)) for row in rows]
        return Change(self.table, self.names, named, new=True)

    def update(self, names: Values, rows: Sequence[Mapping[str, Any]]) -> "Change":
        """To set the same columns of several rows; each row says its ROW_ID."""
        return Change(self.table, names, rows, new=False)

    def from_document(self, found: dict[str, Any]) -> Values:
        """The values of a row that came as PostgreSQL's own JSON of it, with its times in UTC."""
        for name in self._times:
            if (time := found[name]) is not None:
                found[name] = datetime.fromisoformat(time)
        return self._in_order(found)


@dataclass(frozen=True)
class Change:
    """Rows that are inserted into a table, or updated in it, in the same columns."""

    table: Table
    names: Values
    rows: Sequence[Mapping[str, Any]]
    new: bool

    @property
    def document_statement(self) -> str:
        """Plain SQL that takes the rows as one document."""
        make = _document_insertion if self.new else _document_update
        return make(self.table, self.names)

    @property
    def statement(self) -> Insert | Update:
        """What takes the rows one by one."""
        return _insertion(self.table) if self.new else _update(self.table, self.names)


def make_changes(session: OrmSession, changes: Sequence[Change]) -> None:
    """Make changes in the given order; where the database takes documents in one round trip."""
    if not takes_documents(session):
        for one in changes:
            session.execute(one.statement, list(one.rows))
    elif changes:
        given = {
            f"rows{place}": orjson.dumps(one.rows).decode() for place, one in enumerate(changes)
        }
        statements = (
            one.document_statement.replace("%(rows)s", f"%(rows{place})s")
            for place, one in enumerate(changes)
        )
        session.connection().exec_driver_sql("; ".join(statements), given)


def takes_documents(session: OrmSession) -> bool:
    """Whether the database takes many rows as one document."""
    return session.get_bind().dialect.name == "postgresql"


def send(session: OrmSession, statement: str, rows: Sequence[Mapping[str, Any]]) -> Any:
    """Run a statement that reads from `recordset`; plain SQL needs no compiling."""
    given = {"rows": orjson.dumps(rows).decode()}
    return session.connection().exec_driver_sql(statement, given)


def recordset(name: str, columns: Iterable[tuple[str, Column[Any]]]) -> str:
    """The rows of a document, which is the parameter `name`, as a table of that name.

    Its columns have these names and the types of these columns.
    """
    typed = ", ".join(f"{column} {one.type.compile(dialect=_DIALECT)}" for column, one in columns)
    return f"json_to_recordset(CAST(%({name})s AS json)) AS {name}({typed})"


@cache
def _document_insertion(table: Table, names: Values) -> str:
    given = recordset("rows", ((name, table.c[name]) for name in names))
    return f"INSERT INTO {table.name} ({', '.join(names)}) SELECT rows.* FROM {given}"  # noqa: S608 - names of ours


@lru_cache(maxsize=256)
def _document_update(table: Table, names: Values) -> str:
    given = recordset("rows", [(ROW_ID, table.c.id), *((name, table.c[name]) for name in names)])
    changes = ", ".join(f"{name} = rows.{name}" for name in names)
    where = f"{table.name}.id = rows.{ROW_ID}"
    return f"UPDATE {table.name} SET {changes} FROM {given} WHERE {where}"  # noqa: S608 - names of ours


@cache
def _insertion(table: Table) -> Insert:
    return insert(table)


@lru_cache(maxsize=256)
def _update(table: Table, names: Values) -> Update:
    values: dict[str, Any] = {name: bindparam(name) for name in names}
    return update(table).where(table.c.id == bindparam(ROW_ID)).values(values)
