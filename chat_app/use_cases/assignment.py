"""Gives waiting sessions to agents, oldest first, as long as somebody has room."""

from chat_app.domain.repositories import Collision, Duplicate, UnitOfWorkFactory
from chat_app.domain.routing import least_busy
from chat_app.use_cases.hands import Hands

MOST_PER_RUN = 500


class Assigning:
    """Runs in workers; several may run at once."""

    def __init__(self, uow: UnitOfWorkFactory, hands: Hands) -> None:
        self._uow = uow
        self._hands = hands

    def assign_waiting(self) -> int:
        """Assign until nobody waits who could be served; return how many were."""
        assigned = 0
        full: set[str | None] = set()
        for _ in range(MOST_PER_RUN):
            try:
                outcome = self._assign_next(full)
            except (Collision, Duplicate):
                continue  # another worker took the slot or the session: look again
            if outcome is None:
                break
            assigned += outcome
        return assigned

    def _assign_next(self, full: set[str | None]) -> int | None:
        """Serve one session; None when none is left. Departments without room join `full`."""
        with self._uow() as uow:
            session = uow.sessions.next_waiting(full)
            if session is None:
                return None
            candidates = uow.agents.candidates(session.department_id)
            chosen = least_busy(candidates)
            agent = uow.agents.locked(chosen.agent_id) if chosen else None
            if agent is None:
                full.add(session.department_id)
                return 0
            because = {"strategy": "least_busy", "candidates": len(candidates)}
            view = self._hands.hand_over(uow, session, agent, "auto", because)
            return 0 if view is None else 1
