"""Repositories of agents' accounts, sign-ins and live sockets."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session as OrmSession

from chat_app.domain.agent import Agent, AgentLease, AgentToken
from chat_app.domain.repositories import Cursor
from chat_app.domain.routing import Candidate
from chat_app.infrastructure.db import tables
from chat_app.infrastructure.db.now import DatabaseClock
from chat_app.infrastructure.db.paging import after

_A = tables.agent.c


def _member_of(department_id: str | BindParameter[str]) -> ColumnElement[bool]:
    return exists().where(
        tables.agent_department.c.agent_id == tables.agent.c.id,
        tables.agent_department.c.department_id == department_id,
    )


def _candidates(*more: ColumnElement[bool]) -> Select[Any]:
    taken, leases = tables.assignment.c, tables.agent_lease.c
    load = select(func.count()).where(taken.agent_id == _A.id, taken.open_slot.is_not(None))
    present = exists().where(leases.agent_id == _A.id, leases.lease_until > bindparam("now"))
    columns = (
        _A.id, _A.name, load.scalar_subquery(), _A.capacity, _A.last_assigned_at, _A.languages,
    )  # fmt: skip
    return select(*columns).where(_A.status == "online", _A.disabled.is_(False), present, *more)


# Built once: every session that is shown while it waits asks for one of them.
_CANDIDATES = _candidates()
_CANDIDATES_OF = _candidates(_member_of(bindparam("department_id")))


class SqlAgents:
    """Accounts and sign-ins. An agent's departments are rows of their own."""

    def __init__(self, session: OrmSession, clock: DatabaseClock) -> None:
        self._session = session
        self._clock = clock

    def add(self, agent: Agent) -> None:
        """Store the account and its memberships."""
        self._session.add(agent)
        self._session.flush()
        self._join(agent.id, agent.department_ids)

    def get(self, agent_id: str) -> Agent | None:
        """By id."""
        return self._one(_A.id == agent_id)

    def locked(self, agent_id: str) -> Agent | None:
        """By id, with its row locked: nobody else changes its load meanwhile."""
        return self._one(_A.id == agent_id, lock=True)

    def locked_admins(self) -> Sequence[Agent]:
        """Those who may change everything, with their rows locked in the order of their ids."""
        query = select(Agent).where(
            _A.role == "admin", _A.disabled.is_(False), _A.deleted_at.is_(None)
        )
        query = query.order_by(_A.id).with_for_update()
        found = self._session.scalars(query, execution_options={"populate_existing": True})
        return self._complete(list(found))

    def by_email(self, email: str) -> Agent | None:
        """By e-mail address, in lower case."""
        return self._one(_A.email == email)

    def page(self, cursor: Cursor | None, limit: int) -> Sequence[Agent]:
        """In the order of their making."""
        query = after(select(Agent), tables.agent, cursor, limit)
        return self._complete(list(self._session.scalars(query)))

    def set_departments(self, agent: Agent, department_ids: Iterable[str]) -> None:
        """Let the agent serve these departments and no others."""
        members = tables.agent_department
        self._session.execute(delete(members).where(members.c.agent_id == agent.id))
        agent.department_ids = sorted(set(department_ids))
        self._join(agent.id, agent.department_ids)

    def among(self, ids: Iterable[str]) -> Mapping[str, Agent]:
        """Several by id, deleted ones too."""
        wanted = list(ids)
        if not wanted:
            return {}
        query = select(Agent).where(tables.agent.c.id.in_(wanted))
        return {one.id: one for one in self._complete(list(self._session.scalars(query)))}

    def any_exists(self) -> bool:
        """False only before the first admin was made."""
        return bool(self._session.scalar(select(exists(select(tables.agent.c.id)))))

    def to_mail(self, department_id: str | None) -> Sequence[Agent]:
        """Who is written to about a department (None: everybody)."""
        query = select(Agent).where(tables.agent.c.disabled.is_(False))
        if department_id is not None:
            query = query.where(_member_of(department_id))
        return self._complete(list(self._session.scalars(query.order_by(tables.agent.c.id))))

    def candidates(self, department_id: str | None) -> Sequence[Candidate]:
        """Who is online now for a session of this department, with the load of each."""
        query = _CANDIDATES if department_id is None else _CANDIDATES_OF
        given = {"now": self._clock.now(), "department_id": department_id}
        rows = self._session.execute(query, given)
        return [
            Candidate(agent_id, name, load, capacity, last, tuple(languages))
            for agent_id, name, load, capacity, last, languages in rows
        ]

    def observe(self, agents: Sequence[Agent]) -> None:
        """Fill in what colleagues see of them now: a live socket, active sessions."""
        ids = [one.id for one in agents]
        if not ids:
            return
        leases, sessions = tables.agent_lease.c, tables.chat_session.c
        live = (leases.agent_id.in_(ids), leases.lease_until > self._clock.now())
        connected = set(self._session.scalars(select(leases.agent_id).where(*live)))
        counted = self._session.execute(
            select(sessions.agent_id, func.count())
            .where(sessions.agent_id.in_(ids), sessions.status == "active")
            .group_by(sessions.agent_id)
        )
        counts = dict(tuple(row) for row in counted)
        for one in agents:
            one.connected = one.id in connected
            one.active_sessions = counts.get(one.id, 0)

    def mark_absent(self, ids: Iterable[str]) -> None:
        """Note that these agents are gone, unless it was noted before."""
        agents = tables.agent.c
        self._session.execute(
            update(tables.agent)
            .where(agents.id.in_(sorted(ids)), agents.absent_since.is_(None))
            .values(absent_since=self._clock.now())
            .execution_options(synchronize_session="fetch")
        )

    def absent(self) -> Sequence[str]:
        """Ids of absent agents who still have sessions."""
        agents, taken = tables.agent.c, tables.assignment.c
        query = select(agents.id).where(
            agents.absent_since.is_not(None),
            exists().where(taken.agent_id == agents.id, taken.open_session.is_not(None)),
        )
        return list(self._session.scalars(query.order_by(agents.id)))

    def add_token(self, token: AgentToken) -> None:
        """Keep a sign-in."""
        self._session.add(token)

    def drop_token(self, token_hash: str) -> None:
        """End one sign-in."""
        self._session.execute(
            delete(tables.agent_token).where(tables.agent_token.c.token_hash == token_hash)
        )

    def drop_tokens_of(self, agent_id: str) -> None:
        """End all of an agent's sign-ins."""
        self._session.execute(
            delete(tables.agent_token).where(tables.agent_token.c.agent_id == agent_id)
        )

    def _join(self, agent_id: str, department_ids: Iterable[str]) -> None:
        for department_id in department_ids:
            row = {"agent_id": agent_id, "department_id": department_id}
            self._session.execute(insert(tables.agent_department).values(row))

    def _one(self, condition: ColumnElement[bool], *, lock: bool = False) -> Agent | None:
        query = select(Agent).where(condition, _A.deleted_at.is_(None))
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        found = self._complete(list(self._session.scalars(query)))
        return found[0] if found else None

    def _complete(self, agents: list[Agent]) -> list[Agent]:
        """Read the memberships of all in one query."""
        members = tables.agent_department
        of: dict[str, list[str]] = {one.id: [] for one in agents}
        if of:
            rows = self._session.execute(
                select(members.c.agent_id, members.c.department_id)
                .where(members.c.agent_id.in_(list(of)))
                .order_by(members.c.department_id)
            )
            for agent_id, department_id in rows:
                of[agent_id].append(department_id)
        for one in agents:
            one.department_ids = of[one.id]
        return agents


