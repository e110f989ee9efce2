"""Agents' accounts as admins keep them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chat_app.domain.actor import Actor, Role
from chat_app.domain.agent import DEFAULT_CAPACITY, Agent, normal_email
from chat_app.domain.errors import NotFound, Validation
from chat_app.domain.events import AgentChanged, AgentLeft, AgentStatusChanged, Event
from chat_app.domain.password import check_password
from chat_app.domain.ports import Clock, Ids, Passwords
from chat_app.domain.repositories import Cursor, UnitOfWork, UnitOfWorkFactory
from chat_app.use_cases.access import require_admin, require_agent
from chat_app.use_cases.again import again
from chat_app.use_cases.hands import Hands
from chat_app.use_cases.paging import Page, page_of

BATCH = 50
_PLAIN = ("name", "role", "capacity", "languages", "skills", "disabled")


@dataclass(frozen=True)
class NewAgent:
    """What an admin says of a new account."""

    name: str
    email: str
    password: str
    role: Role = "agent"
    capacity: int = DEFAULT_CAPACITY
    department_ids: Sequence[str] = ()
    languages: Sequence[str] = ()
    skills: Sequence[str] = ()
    disabled: bool = False


class Staff:
    """Every agent may read; changing is for admins. Raises NotFound, Forbidden or Validation."""

    def __init__(
        self, uow: UnitOfWorkFactory, hands: Hands, passwords: Passwords, ids: Ids, clock: Clock
    ) -> None:
        self._uow = uow
        self._hands = hands
        self._passwords = passwords
        self._ids = ids
        self._clock = clock

    def list(self, actor: Actor, cursor: Cursor | None = None, limit: int = 25) -> Page[Agent]:
        """All accounts, in the order of their making."""
        require_agent(actor)
        with self._uow.reading() as uow:
            page = page_of(uow.agents.page(cursor, limit + 1), limit)
            uow.agents.observe(page.items)
            return page

    def read(self, actor: Actor, agent_id: str) -> Agent:
        """One account."""
        require_agent(actor)
        with self._uow.reading() as uow:
            agent = _known(uow.agents.get(agent_id))
            uow.agents.observe([agent])
            return agent

    def create(self, actor: Actor, new: NewAgent) -> Agent:
        """Add an account; being online and having room, it is given waiting sessions."""
        require_admin(actor)
        check_password(new.password)
        agent = Agent(
            id=self._ids.new(),
            name=new.name,
            email=normal_email(new.email),
            password_hash=self._passwords.hash(new.password),
            created_at=self._clock.now(),
            role=new.role,
            capacity=new.capacity,
            disabled=new.disabled,
            department_ids=sorted(set(new.department_ids)),
            languages=[*new.languages],
            skills=[*new.skills],
        )
        with self._uow() as uow:
            _check_departments(uow, agent.department_ids)
            _check_email(uow, agent.id, agent.email)
            uow.agents.add(agent)
            uow.commit(AgentChanged(agent.id))
        return agent

    def change(self, actor: Actor, agent_id: str, changes: Mapping[str, Any]) -> Agent:
        """Change what `changes` names: fields of NewAgent with new values.

        A new password or `disabled` ends all of the agent's sign-ins; the sessions of a disabled
        one go back to the queue.
        """
        require_admin(actor)
        hashed = self._hashed(changes.get("password"))
        with self._uow() as uow:
            agent, events = _changed(uow, agent_id, changes)
            if hashed is not None:
                agent.password_hash = hashed
            if hashed is not None or agent.disabled:
                uow.agents.drop_tokens_of(agent.id)
            uow.commit(*events)
        if AgentLeft(agent.id) in events:
            self.requeue_sessions(agent.id)
        return agent

    def delete(self, actor: Actor, agent_id: str) -> None:
        """End an account; its name stays on what it did, its sessions go back to the queue."""
        require_admin(actor)
        with self._uow() as uow:
            admins = uow.agents.locked_admins()
            agent = _known(uow.agents.locked(agent_id))
            if [one.id for one in admins] == [agent.id]:
                raise Validation("The last admin cannot be deleted")
            gone = AgentStatusChanged(agent.id, "offline", tuple(agent.department_ids))
            agent.delete(self._clock.now())
            uow.agents.drop_tokens_of(agent.id)
            uow.leases.drop_of(agent.id)
            uow.agents.set_departments(agent, ())
            uow.commit(AgentLeft(agent.id), gone)
        self.requeue_sessions(agent_id)

    def requeue_sessions(self, agent_id: str) -> int:
        """Let the sessions of a disabled or deleted agent wait again; return how many.

        Done at once after the change; a worker does it again, should this process die in between.
        """
        with self._uow.reading() as uow:
            agent = uow.agents.among([agent_id]).get(agent_id)
        if agent is None or not agent.disabled:
            return 0  # enabled again meanwhile
        name, requeued = agent.name, 0
        while count := again(lambda: self._requeue_some(agent_id, name)):
            requeued += count
        return requeued

    def _requeue_some(self, agent_id: str, name: str) -> int:
        with self._uow() as uow:
            held = uow.sessions.held_by(agent_id, BATCH)
            events: list[Event] = []
            for session in held:
                events += self._hands.requeue(uow, session, name).events
            uow.commit(*events)
            return len(held)

    def _hashed(self, password: str | None) -> str | None:
        if password is None:
            return None
        check_password(password)
        return self._passwords.hash(password)


def _changed(
    uow: UnitOfWork, agent_id: str, changes: Mapping[str, Any]
) -> tuple[Agent, Sequence[Event]]:
    """Locks departments before agents, and agents in the order of their ids."""
    departments = changes.get("department_ids")
    if departments is not None:
        _check_departments(uow, departments)
    admins = uow.agents.locked_admins()
    agent = _known(uow.agents.locked(agent_id))
    if "email" in changes:
        email = normal_email(changes["email"])
        _check_email(uow, agent.id, email)
        agent.email = email
    was_disabled = agent.disabled
    for name in _PLAIN:
        if name in changes:
            setattr(agent, name, changes[name])
    if [one.id for one in admins] == [agent.id] and not agent.is_admin:
        field = "disabled" if agent.disabled else "role"
        raise Validation.of(field, "this is the last admin")
    if departments is not None:
        uow.agents.set_departments(agent, departments)
    uow.agents.observe([agent])
    return agent, _events(agent, was_disabled=was_disabled) if changes else ()


def _events(agent: Agent, *, was_disabled: bool) -> list[Event]:
    events: list[Event] = [AgentChanged(agent.id)]
    if agent.disabled != was_disabled:
        events.append(AgentStatusChanged(agent.id, agent.shown_status, tuple(agent.department_ids)))
    if agent.disabled and not was_disabled:
        events.append(AgentLeft(agent.id))
    return events


def _known(agent: Agent | None) -> Agent:
    if agent is None:
        raise NotFound("There is no such agent")
    return agent


def _check_email(uow: UnitOfWork, agent_id: str, email: str) -> None:
    other = uow.agents.by_email(email)
    if other is not None and other.id != agent_id:
        raise Validation.of("email", "belongs to another agent")


def _check_departments(uow: UnitOfWork, ids: Collection[str]) -> None:
    """Lock them, so that none is deleted meanwhile."""
    if len(uow.departments.locked(ids)) < len(set(ids)):
        raise Validation.of("department_ids", "there is no such department")
