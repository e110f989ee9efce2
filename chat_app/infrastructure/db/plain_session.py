"""A session that the ORM does not watch: for the path that every message takes."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam
from sqlalchemy.orm import Session as OrmSession

import chat_app.infrastructure.db.mapping  # noqa: F401 - maps Session, whose twin this is
from chat_app.domain.session import Session
from chat_app.infrastructure.db import tables
from chat_app.infrastructure.db.shapes import Shape, Values, takes_documents


@dataclass(eq=False, slots=True)
class PlainSession(Session):
    """The same rules on the same fields; its slots lie over the attributes that the ORM watches."""


PLAIN: Final[Shape[Session]] = Shape(Session, tables.chat_session, PlainSession)
_S = tables.chat_session.c
AMONG: Final = PLAIN.query().where(_S.id.in_(bindparam("ids", expanding=True)))
_LOCK = AMONG.order_by(_S.id).with_for_update(key_share=True)
_LOCK_AS_DOCUMENT = (
    "WITH locked AS (SELECT to_jsonb(s) AS one FROM chat_session s"
    " WHERE id = ANY(CAST(%(ids)s AS uuid[])) ORDER BY id FOR NO KEY UPDATE)"
    " SELECT json_agg(one) FROM locked"
)


def locked_rows(session: OrmSession, ids: list[str]) -> list[Values]:
    """The rows of sessions as they are now, locked in the order of their ids."""
    given: dict[str, Any] = {"ids": ids}
    if takes_documents(session):
        found = session.connection().exec_driver_sql(_LOCK_AS_DOCUMENT, given).scalar()
        return [PLAIN.from_document(one) for one in found or ()]
    return [tuple(row) for row in session.execute(_LOCK, given)]
