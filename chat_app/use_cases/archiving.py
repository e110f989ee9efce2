"""Ends what nobody will end."""

from datetime import timedelta

from chat_app.domain.ports import Clock
from chat_app.domain.repositories import UnitOfWorkFactory
from chat_app.use_cases.sessions import Sessions

BATCH = 200


class Archiving:
    """Runs on beat."""

    def __init__(
        self, uow: UnitOfWorkFactory, sessions: Sessions, clock: Clock, idle_minutes: int
    ) -> None:
        self._uow = uow
        self._sessions = sessions
        self._clock = clock
        self._idle = timedelta(minutes=idle_minutes)

    def close_idle(self) -> int:
        """Close sessions without any message for the configured time; return how many."""
        since = self._clock.now() - self._idle
        with self._uow.reading() as uow:
            idle = uow.sessions.idle_since(since, BATCH)
        return sum(self._sessions.close_idle(session_id, since) for session_id in idle)
