"""Puts beside sessions what is shown with them, in few queries."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from chat_app.domain.events import SessionView
from chat_app.domain.ports import Clock, VisitorPresence
from chat_app.domain.queueing import SAMPLES, Outlook
from chat_app.domain.repositories import UnitOfWork
from chat_app.domain.session import Session

RECENT = timedelta(days=1)


class Views:
    """Builds SessionViews; a batch costs as many queries as one session.

    Two more are asked for each department in which one of them waits.
    """

    def __init__(self, presence: VisitorPresence, clock: Clock) -> None:
        self._presence = presence
        self._clock = clock

    def of(self, uow: UnitOfWork, sessions: Sequence[Session]) -> list[SessionView]:
        """A view of each session, in the given order."""
        if not sessions:
            return []
        visitors = uow.visitors.among({one.visitor_id for one in sessions})
        agents = uow.agents.among({one.agent_id for one in sessions if one.agent_id})
        departments = uow.departments.among(
            {one.department_id for one in sessions if one.department_id}
        )
        positions = uow.sessions.queue_positions(sessions)
        waiting = {one.department_id for one in sessions if one.id in positions}
        outlooks = {one: outlook_of(uow, one, self._clock.now()) for one in waiting}
        present = self._presence.present(visitors)
        return [
            SessionView(
                session=one,
                visitor=visitors[one.visitor_id],
                agent=agents.get(one.agent_id) if one.agent_id else None,
                department=departments.get(one.department_id) if one.department_id else None,
                queue_position=positions.get(one.id),
                wait_seconds=_wait(one, positions, outlooks),
                visitor_online=one.visitor_id in present,
                visitor_page=present.get(one.visitor_id),
            )
            for one in sessions
        ]

    def of_one(self, uow: UnitOfWork, session: Session) -> SessionView:
        """A view of one session."""
        return self.of(uow, [session])[0]


def outlook_of(uow: UnitOfWork, department_id: str | None, now: datetime) -> Outlook:
    """What is known now of how long one waits in a department."""
    slots = sum(one.capacity for one in uow.agents.candidates(department_id))
    if slots == 0:
        return Outlook()
    recent = uow.assignments.handling_seconds(department_id, now - RECENT, SAMPLES)
    return Outlook(recent, slots)


def _wait(
    session: Session, positions: Mapping[str, int], outlooks: Mapping[str | None, Outlook]
) -> int | None:
    position = positions.get(session.id)
    return outlooks[session.department_id].wait_seconds(position) if position else None
