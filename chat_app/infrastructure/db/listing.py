"""Which sessions a list shows, and in which order, in SQL."""

import json
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Text, cast, func, or_, select, true, tuple_
from sqlalchemy.orm import Session as OrmSession

from chat_app.domain.actor import Actor
from chat_app.domain.repositories import Cursor, SessionFilter
from chat_app.domain.session import LISTED_WITHIN, STATUSES, Session
from chat_app.infrastructure.db import tables
from chat_app.infrastructure.db.types import UtcDateTime

_S = tables.chat_session.c
_OPEN = tuple(one for one in STATUSES if one != "closed")
Conditions = list[ColumnElement[bool]]


def visible(actor: Actor) -> ColumnElement[bool]:
    """`access.may_see` in SQL."""
    if actor.is_visitor:
        return _S.visitor_id == actor.id
    if actor.oversees:
        return true()
    return or_(
        _S.department_id.is_(None),
        _S.department_id.in_(sorted(actor.department_ids)),
        _S.agent_id == actor.id,
    )


def moment(actor: Actor) -> ColumnElement[UtcDateTime]:
    """Lists begin with the newest of it: visitors' with the creation, agents' with activity."""
    return _S.created_at if actor.is_visitor else _S.updated_at


def place(actor: Actor) -> ColumnElement[UtcDateTime]:
    """Where an index finds it: what happens in a session moves it there now and then only."""
    return _S.created_at if actor.is_visitor else _S.listed_at


def behind(actor: Actor, cursor: Cursor | None) -> Conditions:
    """What comes later in the list."""
    if cursor is None:
        return []
    later: ColumnElement[bool] = tuple_(moment(actor), _S.id) < tuple_(cursor.at, cursor.id)
    return [later, place(actor) <= cursor.at]


def first_of(session: OrmSession, actor: Actor, shown: Conditions, limit: int) -> Sequence[Session]:
    """The first `limit` of a list, in its order.

    As many have been active since the place of the last of so many places. Whatever has been
    active later than that has its own place less than LISTED_WITHIN before it: these are read
    and sorted, so many more than a page as have been active within that time.
    """
    if not actor.is_visitor:
        places = select(_S.listed_at).where(*shown).order_by(_S.listed_at.desc())
        last = session.scalar(places.offset(limit - 1).limit(1))
        if last is not None:
            shown = [*shown, _S.listed_at > last - LISTED_WITHIN]
    query = select(Session).where(*shown).order_by(moment(actor).desc(), _S.id.desc())
    return list(session.scalars(query.limit(limit)))


def wanted_of(wanted: SessionFilter) -> Conditions:
    """What the filter asks, but for `q`."""
    same = (
        (_S.status, wanted.status),
        (_S.agent_id, None if wanted.assignee == "none" else wanted.assignee),
        (_S.department_id, wanted.department_id),
        (_S.site_id, wanted.site_id),
    )
    asked: Conditions = [column == value for column, value in same if value is not None]
    if wanted.open_only:
        asked.append(_S.status.in_(_OPEN))
    if wanted.assignee == "none":
        asked.append(_S.agent_id.is_(None))
    if wanted.tag is not None:
        # Not LIKE: on SQLite and MySQL it takes capitals for small letters.
        tags, quoted = cast(_S.tags, Text), json.dumps(wanted.tag, ensure_ascii=False)
        asked.append(func.replace(tags, quoted, "") != tags)
    return asked
