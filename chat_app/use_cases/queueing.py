"""Where waiting visitors stand."""

from collections.abc import Sequence

from chat_app.domain.events import QueueMoved
from chat_app.domain.ports import Clock
from chat_app.domain.repositories import UnitOfWorkFactory
from chat_app.use_cases.views import outlook_of

MOST_TOLD = 500


class Queueing:
    """Reads queues for those who wait in them."""

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock) -> None:
        self._uow = uow
        self._clock = clock

    def places(self, department_id: str | None) -> Sequence[QueueMoved]:
        """Place and estimate of the first 500 who wait in a department.

        Those behind them learn their place when they come back. Who left a message waits for an
        answer, not in a line, and is not told.
        """
        with self._uow.reading() as uow:
            waiting = uow.sessions.waiting_in(department_id, MOST_TOLD)
            if not waiting:
                return []
            outlook = outlook_of(uow, department_id, self._clock.now())
        return [
            QueueMoved(session.id, position, outlook.wait_seconds(position))
            for position, session in enumerate(waiting, 1)
            if not session.left_message
        ]
