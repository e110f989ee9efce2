"""Entities without an ORM's bookkeeping, for what is read and written most.

An object of a mapped class pays for every attribute that is set, and for a unit of work that sorts
it among all others. Here an object is filled from its row; what differs from the row in the end is
written, all rows that differ in the same columns in one statement.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import Executable
from sqlalchemy.orm import Session as OrmSession

from chat_app.infrastructure.db.shapes import ROW_ID, Change, Shape, Values, make_changes

E = TypeVar("E")


class Rows(Generic[E]):
    """What one transaction has read of a table, and what it adds."""

    def __init__(self, session: OrmSession, shape: Shape[E]) -> None:
        self._session = session
        self._shape = shape
        self._known: dict[str, tuple[E, Values]] = {}
        self._new: list[E] = []

    def read(self, query: Executable, given: dict[str, Any] | None = None) -> list[E]:
        """The entities of `query`, each the same object however often it is read."""
        self.write()
        return self.keep(self._session.execute(query, given))

    def keep(self, rows: Iterable[Iterable[Any]]) -> list[E]:
        """The entities of rows that somebody else has asked for."""
        return [self._entity(tuple(row)) for row in rows]

    def hold(self, rows: Iterable[Values]) -> list[E]:
        """The entities of rows as they are now, whatever was read of them before."""
        self.write()
        self._known.clear()
        return [self._entity(row) for row in rows]

    def add(self, entity: E) -> None:
        """Insert it with the next `write`."""
        self._new.append(entity)

    def write(self) -> None:
        """Send everything new and everything changed to the database."""
        make_changes(self._session, self.take_changes())

    def take_changes(self) -> list[Change]:
        """Everything new and everything changed; the caller sends it to the database."""
        changes = []
        if self._new:
            new, self._new = self._new, []
            rows = [self._shape.values(entity) for entity in new]
            changes.append(self._shape.insertion(rows))
            self._known |= {row[0]: (one, row) for one, row in zip(new, rows, strict=True)}
        return changes + [self._shape.update(*one) for one in self._differences().items()]

    def _entity(self, row: Values) -> E:
        known = self._known.get(row[0])
        if known is not None:
            return known[0]
        entity = self._shape.make(*row)
        self._known[row[0]] = (entity, row)
        return entity

    def _differences(self) -> dict[Values, Sequence[dict[str, Any]]]:
        """What differs from the rows, by the names of the columns that differ."""
        found: dict[Values, list[dict[str, Any]]] = {}
        for key, (entity, before) in self._known.items():
            now = self._shape.values(entity)
            if now == before:
                continue
            triples = zip(self._shape.names, now, before, strict=True)
            differing = {name: new for name, new, old in triples if new != old}
            found.setdefault(tuple(differing), []).append(differing | {ROW_ID: key})
            self._known[key] = (entity, now)
        return dict(found)
