"""Puts sessions into agents' hands and takes them back; the only writer of assignments."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chat_app.domain.agent import Agent
from chat_app.domain.events import (
    AssignReason,
    Event,
    MessageSent,
    QueueChanged,
    SessionAssigned,
    SessionLeftAgent,
    SessionQueued,
    SessionUpdated,
    SessionView,
)
from chat_app.domain.message import Message
from chat_app.domain.ports import Clock, Ids
from chat_app.domain.repositories import UnitOfWork
from chat_app.domain.routing import Assignment
from chat_app.domain.session import Session
from chat_app.domain.system_lines import SystemLine, system_line
from chat_app.use_cases.views import Views


@dataclass(frozen=True)
class Given:
    """A session changed hands; the caller commits the events."""

    view: SessionView
    events: Sequence[Event]


class Hands:
    """The caller holds the locks of the session and then of the agent, in this order, and commits.

    Every change raises `assign_epoch` and, unless asked otherwise, is told in the conversation.
    """

    def __init__(self, views: Views, ids: Ids, clock: Clock) -> None:
        self._views = views
        self._ids = ids
        self._clock = clock

    def give(
        self,
        uow: UnitOfWork,
        session: Session,
        agent: Agent,
        reason: AssignReason,
        *,
        because: dict[str, Any] | None = None,
        force: bool = False,
        line: SystemLine | None = "assigned",
    ) -> Given | None:
        """Assign the session; None when the agent is full, or was disabled meanwhile.

        Forced ones take no slot. The slot is a unique column: two workers that count at the same
        moment cannot both win.
        """
        slot = _free_slot(agent, uow.assignments.taken_slots(agent.id))
        if agent.disabled or (slot is None and not force):
            return None
        now = self._clock.now()
        left = _left(session, agent.id)
        self.release(uow, session)
        session.assign(agent.id, because, now)
        agent.last_assigned_at = now
        uow.assignments.add(
            Assignment(
                id=self._ids.new(),
                session_id=session.id,
                agent_id=agent.id,
                reason=reason,
                assign_epoch=session.assign_epoch,
                assigned_at=now,
                open_session=session.id,
                open_slot=slot,
            )
        )
        told = [self.announce(uow, session, line, agent.name)] if line else []
        uow.flush()
        view = self._views.of_one(uow, session)
        said = [MessageSent(session, message) for message in told]
        return Given(view, [*left, SessionAssigned(view, reason), *said])

    def requeue(
        self, uow: UnitOfWork, session: Session, name: str, line: SystemLine | None = "requeued"
    ) -> Given:
        """Let the session wait for other hands, before those that came later.

        Raises SessionClosed.
        """
        left = _left(session, None)
        self.release(uow, session)
        session.requeue(self._clock.now())
        given = self.queued(uow, session, name, line)
        return Given(given.view, [*left, *given.events])

    def queued(
        self, uow: UnitOfWork, session: Session, name: str, line: SystemLine | None
    ) -> Given:
        """Tell that a session waits now."""
        told = [self.announce(uow, session, line, name)] if line else []
        uow.flush()
        view = self._views.of_one(uow, session)
        said = [MessageSent(session, message) for message in told]
        moved = QueueChanged(session.department_id)
        return Given(view, [SessionQueued(view), SessionUpdated(view), moved, *said])

    def announce(self, uow: UnitOfWork, session: Session, line: SystemLine, name: str) -> Message:
        """Append a system line in the session's language; it is stored with the next flush."""
        text = system_line(line, session.locale, name)
        message = session.announce(text, self._ids.new(), self._clock.now())
        uow.messages.add(message)
        return message

    def release(self, uow: UnitOfWork, session: Session) -> None:
        """End the assignment of whoever has the session."""
        current = uow.assignments.open_of_session(session.id)
        if current is not None:
            current.release(self._clock.now())
            uow.flush()

    def rest(self, uow: UnitOfWork, session: Session) -> None:
        """Give back the slot of whoever has the session, who keeps it."""
        current = uow.assignments.open_of_session(session.id)
        if current is not None:
            current.rest()
            uow.flush()


def _left(session: Session, agent_id: str | None) -> list[Event]:
    """Tell who had the session, unless it goes back into the same hands."""
    if session.agent_id in (None, agent_id):
        return []
    return [SessionLeftAgent(session, session.agent_id)]


def _free_slot(agent: Agent, taken: set[str]) -> str | None:
    if len(taken) >= agent.capacity:
        return None  # also when the taken ones lie above a capacity that was lowered since
    slots = (f"{agent.id}:{number}" for number in range(1, agent.capacity + 1))
    return next((slot for slot in slots if slot not in taken), None)
