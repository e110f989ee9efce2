"""Visitors whom nobody can serve soon are asked to leave a message."""

from chat_app.domain.business_hours import applying, is_open, opens_at
from chat_app.domain.events import MessageSent
from chat_app.domain.ports import Clock
from chat_app.domain.repositories import UnitOfWork
from chat_app.domain.session import Session
from chat_app.domain.system_lines import SystemLine, weekday_and_time
from chat_app.use_cases.hands import Hands


class LeftMessages:
    """The caller holds the session's lock and commits the events.

    Such a session waits as others do and is given to whoever comes: hours decide what a visitor
    is told, not whom the agents serve.
    """

    def __init__(self, hands: Hands, clock: Clock) -> None:
        self._hands = hands
        self._clock = clock

    def ask(
        self, uow: UnitOfWork, session: Session, line: SystemLine, name: str = ""
    ) -> list[MessageSent]:
        """Ask with this system line, whose gap `name` fills. Raises SessionClosed."""
        session.leave_message()
        message = self._hands.announce(uow, session, line, name)
        return [MessageSent(session, message)]

    def ask_if_needed(self, uow: UnitOfWork, session: Session) -> list[MessageSent]:
        """Ask if the session's department, or its site, is closed now, or if its queue is full."""
        hours = applying(uow.business_hours.of(session.site_id, session.department_id))
        now = self._clock.now()
        if is_open(hours, now):
            return self.ask(uow, session, "queue_full") if _is_full(uow, session) else []
        opening = opens_at(hours, now)
        if opening is None:
            return self.ask(uow, session, "out_of_hours")
        when = weekday_and_time(opening, session.locale)
        return self.ask(uow, session, "out_of_hours_until", when)


def _is_full(uow: UnitOfWork, session: Session) -> bool:
    """True when more wait than the department allows, besides those who are served at once."""
    department = uow.departments.get(session.department_id) if session.department_id else None
    if department is None or department.max_queue is None:
        return False
    uow.flush()
    position = uow.sessions.queue_positions([session]).get(session.id, 0)
    free = sum(one.room for one in uow.agents.candidates(department.id))
    return position - free > department.max_queue
