"""Repository of visitors and their devices."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session as OrmSession

from chat_app.domain.visitor import Visitor, VisitorToken
from chat_app.infrastructure.db import tables
from chat_app.infrastructure.db.rows import Rows
from chat_app.infrastructure.db.shapes import Change, Shape, takes_documents

VISITORS: Final[Shape[Visitor]] = Shape(Visitor, tables.visitor, Visitor)
TOKENS: Final[Shape[VisitorToken]] = Shape(VisitorToken, tables.visitor_token, VisitorToken)
_V = tables.visitor.c
# Built once: putting a statement together costs more than looking its plan up again.
_AMONG = select(Visitor).where(_V.id.in_(bindparam("ids", expanding=True)))
_BLOCKED = select(_V.id).where(_V.id.in_(bindparam("ids", expanding=True)), _V.blocked.is_(True))

_BLOCKED_OF_LIST = (
    "SELECT CAST(id AS text) FROM visitor WHERE id = ANY(CAST(%(ids)s AS uuid[])) AND blocked"
)


class SqlVisitors:
    """Visitors and their devices."""

    def __init__(self, session: OrmSession) -> None:
        self._session = session
        self._rows = Rows(session, VISITORS)
        self._tokens = Rows(session, TOKENS)
        self._added: dict[str, Visitor] = {}

    def take_changes(self) -> Sequence[Change]:
        """What is new of visitors and their devices; the caller sends it to the database."""
        return [*self._rows.take_changes(), *self._tokens.take_changes()]

    def add(self, visitor: Visitor) -> None:
        """Store it with the next flush."""
        self._rows.add(visitor)
        self._added[visitor.id] = visitor

    def get(self, visitor_id: str) -> Visitor | None:
        """By id."""
        return self._added.get(visitor_id) or self._session.get(Visitor, visitor_id)

    def among(self, ids: Iterable[str]) -> Mapping[str, Visitor]:
        """Several at once, by id."""
        wanted = set(ids)
        found = {key: one for key, one in self._added.items() if key in wanted}
        others = list(wanted - found.keys())
        if others:
            found |= {one.id: one for one in self._session.scalars(_AMONG, {"ids": others})}
        return found

    def blocked_among(self, ids: Iterable[str]) -> set[str]:
        """Those of `ids` that were blocked."""
        wanted = list(ids)
        if not wanted:
            return set()
        if takes_documents(self._session):
            found = self._session.connection().exec_driver_sql(_BLOCKED_OF_LIST, {"ids": wanted})
            return {row[0] for row in found}
        return set(self._session.scalars(_BLOCKED, {"ids": wanted}))

    def by_external_id(self, site_id: str, external_id: str) -> Visitor | None:
        """By the site's own, proven id."""
        return self._session.scalar(
            select(Visitor).where(
                tables.visitor.c.site_id == site_id,
                tables.visitor.c.external_id == external_id,
            )
        )

    def add_token(self, token: VisitorToken) -> None:
        """Let a device in, from the next flush on; its visitor must be stored by then."""
        self._tokens.add(token)
