"""Taking up a conversation that was over."""

from chat_app.domain.actor import Actor
from chat_app.domain.errors import AlreadyOpen, SessionOpen
from chat_app.domain.events import MessageSent, SessionLeftAgent, SessionView
from chat_app.domain.ports import Clock
from chat_app.domain.repositories import UnitOfWork, UnitOfWorkFactory
from chat_app.domain.session import Session
from chat_app.use_cases.access import require_agent, visible_session
from chat_app.use_cases.again import again
from chat_app.use_cases.hands import Given, Hands


class Reopening:
    """Every agent who sees a closed session may take it up again."""

    def __init__(self, uow: UnitOfWorkFactory, hands: Hands, clock: Clock) -> None:
        self._uow = uow
        self._hands = hands
        self._clock = clock

    def reopen(self, actor: Actor, session_id: str, assign_epoch: int) -> SessionView:
        """It is the agent's own if that has room, else it waits before those that came later.

        Raises StaleAssignment, SessionOpen, or AlreadyOpen beside another session of the visitor.
        """
        return again(lambda: self._reopen(actor, session_id, assign_epoch))

    def _reopen(self, actor: Actor, session_id: str, assign_epoch: int) -> SessionView:
        with self._uow() as uow:
            session = visible_session(uow, actor, session_id, lock=True)
            require_agent(actor)
            session.check_epoch(assign_epoch)
            if not session.is_closed:
                raise SessionOpen
            if uow.sessions.open_of(session.site_id, session.visitor_id) is not None:
                raise AlreadyOpen
            before = session.agent_id
            session.reopen(self._clock.now())
            message = self._hands.announce(uow, session, "reopened", actor.name)
            given = self._given(uow, session, actor)
            left = _left(session, before)
            uow.commit(MessageSent(session, message), *left, *given.events)
            return given.view

    def _given(self, uow: UnitOfWork, session: Session, actor: Actor) -> Given:
        agent = uow.agents.locked(actor.id)
        given = self._hands.give(uow, session, agent, "accept", line=None) if agent else None
        return given or self._hands.queued(uow, session, "", None)


def _left(session: Session, before: str | None) -> list[SessionLeftAgent]:
    """Who had it until it was over, and may still be looking at it, has it no longer."""
    return [SessionLeftAgent(session, before)] if before not in (None, session.agent_id) else []
