"""Editing and recalling (撤回) what one has said."""

from collections.abc import Callable
from datetime import datetime, timedelta

from chat_app.domain.actor import Actor
from chat_app.domain.errors import Forbidden, NotFound
from chat_app.domain.events import MessageUpdated
from chat_app.domain.limits import Limits
from chat_app.domain.message import Message, check_body
from chat_app.domain.ports import Clock, RateLimiter
from chat_app.domain.repositories import UnitOfWork, UnitOfWorkFactory
from chat_app.domain.searching import said_in
from chat_app.use_cases.access import visible_session
from chat_app.use_cases.again import again
from chat_app.use_cases.messages import limit_messages
from chat_app.use_cases.storing import Sent

VISITOR_WINDOW = timedelta(minutes=2)


class Revising:
    """A changed message keeps its place and gets a new revision.

    Raises NotFound for what the actor cannot see, Forbidden for another's message, for a
    visitor's own after two minutes, and for editing what was recalled.
    """

    def __init__(
        self, uow: UnitOfWorkFactory, clock: Clock, limiter: RateLimiter, limits: Limits
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._limiter = limiter
        self._limits = limits

    def edit(self, actor: Actor, session_id: str, message_id: str, body: str) -> Sent:
        """Replace the body of an own message."""
        check_body(body, self._limits.message_characters)

        def change(message: Message, at: datetime) -> bool:
            if message.is_recalled:
                raise Forbidden("This message was recalled")
            message.edit(body, at)
            return True

        return self._change(actor, session_id, message_id, change)

    def recall(self, actor: Actor, session_id: str, message_id: str) -> Sent:
        """Take back an own message; taking it back again changes nothing."""

        def change(message: Message, at: datetime) -> bool:
            if message.is_recalled:
                return False
            message.recall(at)
            return True

        return self._change(actor, session_id, message_id, change)

    def _change(
        self,
        actor: Actor,
        session_id: str,
        message_id: str,
        change: Callable[[Message, datetime], bool],
    ) -> Sent:
        limit_messages(self._limiter, self._limits, actor)
        return again(lambda: self._change_once(actor, session_id, message_id, change))

    def _change_once(
        self,
        actor: Actor,
        session_id: str,
        message_id: str,
        change: Callable[[Message, datetime], bool],
    ) -> Sent:
        with self._uow() as uow:
            session = visible_session(uow, actor, session_id, lock=True)
            message = self._own(uow, actor, session_id, message_id)
            if change(message, self._clock.now()):
                session.revise(message)
                uow.search.change(said_in(message))
                uow.commit(MessageUpdated(session, message, actor.sid))
            return Sent(session, message, duplicate=False)

    def _own(self, uow: UnitOfWork, actor: Actor, session_id: str, message_id: str) -> Message:
        message = uow.messages.get(session_id, message_id)
        if message is None or (actor.is_visitor and message.is_note):
            raise NotFound("There is no such message")
        if (message.sender_kind, message.sender_id) != (actor.kind, actor.id):
            raise Forbidden("Only its sender may change a message")
        if actor.is_visitor and self._clock.now() - message.created_at > VISITOR_WINDOW:
            raise Forbidden("Messages can be changed for two minutes")
        return message
