"""Repository of those whose tokens are shown."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, func, literal, null, select, union_all
from sqlalchemy.orm import Session as OrmSession

from chat_app.domain.actor import Actor
from chat_app.infrastructure.db import tables
from chat_app.infrastructure.db.shapes import takes_documents

_A, _V = tables.agent.c, tables.visitor.c
_AT, _VT = tables.agent_token.c, tables.visitor_token.c
_M = tables.agent_department.c

# An agent is a row a department; whoever serves none is one row without.
_AGENTS = (
    select(_AT.token_hash, literal("agent"), _A.id, _A.name, _A.role, null(), _M.department_id)
    .join(tables.agent, _A.id == _AT.agent_id)
    .outerjoin(tables.agent_department, _M.agent_id == _A.id)
    .where(
        _AT.token_hash.in_(bindparam("hashes", expanding=True)),
        _AT.expires_at > bindparam("now"),
        _A.disabled.is_(False),
    )
)
_VISITORS = (
    select(
        _VT.token_hash,
        literal("visitor"),
        _V.id,
        func.coalesce(_V.name, ""),
        null(),
        _V.site_id,
        null(),
    )
    .join(tables.visitor, _V.id == _VT.visitor_id)
    .where(_VT.token_hash.in_(bindparam("hashes", expanding=True)))
)
_BEARERS: Final = union_all(_AGENTS, _VISITORS)
_BEARERS_OF_LIST: Final = """
SELECT t.token_hash, 'agent', CAST(a.id AS text), a.name, a.role, NULL, CAST(m.department_id AS text)
FROM agent_token t JOIN agent a ON a.id = t.agent_id
LEFT JOIN agent_department m ON m.agent_id = a.id
WHERE t.token_hash = ANY(%(hashes)s) AND t.expires_at > %(now)s AND NOT a.disabled
UNION ALL
SELECT t.token_hash, 'visitor', CAST(v.id AS text), COALESCE(v.name, ''), NULL, CAST(v.site_id AS text),
    NULL
FROM visitor_token t JOIN visitor v ON v.id = t.visitor_id
WHERE t.token_hash = ANY(%(hashes)s)
"""


class SqlBearers:
    """One statement for agents and visitors: nobody knows of a token whose it is."""

    def __init__(self, session: OrmSession) -> None:
        self._session = session

    def of(self, token_hashes: Iterable[str], now: datetime) -> Mapping[str, Actor]:
        """Whose tokens these are, as far as they are worth something at `now`."""
        given: dict[str, Any] = {"hashes": list(token_hashes), "now": now}
        if takes_documents(self._session):
            # Past the compiler: every call over REST begins with this.
            return _folded(self._session.connection().exec_driver_sql(_BEARERS_OF_LIST, given))
        return _folded(self._session.execute(_BEARERS, given))


def _folded(rows: Iterable[Any]) -> Mapping[str, Actor]:
    """A caller a token, with all of its departments."""
    owners: dict[str, tuple[Any, ...]] = {}
    departments: dict[str, set[str]] = {}
    for token_id, *owner, department_id in rows:
        owners[token_id] = tuple(owner)
        departments.setdefault(token_id, set()).add(department_id)
    return {
        token_id: Actor(
            kind=kind,
            id=actor_id,
            name=name,
            role=role or "agent",
            department_ids=frozenset(filter(None, departments[token_id])),
            site_id=site_id,
            token_id=token_id,
        )
        for token_id, (kind, actor_id, name, role, site_id) in owners.items()
    }
