"""Keeps what search knows: a row of terms for each text, and how far the reading has come.

Nobody who stores a message is held up by it: workers read new texts by their ids, which are UUIDv7
and rise with time, and whoever changes a text changes its terms in the same transaction. Rows that
were added by somebody else in between are as new or newer, and stay.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Dialect, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session as OrmSession

from chat_app.domain.repositories import Source, Unread
from chat_app.domain.searching import SearchText
from chat_app.infrastructure.db import tables
from chat_app.infrastructure.db.now import DatabaseClock
from chat_app.infrastructure.db.spelling import postgres_document, sqlite_document

NOTHING: Final = "00000000-0000-0000-0000-000000000000"
"""Smaller than every id."""
# An id is made before its row is committed, by a machine with a clock of its own.
SETTLED: Final = timedelta(seconds=30)
SETTLED_LATE: Final = timedelta(days=1)

_D, _MARK = tables.search_document.c, tables.search_mark.c
_M, _S, _V = tables.message.c, tables.chat_session.c, tables.visitor.c
_Columns = tuple[ColumnElement[str], ColumnElement[str], ColumnElement[str | None]]
_SOURCES: Final[Mapping[Source, _Columns]] = {
    "message": (_M.id, _M.session_id, _M.body),
    "session": (_S.id, _S.id, _S.subject),
    "visitor": (_V.id, _V.id, func.coalesce(_V.name, "") + "\n" + func.coalesce(_V.email, "")),
}


class SqlSearchIndex:
    """PostgreSQL and SQLite; others have nothing to fill."""

    def __init__(self, session: OrmSession, clock: DatabaseClock) -> None:
        self._session = session
        self._clock = clock

    def unread(self, source: Source, place: str | None, limit: int, *, late: bool) -> Unread | None:
        """The next rows behind the id `place` (None: behind all that is settled)."""
        if not takes_terms(self._dialect):
            return None
        id_, owner, body = _SOURCES[source]
        mark, settled = self._mark(source, late=late), self._settled(late=late)
        query = select(id_, owner, body).where(id_ > (place or mark))
        if late:
            query = query.where(id_ <= settled)
        rows = self._session.execute(query.order_by(id_).limit(limit)).all()
        if not rows:
            return None
        last = rows[-1][0]
        known = self._known([row[0] for row in rows])
        texts = [
            SearchText(row_id, owner_id, text)
            for row_id, owner_id, text in rows
            if row_id not in known and text and text.strip()
        ]
        upto = min(last, settled)
        return Unread(texts, last, upto if upto > mark else None, more=len(rows) == limit)

    def learn(self, source: Source, found: Unread, *, late: bool) -> None:
        """Keep texts, unless something newer is known, and how far everything is settled."""
        if found.texts:
            # In the order of ids: two that add the same wait for each other, and in no circle.
            adding = self._insertion(tables.search_document).on_conflict_do_nothing()
            self._session.execute(adding, self._rows(found.texts))
        if found.upto is None:
            return
        name = _name(source, late=late)
        first = self._insertion(tables.search_mark).on_conflict_do_nothing()
        self._session.execute(first, {"name": name, "upto": found.upto})
        forward = update(tables.search_mark).where(_MARK.name == name, _MARK.upto < found.upto)
        self._session.execute(forward.values(upto=found.upto))

    def change(self, *texts: SearchText) -> None:
        """These say something else now; one that says nothing any more stays as an empty row.

        Without the row a worker that has read the former text could still add it.
        """
        if not takes_terms(self._dialect):
            return
        adding = self._insertion(tables.search_document)
        adding = adding.on_conflict_do_update(
            index_elements=["id"], set_={"terms": adding.excluded.terms}
        )
        self._session.execute(adding, self._rows(texts))

    @property
    def _dialect(self) -> Dialect:
        return self._session.get_bind().dialect

    def _insertion(self, table: Any) -> Any:
        dialect = postgresql if self._dialect.name == "postgresql" else sqlite
        return dialect.insert(table)

    def _rows(self, texts: Sequence[SearchText]) -> list[dict[str, str]]:
        postgres = self._dialect.name == "postgresql"
        document = postgres_document if postgres else sqlite_document
        return [
            {"id": one.id, "owner_id": one.owner_id, "terms": document(one.text)} for one in texts
        ]

    def _known(self, ids: Sequence[str]) -> set[str]:
        return set(self._session.scalars(select(_D.id).where(_D.id.in_(ids))))

    def _mark(self, source: Source, *, late: bool) -> str:
        query = select(_MARK.upto).where(_MARK.name == _name(source, late=late))
        return self._session.scalar(query) or NOTHING

    def _settled(self, *, late: bool) -> str:
        return first_id_of(self._clock.now() - (SETTLED_LATE if late else SETTLED))


def takes_terms(dialect: Dialect) -> bool:
    """Whether terms are kept at all."""
    return dialect.name in ("postgresql", "sqlite")


def first_id_of(moment: datetime) -> str:
    """No UUIDv7 of that millisecond or later is smaller."""
    digits = f"{int(moment.timestamp() * 1000):012x}"
    return f"{digits[:8]}-{digits[8:]}{NOTHING[13:]}"


def _name(source: Source, *, late: bool) -> str:
    return f"{source}_late" if late else source
