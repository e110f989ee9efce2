"""Takes sessions back from agents who are gone, so that nobody waits for an empty chair."""

from collections.abc import Iterable
from functools import partial

from chat_app.domain.events import AgentStatusChanged
from chat_app.domain.repositories import UnitOfWork, UnitOfWorkFactory
from chat_app.use_cases.again import again
from chat_app.use_cases.hands import Hands

ANSWERED_SECONDS = 120


class Leaving:
    """Runs in workers. An agent is absent once it chose to be offline or lost its last socket.

    Sessions it has not answered go back to the queue at once, answered ones after two minutes;
    an agent who is away keeps them, and one who comes back within that time, too.
    """

    def __init__(self, uow: UnitOfWorkFactory, hands: Hands) -> None:
        self._uow = uow
        self._hands = hands

    def sweep(self) -> int:
        """Forget sockets nobody vouches for, and take back what is due; return how many."""
        with self._uow() as uow:
            expired = {lease.agent_id for lease in uow.leases.drop_expired()}
            gone = expired - uow.leases.alive(expired)
            uow.agents.mark_absent(gone)
            uow.commit(*_gone(uow, gone))
        with self._uow.reading() as uow:
            absent = uow.agents.absent()
        return sum(self.take_back(agent_id) for agent_id in absent)

    def take_back(self, agent_id: str) -> int:
        """Requeue what an absent agent should not keep; return how many sessions."""
        with self._uow.reading() as uow:
            due = uow.assignments.to_take_back(agent_id, ANSWERED_SECONDS)
        return sum(again(partial(self._requeue, agent_id, session_id)) for session_id in due)

    def _requeue(self, agent_id: str, session_id: str) -> int:
        with self._uow() as uow:
            session = uow.sessions.locked(session_id)
            agent = uow.agents.get(agent_id)
            if session is None or agent is None or agent.absent_since is None:
                return 0  # it came back meanwhile
            if session.agent_id != agent_id or session.status != "active":
                return 0
            uow.commit(*self._hands.requeue(uow, session, agent.name).events)
            return 1


def _gone(uow: UnitOfWork, agent_ids: Iterable[str]) -> list[AgentStatusChanged]:
    """What others see of agents without a socket; their own choice stays as it is."""
    agents = uow.agents.among(agent_ids).values()
    return [
        AgentStatusChanged(one.id, "offline", tuple(one.department_ids))
        for one in agents
        if one.status != "offline"
    ]
