"""The repositories of sites, departments, agents and visitors in memory: see fake_database.py."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from chat_app.domain.actor import Actor
from chat_app.domain.agent import Agent, AgentLease, AgentToken
from chat_app.domain.business_hours import Schedule
from chat_app.domain.department import Department
from chat_app.domain.ports import Clock
from chat_app.domain.repositories import Cursor
from chat_app.domain.routing import Assignment, Candidate
from chat_app.domain.session import Session
from chat_app.domain.site import Site
from chat_app.domain.visitor import Visitor, VisitorToken

Flush = Callable[[], None]


class PeopleRows(Protocol):
    """The tables these repositories read and write."""

    sites: list[Site]
    departments: list[Department]
    business_hours: list[Schedule]
    agents: list[Agent]
    agent_tokens: list[AgentToken]
    leases: list[AgentLease]
    visitors: list[Visitor]
    visitor_tokens: list[VisitorToken]
    sessions: list[Session]
    assignments: list[Assignment]


class Deletable(Protocol):
    """What stays, marked, for those who refer to it."""

    id: str
    created_at: datetime
    deleted_at: datetime | None


D = TypeVar("D", bound=Deletable)


def existing(rows: Iterable[D]) -> list[D]:
    """Those that are not deleted."""
    return [one for one in rows if one.deleted_at is None]


def part_of(rows: Iterable[D], cursor: Cursor | None, limit: int) -> list[D]:
    """The next ones after the cursor in the order of their making."""
    found = sorted(existing(rows), key=lambda one: (one.created_at, one.id))
    if cursor is not None:
        found = [one for one in found if (one.created_at, one.id) > (cursor.at, cursor.id)]
    return found[:limit]


class FakeSites:
    def __init__(self, rows: PeopleRows) -> None:
        self._rows = rows

    def add(self, site: Site) -> None:
        self._rows.sites.append(site)

    def get(self, site_id: str) -> Site | None:
        return next((one for one in self._rows.sites if one.id == site_id), None)

    def locked(self) -> Mapping[str, Site]:
        return {one.id: one for one in existing(self._rows.sites)}

    def by_key(self, key: str) -> Site | None:
        return next((one for one in existing(self._rows.sites) if one.key == key), None)

    def default(self) -> Site | None:
        return next(iter(self.page(None, 1)), None)

    def page(self, cursor: Cursor | None, limit: int) -> Sequence[Site]:
        return part_of(self._rows.sites, cursor, limit)

    def all_origins(self) -> list[list[str]]:
        return [one.allowed_origins for one in existing(self._rows.sites)]


class FakeDepartments:
    def __init__(self, rows: PeopleRows, flush: Flush) -> None:
        self._rows = rows
        self._flush = flush

    def add(self, department: Department) -> None:
        self._rows.departments.append(department)
        self._flush()

    def get(self, department_id: str) -> Department | None:
        return self.locked([department_id]).get(department_id)

    def by_name(self, name: str) -> Department | None:
        key = name.casefold()
        return next((one for one in self._rows.departments if one.name_key == key), None)

    def locked(self, ids: Iterable[str]) -> Mapping[str, Department]:
        wanted = set(ids)
        return {one.id: one for one in existing(self._rows.departments) if one.id in wanted}

    def among(self, ids: Iterable[str]) -> Mapping[str, Department]:
        wanted = set(ids)
        return {one.id: one for one in self._rows.departments if one.id in wanted}

    def page(self, cursor: Cursor | None, limit: int) -> Sequence[Department]:
        return part_of(self._rows.departments, cursor, limit)

    def with_longest_wait(self) -> Sequence[Department]:
        limited = [one for one in existing(self._rows.departments) if one.max_wait_seconds]
        return sorted(limited, key=lambda one: one.id)

    def members(self, ids: Iterable[str]) -> Mapping[str, list[str]]:
        agents = existing(self._rows.agents)
        return {
            one: sorted(agent.id for agent in agents if one in agent.department_ids) for one in ids
        }

    def set_members(self, department_id: str, agent_ids: Iterable[str]) -> None:
        wanted = set(agent_ids)
        for agent in self._rows.agents:
            others = {one for one in agent.department_ids if one != department_id}
            mine = {department_id} if agent.id in wanted else set()
            agent.department_ids = sorted(others | mine)

    def detach(self, department_id: str) -> None:
        self.set_members(department_id, ())
        for site in self._rows.sites:
            if site.department_id == department_id:
                site.department_id = None
        for department in self._rows.departments:
            if department.fallback_department_id == department_id:
                department.fallback_department_id = None


class FakeVisitors:
    def __init__(self, rows: PeopleRows, flush: Flush) -> None:
        self._rows = rows
        self._flush = flush

    def add(self, visitor: Visitor) -> None:
        self._rows.visitors.append(visitor)
        self._flush()

    def get(self, visitor_id: str) -> Visitor | None:
        return next((one for one in self._rows.visitors if one.id == visitor_id), None)

    def among(self, ids: Iterable[str]) -> Mapping[str, Visitor]:
        wanted = set(ids)
        return {one.id: one for one in self._rows.visitors if one.id in wanted}

    def blocked_among(self, ids: Iterable[str]) -> set[str]:
        wanted = set(ids)
        return {one.id for one in self._rows.visitors if one.id in wanted and one.blocked}

    def by_external_id(self, site_id: str, external_id: str) -> Visitor | None:
        wanted = (site_id, external_id)
        return next(
            (one for one in self._rows.visitors if (one.site_id, one.external_id) == wanted), None
        )

    def add_token(self, token: VisitorToken) -> None:
        self._rows.visitor_tokens.append(token)


class FakeSchedules:
    def __init__(self, rows: PeopleRows, flush: Flush) -> None:
        self._rows = rows
        self._flush = flush

    def add(self, schedule: Schedule) -> None:
        self._rows.business_hours.append(schedule)
        self._flush()

    def get(self, schedule_id: str) -> Schedule | None:
        return next((one for one in self._rows.business_hours if one.id == schedule_id), None)

    def locked(self, schedule_id: str) -> Schedule | None:
        return self.get(schedule_id)

    def of(self, *owner_ids: str | None) -> Sequence[Schedule]:
        wanted = set(owner_ids) - {None}
        return [
            one for one in self._rows.business_hours if {one.site_id, one.department_id} & wanted
        ]

    def page(self, cursor: Cursor | None, limit: int) -> Sequence[Schedule]:
        found = sorted(self._rows.business_hours, key=lambda one: (one.created_at, one.id))
        if cursor is not None:
            found = [one for one in found if (one.created_at, one.id) > (cursor.at, cursor.id)]
        return found[:limit]

    def remove(self, schedule: Schedule) -> None:
        self._rows.business_hours.remove(schedule)

    def remove_of(self, owner_id: str) -> None:
        for one in self.of(owner_id):
            self.remove(one)


class FakeAgents:
    def __init__(self, rows: PeopleRows, clock: Clock, flush: Flush) -> None:
        self._rows = rows
        self._clock = clock
        self._flush = flush

    def add(self, agent: Agent) -> None:
        self._rows.agents.append(agent)
        self._flush()

    def observe(self, agents: Sequence[Agent]) -> None:
        now = self._clock.now()
        alive = {one.agent_id for one in self._rows.leases if one.lease_until > now}
        active = [one.agent_id for one in self._rows.sessions if one.status == "active"]
        for one in agents:
            one.connected, one.active_sessions = one.id in alive, active.count(one.id)

    def mark_absent(self, ids: Iterable[str]) -> None:
        wanted = set(ids)
        for one in self._rows.agents:
            if one.id in wanted and one.absent_since is None:
                one.absent_since = self._clock.now()

    def absent(self) -> Sequence[str]:
        holding = {one.agent_id for one in self._rows.assignments if one.open_session}
        absent = (one.id for one in self._rows.agents if one.absent_since is not None)
        return sorted(holding & set(absent))

    def get(self, agent_id: str) -> Agent | None:
        return next((one for one in existing(self._rows.agents) if one.id == agent_id), None)

    def locked(self, agent_id: str) -> Agent | None:
        return self.get(agent_id)

    def locked_admins(self) -> Sequence[Agent]:
        admins = [one for one in self._rows.agents if one.is_admin]
        return sorted(admins, key=lambda one: one.id)

    def by_email(self, email: str) -> Agent | None:
        return next((one for one in existing(self._rows.agents) if one.email == email), None)

    def page(self, cursor: Cursor | None, limit: int) -> Sequence[Agent]:
        return part_of(self._rows.agents, cursor, limit)

    def set_departments(self, agent: Agent, department_ids: Iterable[str]) -> None:
        agent.department_ids = sorted(set(department_ids))

    def among(self, ids: Iterable[str]) -> Mapping[str, Agent]:
        wanted = set(ids)
        return {one.id: one for one in self._rows.agents if one.id in wanted}

    def any_exists(self) -> bool:
        return bool(self._rows.agents)

    def to_mail(self, department_id: str | None) -> Sequence[Agent]:
        found = [one for one in self._serving(department_id) if not one.disabled]
        return sorted(found, key=lambda one: one.id)

    def candidates(self, department_id: str | None) -> Sequence[Candidate]:
        now = self._clock.now()
        alive = {one.agent_id for one in self._rows.leases if one.lease_until > now}
        return [
            Candidate(
                one.id,
                one.name,
                self._load(one),
                one.capacity,
                one.last_assigned_at,
                tuple(one.languages),
            )
            for one in self._serving(department_id)
            if one.status == "online" and not one.disabled and one.id in alive
        ]

    def add_token(self, token: AgentToken) -> None:
        self._rows.agent_tokens.append(token)

    def drop_token(self, token_hash: str) -> None:
        kept = [one for one in self._rows.agent_tokens if one.token_hash != token_hash]
        self._rows.agent_tokens[:] = kept

    def drop_tokens_of(self, agent_id: str) -> None:
        kept = [one for one in self._rows.agent_tokens if one.agent_id != agent_id]
        self._rows.agent_tokens[:] = kept

    def _serving(self, department_id: str | None) -> list[Agent]:
        everybody = self._rows.agents
        if department_id is None:
            return list(everybody)
        return [one for one in everybody if department_id in one.department_ids]

    def _load(self, agent: Agent) -> int:
        mine = [one for one in self._rows.assignments if one.agent_id == agent.id]
        return sum(one.open_slot is not None for one in mine)


class FakeBearers:
    def __init__(self, rows: PeopleRows) -> None:
        self._rows = rows

    def of(self, token_hashes: Iterable[str], now: datetime) -> Mapping[str, Actor]:
        found = {}
        for token_id in token_hashes:
            actor = self._agent(token_id, now) or self._visitor(token_id)
            if actor is not None:
                found[token_id] = actor
        return found

    def _agent(self, token_id: str, now: datetime) -> Actor | None:
        tokens = {one.token_hash: one for one in self._rows.agent_tokens if one.expires_at > now}
        agents = {one.id: one for one in self._rows.agents if not one.disabled}
        token = tokens.get(token_id)
        agent = agents.get(token.agent_id) if token else None
        if agent is None:
            return None
        return Actor(
            kind="agent",
            id=agent.id,
            name=agent.name,
            role=agent.role,
            department_ids=frozenset(agent.department_ids),
            token_id=token_id,
        )

    def _visitor(self, token_id: str) -> Actor | None:
        tokens = {one.token_hash: one for one in self._rows.visitor_tokens}
        visitors = {one.id: one for one in self._rows.visitors}
        token = tokens.get(token_id)
        visitor = visitors.get(token.visitor_id) if token else None
        if visitor is None:
            return None
        return Actor(
            kind="visitor",
            id=visitor.id,
            name=visitor.name or "",
            site_id=visitor.site_id,
            token_id=token_id,
        )


class FakeLeases:
    def __init__(self, rows: PeopleRows, clock: Clock) -> None:
        self._rows = rows
        self._clock = clock

    def take(self, sid: str, agent_id: str, seconds: int) -> None:
        until = self._clock.now() + timedelta(seconds=seconds)
        kept = [one for one in self._rows.leases if one.sid != sid]
        self._rows.leases[:] = [*kept, AgentLease(sid, agent_id, until)]

    def renew(self, sockets: Mapping[str, str], seconds: int) -> set[str]:
        known = {one.sid for one in self._rows.leases}
        for sid, agent_id in sockets.items():
            self.take(sid, agent_id, seconds)
        return {agent_id for sid, agent_id in sockets.items() if sid not in known}

    def shorten(self, sid: str, seconds: int) -> None:
        until = self._clock.now() + timedelta(seconds=seconds)
        for lease in self._rows.leases:
            if lease.sid == sid:
                lease.lease_until = min(lease.lease_until, until)

    def drop_of(self, agent_id: str) -> None:
        self._rows.leases[:] = [one for one in self._rows.leases if one.agent_id != agent_id]

    def alive(self, agent_ids: Iterable[str]) -> set[str]:
        now, wanted = self._clock.now(), set(agent_ids)
        live = (one for one in self._rows.leases if one.lease_until > now)
        return {one.agent_id for one in live if one.agent_id in wanted}

    def drop_expired(self) -> Sequence[AgentLease]:
        now = self._clock.now()
        expired = [one for one in self._rows.leases if one.lease_until <= now]
        self._rows.leases[:] = [one for one in self._rows.leases if one.lease_until > now]
        return expired