class SqlLeases:
    """Agents' live sockets, on the database's clock."""

    def __init__(self, session: OrmSession, clock: DatabaseClock) -> None:
        self._session = session
        self._clock = clock

    def take(self, sid: str, agent_id: str, seconds: int) -> None:
        """Vouch for a new socket."""
        self._session.merge(AgentLease(sid, agent_id, self._in(seconds)))

    def renew(self, sockets: Mapping[str, str], seconds: int) -> set[str]:
        """Vouch again for sockets (sid → agent id); return the agents of those given up before."""
        until = self._in(seconds)
        known = set(
            self._session.scalars(
                select(tables.agent_lease.c.sid).where(tables.agent_lease.c.sid.in_(list(sockets)))
            )
        )
        self._session.execute(
            update(tables.agent_lease)
            .where(tables.agent_lease.c.sid.in_(known))
            .values(lease_until=until)
        )
        given_up = sockets.keys() - known
        for sid in given_up:
            self._session.add(AgentLease(sid, sockets[sid], until))
        return {sockets[sid] for sid in given_up}

    def shorten(self, sid: str, seconds: int) -> None:
        """Let a socket's lease end soon."""
        until = self._in(seconds)
        self._session.execute(
            update(tables.agent_lease)
            .where(tables.agent_lease.c.sid == sid, tables.agent_lease.c.lease_until > until)
            .values(lease_until=until)
        )

    def drop_of(self, agent_id: str) -> None:
        """Forget all of an agent's sockets."""
        self._session.execute(
            delete(tables.agent_lease).where(tables.agent_lease.c.agent_id == agent_id)
        )

    def drop_expired(self) -> Sequence[AgentLease]:
        """Forget sockets nobody vouches for any more."""
        query = select(AgentLease).where(tables.agent_lease.c.lease_until <= self._clock.now())
        expired = list(self._session.scalars(query.with_for_update(skip_locked=True)))
        for lease in expired:
            self._session.delete(lease)
        return expired

    def alive(self, agent_ids: Iterable[str]) -> set[str]:
        """Those with a socket that somebody vouches for."""
        leases = tables.agent_lease.c
        query = select(leases.agent_id).where(
            leases.agent_id.in_(sorted(agent_ids)), leases.lease_until > self._clock.now()
        )
        return set(self._session.scalars(query))

    def _in(self, seconds: int) -> datetime:
        return self._clock.now() + timedelta(seconds=seconds)
