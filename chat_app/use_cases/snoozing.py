"""Putting a session aside until a time, or until its visitor writes."""

from datetime import datetime, timedelta
from functools import partial

from chat_app.domain.actor import Actor
from chat_app.domain.errors import NotFound, Validation
from chat_app.domain.events import SessionSnoozed, SessionView
from chat_app.domain.ports import Clock
from chat_app.domain.repositories import UnitOfWork, UnitOfWorkFactory
from chat_app.domain.session import Session
from chat_app.use_cases.access import check_hands, visible_session
from chat_app.use_cases.again import again
from chat_app.use_cases.hands import Given, Hands
from chat_app.use_cases.views import Views

LONGEST = timedelta(days=366)
BATCH = 200


class Snoozing:
    """A snoozed session stays its agent's and takes no slot."""

    def __init__(self, uow: UnitOfWorkFactory, views: Views, hands: Hands, clock: Clock) -> None:
        self._uow = uow
        self._views = views
        self._hands = hands
        self._clock = clock

    def snooze(
        self, actor: Actor, session_id: str, assign_epoch: int, until: datetime
    ) -> SessionView:
        """Put a session aside, as the agent's own if nobody had it. The visitor is not told.

        Raises Validation (the time), StaleAssignment, SessionClosed or AlreadyAssigned.
        """
        now = self._clock.now()
        if not now < until <= now + LONGEST:
            raise Validation.of("until", "must lie in the future, at most a year ahead")
        return again(partial(self._snooze, actor, session_id, assign_epoch, until))

    def _snooze(
        self, actor: Actor, session_id: str, assign_epoch: int, until: datetime
    ) -> SessionView:
        with self._uow() as uow:
            session = visible_session(uow, actor, session_id, lock=True)
            check_hands(actor, session, assign_epoch)
            if session.agent_id is None:
                self._take(uow, session, actor)
            session.snooze(until, self._clock.now())
            self._hands.rest(uow, session)
            uow.flush()
            view = self._views.of_one(uow, session)
            uow.commit(SessionSnoozed(view))
            return view

    def _take(self, uow: UnitOfWork, session: Session, actor: Actor) -> None:
        """It needs no slot, since it rests at once."""
        agent = uow.agents.locked(actor.id)
        if agent is None:
            raise NotFound("There is no such agent")
        self._hands.give(uow, session, agent, "accept", force=True, line=None)

    def wake_due(self) -> int:
        """Wake sessions whose time has come; return how many."""
        now = self._clock.now()
        with self._uow.reading() as uow:
            due = uow.sessions.to_wake(now, BATCH)
        return sum(again(partial(self._wake, session_id, due_at=now)) for session_id in due)

    def wake_for_message(self, session_id: str, assign_epoch: int) -> bool:
        """The visitor wrote into a session that was put aside with this `assign_epoch`."""
        return again(partial(self._wake, session_id, assign_epoch=assign_epoch))

    def _wake(
        self, session_id: str, *, due_at: datetime | None = None, assign_epoch: int | None = None
    ) -> bool:
        with self._uow() as uow:
            session = uow.sessions.locked(session_id)
            if session is None or session.status != "snoozed":
                return False
            if due_at is not None and (session.snoozed_until or due_at) > due_at:
                return False  # put aside for longer meanwhile
            if assign_epoch is not None and session.assign_epoch != assign_epoch:
                return False  # put aside again after the visitor wrote
            given = self._to_its_agent(uow, session) or self._to_the_queue(uow, session)
            uow.commit(*given.events)
            return True

    def _to_its_agent(self, uow: UnitOfWork, session: Session) -> Given | None:
        agent = uow.agents.locked(session.agent_id or "")
        if agent is None or agent.absent_since is not None or agent.status == "offline":
            return None
        return self._hands.give(uow, session, agent, "auto", line=None)

    def _to_the_queue(self, uow: UnitOfWork, session: Session) -> Given:
        session.preferred_agent_id = session.agent_id
        return self._hands.requeue(uow, session, "", None)
