"""Agents' accounts and what they set themselves."""

from dataclasses import dataclass

from chat_app.domain.actor import Actor
from chat_app.domain.agent import Agent, AgentStatus, normal_email
from chat_app.domain.errors import NotFound
from chat_app.domain.events import AgentStatusChanged
from chat_app.domain.password import check_password
from chat_app.domain.ports import Clock, Ids, Passwords
from chat_app.domain.repositories import Duplicate, UnitOfWork, UnitOfWorkFactory
from chat_app.use_cases.access import require_agent


@dataclass(frozen=True)
class FirstAdmin:
    """The first account; `password` is set only when it was made up just now."""

    email: str
    password: str | None
    created: bool


class Agents:
    """Accounts of the dashboard."""

    def __init__(
        self, uow: UnitOfWorkFactory, passwords: Passwords, ids: Ids, clock: Clock
    ) -> None:
        self._uow = uow
        self._passwords = passwords
        self._ids = ids
        self._clock = clock

    def me(self, actor: Actor) -> Agent:
        """The caller's own account."""
        with self._uow.reading() as uow:
            agent = _account(uow, require_agent(actor))
            uow.agents.observe([agent])
            return agent

    def set_status(self, actor: Actor, status: AgentStatus) -> Agent:
        """Choose online, away or offline; others hear of it as of "offline" without a live socket.

        Online agents are given waiting sessions; the sessions of one who goes offline go back to
        the queue, answered ones after a while.
        """
        with self._uow() as uow:
            agent = _account(uow, require_agent(actor))
            agent.status = status
            if status != "offline":
                agent.absent_since = None
            uow.flush()
            if status == "offline":
                uow.agents.mark_absent([agent.id])
            uow.agents.observe([agent])
            uow.commit(
                AgentStatusChanged(agent.id, agent.shown_status, tuple(agent.department_ids))
            )
            return agent

    def ensure_first_admin(self, email: str, password: str | None) -> FirstAdmin:
        """Make the first admin of an empty installation; later calls change nothing."""
        with self._uow.reading() as uow:
            if uow.agents.any_exists():
                return FirstAdmin(email, None, created=False)
        made_up = None if password else self._ids.secret()[:16]
        try:
            self.create_admin(email, password or made_up or "", name="Admin")
        except Duplicate:
            return FirstAdmin(email, None, created=False)
        return FirstAdmin(email, made_up, created=True)

    def create_admin(self, email: str, password: str, name: str) -> Agent:
        """Make an account with every right. Raises Validation, or Duplicate for a known e-mail."""
        check_password(password)
        agent = Agent(
            id=self._ids.new(),
            name=name,
            email=normal_email(email),
            password_hash=self._passwords.hash(password),
            created_at=self._clock.now(),
            role="admin",
        )
        with self._uow() as uow:
            uow.agents.add(agent)
            uow.flush()
            uow.commit()
        return agent


def _account(uow: UnitOfWork, actor: Actor) -> Agent:
    agent = uow.agents.get(actor.id)
    if agent is None:
        raise NotFound("There is no such agent")
    return agent
