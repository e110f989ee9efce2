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

    def ask_out_of_hours(self, uow: UnitOfWork, session: Session) -> list[MessageSent]:
        """Ask if the session's department, or its site, is closed now; else do nothing."""
        hours = applying(uow.business_hours.of(session.site_id, session.department_id))
        now = self._clock.now()
        if is_open(hours, now):
            return []
        opening = opens_at(hours, now)
        if opening is None:
            return self.ask(uow, session, "out_of_hours")
        when = weekday_and_time(opening, session.locale)
        return self.ask(uow, session, "out_of_hours_until", when)
