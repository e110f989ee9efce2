"""Puts sessions into agents' hands and takes them back; the only writer of assignments."""

from typing import Any

from chat_app.domain.agent import Agent
from chat_app.domain.events import (
    AssignReason,
    Event,
    MessageSent,
    SessionAssigned,
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


class Hands:
    """The caller holds the locks of the session and then of the agent, in this order."""

    def __init__(self, views: Views, ids: Ids, clock: Clock) -> None:
        self._views = views
        self._ids = ids
        self._clock = clock

    def hand_over(
        self,
        uow: UnitOfWork,
        session: Session,
        agent: Agent,
        reason: AssignReason,
        because: dict[str, Any] | None = None,
        *,
        force: bool = False,
    ) -> SessionView | None:
        """Assign the session and commit; None when the agent is full or was disabled meanwhile.

        Forced ones take no slot. The slot is a unique column: two workers that count at the same
        moment cannot both win.
        """
        slot = _free_slot(agent, uow.assignments.taken_slots(agent.id))
        if agent.disabled or (slot is None and not force):
            return None
        now = self._clock.now()
        self.release(uow, session)
        session.assign(agent.id, because, now)
        agent.last_assigned_at = now
        agent.absent_since = None  # whoever takes a session is there
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
        message = self.announce(uow, session, "assigned", agent.name)
        view = self._views.of_one(uow, session)
        uow.commit(SessionAssigned(view, reason), MessageSent(session, message))
        return view

    def requeue(self, uow: UnitOfWork, session: Session, agent_name: str) -> list[Event]:
        """Let the session wait again because its agent is gone; the caller commits the events.

        Raises SessionClosed.
        """
        self.release(uow, session)
        session.requeue(self._clock.now())
        message = self.announce(uow, session, "requeued", agent_name)
        view = self._views.of_one(uow, session)
        return [SessionQueued(view), SessionUpdated(view), MessageSent(session, message)]

    def announce(self, uow: UnitOfWork, session: Session, line: SystemLine, name: str) -> Message:
        """Append a system line in the session's language; flushes what was changed."""
        text = system_line(line, session.locale, name)
        message = session.announce(text, self._ids.new(), self._clock.now())
        uow.messages.add(message)
        uow.flush()
        return message

    def release(self, uow: UnitOfWork, session: Session) -> None:
        """Give back the slot of whoever has the session."""
        current = uow.assignments.open_of_session(session.id)
        if current is not None:
            current.release(self._clock.now())
            uow.flush()


def _free_slot(agent: Agent, taken: set[str]) -> str | None:
    if len(taken) >= agent.capacity:
        return None  # also when the taken ones lie above a capacity that was lowered since
    slots = (f"{agent.id}:{number}" for number in range(1, agent.capacity + 1))
    return next((slot for slot in slots if slot not in taken), None)
