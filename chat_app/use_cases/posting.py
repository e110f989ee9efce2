"""The one way a message gets into a session, for every door and every use case."""

from chat_app.domain.actor import Actor
from chat_app.domain.errors import Blocked, Validation
from chat_app.domain.message import Draft, SendResult, check_body
from chat_app.domain.ports import Clock, Ids
from chat_app.domain.repositories import UnitOfWork
from chat_app.domain.session import Session


class Posting:
    """Numbers and stores messages. The caller holds the session's lock and commits."""

    def __init__(self, ids: Ids, clock: Clock, most_characters: int) -> None:
        self._ids = ids
        self._clock = clock
        self._most_characters = most_characters

    def post(self, uow: UnitOfWork, session: Session, actor: Actor, draft: Draft) -> SendResult:
        """Store the draft, or find what an earlier send with the same id stored.

        The number is given after the duplicate check, inside the lock: it is never burned.
        Raises Blocked, SessionClosed, Forbidden or Validation.
        """
        stored = uow.messages.by_client_id(session.id, actor.kind, actor.id, draft.client_msg_id)
        if stored is not None:
            return SendResult(stored, duplicate=True)
        if actor.is_visitor:
            self._refuse_blocked(uow, actor)
        self._check(uow, session, draft)
        message = session.post(actor, draft, self._ids.new(), self._clock.now())
        uow.messages.add(message)
        return SendResult(message, duplicate=False)

    @staticmethod
    def _refuse_blocked(uow: UnitOfWork, actor: Actor) -> None:
        visitor = uow.visitors.get(actor.id)
        if visitor is not None and visitor.blocked:
            raise Blocked

    def _check(self, uow: UnitOfWork, session: Session, draft: Draft) -> None:
        if draft.kind == "file" or draft.attachment_ids:
            raise Validation.of("attachment_ids", "there is no such attachment")
        check_body(draft.body, self._most_characters)
        if draft.reply_to is None:
            return
        target = uow.messages.get(session.id, draft.reply_to)
        if target is None or (target.is_note and draft.kind != "note"):
            raise Validation.of("reply_to", "there is no such message")
