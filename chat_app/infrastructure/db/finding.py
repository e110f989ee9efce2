"""Finds sessions by what was said in them, the newest activity first, however many there are.

Three ways, which find the same:

- the rare way asks the index for all rows with the terms and sorts their sessions;
- the common way walks the list from its beginning and asks of each session whether it has them;
- while the index is far behind, or where there is none, every text is read (`LIKE`).

If a share p of n texts has the terms, the rare way looks at p·n rows, and the common one at about
limit / p. The common way is gone as far as the rare one would be long, and no further than it should
have to be; what has not been found by then is found the rare way. So a page costs at most about twice
the shorter of both, which is no more than √(limit·n) rows, if the words are spread evenly. Rows that
the index does not hold yet are always read as well; they are few.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    and_,
    func,
    or_,
    select,
    true,
    tuple_,
    union,
    union_all,
)  # fmt: skip
from sqlalchemy.orm import Session as OrmSession

from chat_app.domain.actor import Actor
from chat_app.domain.repositories import Cursor, SessionFilter
from chat_app.domain.searching import phrases_of
from chat_app.domain.session import LISTED_WITHIN, Session
from chat_app.infrastructure.db import tables
from chat_app.infrastructure.db.listing import (
    Conditions,
    behind,
    first_of,
    moment,
    place,
    visible,
    wanted_of,
)  # fmt: skip
from chat_app.infrastructure.db.search import NOTHING
from chat_app.infrastructure.db.term_indexes import Expected, TermIndex, term_index_of

MOST_UNREAD: Final = 20_000
"""Rows of a table that are read because the index does not hold them yet."""
_TEXTS_A_SESSION: Final = 10
_FIRST_STRETCH: Final = 100
_LONGER: Final = 2

_D, _MARK = tables.search_document.c, tables.search_mark.c
_M, _S, _V = tables.message.c, tables.chat_session.c, tables.visitor.c


class Finder:
    """Pages of sessions in which a text is found."""

    def __init__(self, session: OrmSession) -> None:
        self._session = session

    def page(
        self, actor: Actor, wanted: SessionFilter, cursor: Cursor | None, limit: int
    ) -> Sequence[Session]:
        """As `Sessions.page_for` for a filter with `q`."""
        phrases = phrases_of(wanted.q or "")
        if not phrases:
            return []
        shown = [visible(actor), *wanted_of(wanted), *behind(actor, cursor)]
        index = term_index_of(self._session, phrases)
        unread = self._unread(wanted.q or "") if index else None
        if index is None or unread is None:
            read = [*shown, _mentions(wanted.q or "")]
            return first_of(self._session, actor, read, limit)
        ids = self._walked(index, unread, actor, shown, limit)
        if ids is None:
            ids = self._session.scalars(_sorted(index, unread, actor, shown, limit)).all()
        return self._in_order(ids)

    def _in_order(self, ids: Sequence[str]) -> Sequence[Session]:
        found = self._session.scalars(select(Session).where(_S.id.in_(ids)))
        by_id = {one.id: one for one in found}
        return [by_id[one] for one in ids]

    def _unread(self, text: str) -> CTE | None:
        """Owners of texts behind the marks that mention it; None if that is too much to read."""
        names = ("message", "session", "visitor")
        rows = self._session.execute(select(_MARK.name, _MARK.upto).where(_MARK.name.in_(names)))
        marks: dict[str, str] = dict(tuple(row) for row in rows)
        new = [id_ > marks.get(name, NOTHING) for name, id_ in
               zip(names, (_M.id, _S.id, _V.id), strict=True)]  # fmt: skip
        counted = [
            select(func.count()).select_from(
                select(true()).where(one).limit(MOST_UNREAD + 1).subquery()
            ).scalar_subquery()
            for one in new
        ]  # fmt: skip
        if max(self._session.execute(select(*counted)).one()) > MOST_UNREAD:
            return None
        said, about, by = new
        return union_all(
            select(_M.session_id.label("id")).where(said, _has(text, _M.body)),
            select(_S.id).where(about, _has(text, _S.subject)),
            select(_V.id).where(by, or_(_has(text, _V.name), _has(text, _V.email))),
        ).cte("unread")

    def _walked(
        self, index: TermIndex, unread: CTE, actor: Actor, shown: Conditions, limit: int
    ) -> Sequence[str] | None:
        """The common way; None when it is not the shorter one, or has led too far."""
        most = farthest(index.expected(), limit)
        found: list[tuple[Any, str]] = []
        stretch, walked, from_here = _FIRST_STRETCH, 0, shown
        while walked < most:
            query = _stretch(index, unread, actor, from_here, stretch)
            rows = self._session.execute(query).all()
            found += [(row.moment, row.id) for row in rows if row.found]
            if len(rows) < stretch or _are_first(found, rows[-1].place, actor, limit):
                return [one for _, one in sorted(found, reverse=True)[:limit]]
            walked += stretch
            here = tuple_(rows[-1].place, rows[-1].id)
            from_here = [*shown, tuple_(place(actor), _S.id) < here]
            stretch = min(stretch * _LONGER, most - walked)
        return None


def _are_first(
    found: Sequence[tuple[datetime, str]], reached: datetime, actor: Actor, limit: int
) -> bool:
    """Whether nothing behind the place that was reached comes before the last of a page."""
    if len(found) < limit:
        return False
    last, _ = sorted(found, reverse=True)[limit - 1]
    return actor.is_visitor or reached <= last - LISTED_WITHIN


def farthest(expected: Expected, limit: int) -> int:
    """How many sessions the common way may ask; 0 where the rare way is short anyway."""

    def reach(rows: int) -> int:
        enough = limit * expected.all // max(1, rows) + _TEXTS_A_SESSION * limit
        return min(rows // _TEXTS_A_SESSION, enough)

    # Several terms that are common may stand in one text often, or never: both are likely.
    most = max(reach(expected.likely), reach(expected.at_most))
    return most if most >= _FIRST_STRETCH else 0


def _stretch(
    index: TermIndex, unread: CTE, actor: Actor, shown: Conditions, length: int
) -> Select[Any]:
    """Some sessions of the list, and of each whether it is found."""
    at = place(actor)
    some = (
        select(_S.id, _S.visitor_id, moment(actor).label("moment"), at.label("place"))
        .where(*shown).order_by(at.desc(), _S.id.desc()).limit(length).subquery("stretch")
    )  # fmt: skip
    owners: tuple[ColumnElement[str], ...] = (some.c.id, some.c.visitor_id)
    found = or_(
        *(index.has(owner, some).is_not(None) for owner in owners),
        *(owner.in_(select(unread.c.id)) for owner in owners),
    )
    query = select(some.c.id, some.c.moment, some.c.place, found.label("found"))
    return query.order_by(some.c.place.desc(), some.c.id.desc())


def _sorted(
    index: TermIndex, unread: CTE, actor: Actor, shown: Conditions, limit: int
) -> Select[Any]:
    """Ids of the sessions of all owners that the index names, in the list's order."""
    owner = union(index.owners(), select(unread.c.id)).cte("owner")
    led_to = index.each(owner, _S.visitor_id, [_S.id])
    found = union(select(owner.c.id), led_to).cte("found")
    one = index.each(found, _S.id, [_S.id, moment(actor).label("moment")], shown).subquery("one")
    return select(one.c.id).order_by(one.c.moment.desc(), one.c.id.desc()).limit(limit)


def _mentions(text: str) -> ColumnElement[bool]:
    return or_(
        _has(text, _S.subject),
        select(true()).where(
            _V.id == _S.visitor_id, or_(_has(text, _V.name), _has(text, _V.email))
        ).exists(),
        select(true()).where(_M.session_id == _S.id, _has(text, _M.body)).exists(),
    )  # fmt: skip


def _has(text: str, column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Every part between spaces stands somewhere in it."""
    return and_(true(), *(column.icontains(one, autoescape=True) for one in text.split()))
