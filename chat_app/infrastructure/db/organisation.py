"""Repositories of sites and departments; deleted ones stay for what refers to them."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session as OrmSession

from chat_app.domain.department import Department
from chat_app.domain.repositories import Cursor
from chat_app.domain.site import Site
from chat_app.infrastructure.db import tables
from chat_app.infrastructure.db.paging import after

_D = tables.department.c
_M = tables.agent_department.c
_S = tables.site.c

_OLDEST_SITE = after(select(Site), tables.site, None, 1)


class SqlSites:
    """Websites."""

    def __init__(self, session: OrmSession) -> None:
        self._session = session

    def add(self, site: Site) -> None:
        """Store it."""
        self._session.add(site)

    def get(self, site_id: str) -> Site | None:
        """By id, a deleted one too."""
        return self._session.get(Site, site_id)

    def locked(self) -> Mapping[str, Site]:
        """All of them by id, with their rows locked."""
        query = select(Site).where(_S.deleted_at.is_(None)).order_by(_S.id)
        query = query.with_for_update(key_share=True)
        options = {"populate_existing": True}
        return {one.id: one for one in self._session.scalars(query, execution_options=options)}

    def by_key(self, key: str) -> Site | None:
        """By its public key."""
        if not (key.isascii() and key.isprintable()):
            return None  # the column holds ASCII: some databases refuse even to compare the rest
        return self._session.scalar(select(Site).where(_S.key == key, _S.deleted_at.is_(None)))

    def default(self) -> Site | None:
        """The oldest one."""
        oldest: Site | None = self._session.scalar(_OLDEST_SITE)
        return oldest

    def page(self, cursor: Cursor | None, limit: int) -> Sequence[Site]:
        """In the order of their making."""
        return list(self._session.scalars(after(select(Site), tables.site, cursor, limit)))

    def all_origins(self) -> list[list[str]]:
        """The allowed origins of every site."""
        return list(
            self._session.scalars(select(_S.allowed_origins).where(_S.deleted_at.is_(None)))
        )


class SqlDepartments:
    """Groups of agents."""

    def __init__(self, session: OrmSession) -> None:
        self._session = session

    def add(self, department: Department) -> None:
        """Store it."""
        self._session.add(department)
        self._session.flush()

    def get(self, department_id: str) -> Department | None:
        """By id."""
        query = select(Department).where(_D.id == department_id, _D.deleted_at.is_(None))
        return self._session.scalar(query)

    def by_name(self, name: str) -> Department | None:
        """By its name, however it is capitalised."""
        return self._session.scalar(select(Department).where(_D.name_key == name.casefold()))

    def locked(self, ids: Iterable[str]) -> Mapping[str, Department]:
        """Several by id, with their rows locked in this order."""
        wanted = list(ids)
        if not wanted:
            return {}
        query = select(Department).where(_D.id.in_(wanted), _D.deleted_at.is_(None))
        query = query.order_by(_D.id).with_for_update()
        options = {"populate_existing": True}
        return {one.id: one for one in self._session.scalars(query, execution_options=options)}

    def among(self, ids: Iterable[str]) -> Mapping[str, Department]:
        """Several by id, deleted ones too."""
        wanted = list(ids)
        if not wanted:
            return {}
        query = select(Department).where(_D.id.in_(wanted))
        return {one.id: one for one in self._session.scalars(query)}

    def page(self, cursor: Cursor | None, limit: int) -> Sequence[Department]:
        """In the order of their making."""
        query = after(select(Department), tables.department, cursor, limit)
        return list(self._session.scalars(query))

    def with_longest_wait(self) -> Sequence[Department]:
        """Those that limit how long one waits in them."""
        rows = tables.department.c
        query = select(Department).where(
            rows.deleted_at.is_(None), rows.max_wait_seconds.is_not(None)
        )
        return list(self._session.scalars(query.order_by(rows.id)))

    def members(self, ids: Iterable[str]) -> Mapping[str, list[str]]:
        """The ids of the agents of each."""
        of: dict[str, list[str]] = {one: [] for one in ids}
        rows = self._session.execute(
            select(_M.department_id, _M.agent_id)
            .join(tables.agent, tables.agent.c.id == _M.agent_id)
            .where(_M.department_id.in_(list(of)), tables.agent.c.deleted_at.is_(None))
            .order_by(_M.agent_id)
        )
        for department_id, agent_id in rows:
            of[department_id].append(agent_id)
        return of

    def set_members(self, department_id: str, agent_ids: Iterable[str]) -> None:
        """Let these agents serve it and no others."""
        self._drop_members(department_id)
        for agent_id in sorted(set(agent_ids)):
            row = {"agent_id": agent_id, "department_id": department_id}
            self._session.execute(insert(tables.agent_department).values(row))

    def detach(self, department_id: str) -> None:
        """Nobody serves it any more, no site leads to it and no department falls back on it."""
        self._drop_members(department_id)
        self._session.execute(
            update(tables.site).where(_S.department_id == department_id).values(department_id=None)
        )
        self._session.execute(
            update(tables.department)
            .where(_D.fallback_department_id == department_id)
            .values(fallback_department_id=None)
        )

    def _drop_members(self, department_id: str) -> None:
        self._session.execute(
            delete(tables.agent_department).where(_M.department_id == department_id)
        )
