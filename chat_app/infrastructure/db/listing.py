"""Which sessions a list shows, and in which order, in SQL."""

import json

from sqlalchemy import ColumnElement, Text, cast, func, or_, true, tuple_

from chat_app.domain.actor import Actor
from chat_app.domain.repositories import Cursor, SessionFilter
from chat_app.domain.session import STATUSES
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


def behind(actor: Actor, cursor: Cursor | None) -> Conditions:
    """What comes later in the list."""
    if cursor is None:
        return []
    return [tuple_(moment(actor), _S.id) < tuple_(cursor.at, cursor.id)]


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
