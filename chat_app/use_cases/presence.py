"""Whose sockets are alive."""

from collections.abc import Mapping

from chat_app.domain.actor import Actor
from chat_app.domain.events import AgentStatusChanged
from chat_app.domain.repositories import UnitOfWork, UnitOfWorkFactory
from chat_app.use_cases.whereabouts import Whereabouts

LEASE_SECONDS = 75
GOODBYE_SECONDS = 30


class Presence:
    """Agents hold leases on the database's clock; visitors are only displayed."""

    def __init__(self, uow: UnitOfWorkFactory, visitors: Whereabouts) -> None:
        self._uow = uow
        self._visitors = visitors

    def came(self, actor: Actor, sid: str) -> None:
        """A socket opened. An agent that came online is given waiting sessions."""
        if actor.is_visitor:
            self._visitors.came(actor.id, sid)
            return
        with self._uow() as uow:
            uow.leases.take(sid, actor.id, LEASE_SECONDS)
            uow.commit(*_back(uow, actor.id))

    def agents_alive(self, sockets: Mapping[str, str]) -> None:
        """The heartbeat of a process: these agents' sockets (sid → agent id) are still open.

        Agents who were thought gone, because the process had stood still, are back.
        """
        if sockets:
            with self._uow() as uow:
                revived = uow.leases.renew(sockets, LEASE_SECONDS)
                uow.commit(*(event for one in sorted(revived) for event in _back(uow, one)))

    def left(self, actor: Actor, sid: str, *, cleanly: bool) -> None:
        """A socket closed; an agent may come back within a grace period."""
        if actor.is_visitor:
            self._visitors.left(actor.id, sid)
            return
        with self._uow() as uow:
            uow.leases.shorten(sid, GOODBYE_SECONDS if cleanly else LEASE_SECONDS)
            uow.commit()


def _back(uow: UnitOfWork, agent_id: str) -> list[AgentStatusChanged]:
    agent = uow.agents.get(agent_id)
    if agent is None or agent.disabled:
        return []
    if agent.status != "offline":
        agent.absent_since = None
    return [AgentStatusChanged(agent.id, agent.status, tuple(agent.department_ids))]
