"""Nobody waits longer than a department allows: then another one helps, or a message is left."""

from datetime import timedelta
from functools import partial

from chat_app.domain.events import Event, QueueChanged, SessionLeftDepartment, SessionUpdated
from chat_app.domain.ports import Clock
from chat_app.domain.repositories import UnitOfWork, UnitOfWorkFactory
from chat_app.domain.session import Session
from chat_app.use_cases.again import again
from chat_app.use_cases.hands import Hands
from chat_app.use_cases.left_messages import LeftMessages
from chat_app.use_cases.views import Views

BATCH = 200


class WaitingLimits:
    """Runs in workers. Departments' `max_wait_seconds` count from when one began to wait there."""

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        views: Views,
        hands: Hands,
        left_messages: LeftMessages,
        clock: Clock,
    ) -> None:
        self._uow = uow
        self._views = views
        self._hands = hands
        self._left_messages = left_messages
        self._clock = clock

    def sweep(self) -> int:
        """Send on, or ask for a message, whoever has waited too long; return how many."""
        with self._uow.reading() as uow:
            overdue = [
                (session_id, department.id)
                for department in uow.departments.with_longest_wait()
                for session_id in uow.sessions.overdue(
                    department.id,
                    self._clock.now() - timedelta(seconds=department.max_wait_seconds or 0),
                    BATCH,
                    left_too=department.fallback_department_id is not None,
                )
            ]
        return sum(again(partial(self._end_wait, *one)) for one in overdue)

    def _end_wait(self, session_id: str, department_id: str) -> bool:
        with self._uow() as uow:
            department = uow.departments.get(department_id)
            fallback_id = department.fallback_department_id if department else None
            fallback = uow.departments.locked([fallback_id]) if fallback_id else {}
            session = uow.sessions.locked(session_id)
            if session is None or session.status != "queued":
                return False  # somebody was quicker
            if session.department_id != department_id:
                return False
            if fallback_id is not None and fallback_id in fallback:
                uow.commit(*self._send_on(uow, session, fallback_id, fallback[fallback_id].name))
            elif not session.left_message:
                events = self._left_messages.ask(uow, session, "waited_too_long")
                uow.commit(*events, SessionUpdated(self._views.of_one(uow, session)))
            return True

    def _send_on(
        self, uow: UnitOfWork, session: Session, fallback_id: str, name: str
    ) -> list[Event]:
        left = session.department_id
        session.move(fallback_id, self._clock.now())
        given = self._hands.queued(uow, session, name, "sent_to_department")
        return [QueueChanged(left), SessionLeftDepartment(session, left), *given.events]
