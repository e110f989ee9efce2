"""Gives waiting sessions to agents, oldest first, as long as somebody has room."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from chat_app.domain.department import Strategy
from chat_app.domain.events import AssignReason, QueueChanged
from chat_app.domain.ports import Realtime
from chat_app.domain.repositories import Collision, Duplicate, UnitOfWork, UnitOfWorkFactory
from chat_app.domain.routing import Candidate, Choice, choose
from chat_app.domain.session import Session
from chat_app.use_cases.hands import Hands

MOST_PER_RUN = 500
# Passed over are those in other hands at this moment: about as many as there are workers.
MOST_PASSED = 50


class Assigning:
    """Runs in workers; several may run at once."""

    def __init__(self, uow: UnitOfWorkFactory, hands: Hands, realtime: Realtime) -> None:
        self._uow = uow
        self._hands = hands
        self._realtime = realtime

    def assign_waiting(self) -> int:
        """Assign until nobody waits who could be served; return how many were."""
        run = _Run()
        for _ in range(MOST_PER_RUN):
            try:
                if not self._assign_next(run):
                    break
                self._let_by(run)
            except (Collision, Duplicate):
                continue  # another worker took the slot or the session: look again
        for department_id in run.moved:
            self._realtime.publish(QueueChanged(department_id))
        return run.assigned

    def _assign_next(self, run: "_Run") -> bool:
        """Serve one session, or find its department without room; False when none is left."""
        with self._uow() as uow:
            session = uow.sessions.next_waiting(run.full)
            if session is None:
                return False
            # In this order: who is served in between lengthens the line and shortens the room.
            passed = _passed_over(uow, session)
            candidates = uow.agents.candidates(session.department_id)
            choice = _choice(uow, session, candidates)
            if choice and passed and sum(one.room for one in candidates) <= len(passed):
                run.behind = passed[0]
                return True
            agent = uow.agents.locked(choice.agent_id) if choice else None
            if agent is None or choice is None:
                run.full.add(session.department_id)
                return True
            agent.absent_since = None  # it has a live socket
            # Whoever was assigned, given back or transferred before had other hands already.
            reason: AssignReason = "requeue" if session.assign_epoch else "auto"
            given = self._hands.give(uow, session, agent, reason, because=choice.because)
            if given is not None:
                uow.commit(*given.events)
                run.assigned += 1
                run.moved.add(session.department_id)
            return True

    def _let_by(self, run: "_Run") -> None:
        """Wait until whoever works on the first in a line has let go of it."""
        if run.behind is not None:
            with self._uow() as uow:
                uow.sessions.locked(run.behind)
            run.behind = None


@dataclass
class _Run:
    """What one run has found out: departments without room, and whose queue has moved.

    `behind` is the session that has to be served, or let go of, before one behind it may be.
    """

    assigned: int = 0
    behind: str | None = None
    full: set[str | None] = field(default_factory=set)
    moved: set[str | None] = field(default_factory=set)


def _passed_over(uow: UnitOfWork, session: Session) -> Sequence[str]:
    """Those before it in the line, in their turn: others work on them at this moment.

    They come first all the same, so that what room there is must be enough for them, too.
    """
    line = uow.sessions.line(session.department_id, MOST_PASSED)
    return list(takewhile(lambda one: one != session.id, line))


def _choice(uow: UnitOfWork, session: Session, candidates: Sequence[Candidate]) -> Choice | None:
    return choose(
        _strategy(uow, session.department_id),
        candidates,
        preferred_id=session.preferred_agent_id,
        locale=session.locale,
    )


def _strategy(uow: UnitOfWork, department_id: str | None) -> Strategy:
    department = uow.departments.get(department_id) if department_id else None
    return department.strategy if department else "least_busy"
