"""Visitors whom nobody can serve soon are asked to leave a message."""

from collections.abc import Sequence

from chat_app.domain.business_hours import Schedule, applying, is_open, opens_at
from chat_app.domain.department import Department
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

    def ask_if_needed(self, uow: UnitOfWork, sessions: Sequence[Session]) -> list[MessageSent]:
        """Ask in those whose department, or site, is closed now, or whose queue is full."""
        if not sessions:
            return []
        found = uow.business_hours.of(*{owner for one in sessions for owner in _owners(one)})
        departments = {one.department_id for one in sessions if one.department_id}
        limited = {
            one: department
            for one in departments
            if (department := uow.departments.get(one)) and department.max_queue is not None
        }
        asked: list[MessageSent] = []
        for session in sessions:
            hours = applying(one for one in found if one.owner_id in _owners(session))
            department = limited.get(session.department_id) if session.department_id else None
            asked += self._ask_if_needed(uow, session, hours, department)
        return asked

    def _ask_if_needed(
        self,
        uow: UnitOfWork,
        session: Session,
        hours: Schedule | None,
        limited: Department | None,
    ) -> list[MessageSent]:
        now = self._clock.now()
        if is_open(hours, now):
            full = limited is not None and _is_full(uow, session, limited)
            return self.ask(uow, session, "queue_full") if full else []
        opening = opens_at(hours, now)
        if opening is None:
            return self.ask(uow, session, "out_of_hours")
        when = weekday_and_time(opening, session.locale)
        return self.ask(uow, session, "out_of_hours_until", when)


def _owners(session: Session) -> set[str]:
    """Whose hours may apply to the session."""
    return {one for one in (session.site_id, session.department_id) if one is not None}


def _is_full(uow: UnitOfWork, session: Session, department: Department) -> bool:
    """True when more wait than the department allows, besides those who are served at once."""
    uow.flush()
    position = uow.sessions.queue_positions([session]).get(session.id, 0)
    free = sum(one.room for one in uow.agents.candidates(department.id))
    return department.max_queue is not None and position - free > department.max_queue
