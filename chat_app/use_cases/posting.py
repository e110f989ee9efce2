"""The one way a message gets into a session, for every door and every use case."""

from collections.abc import Sequence
from dataclasses import dataclass

from chat_app.domain.actor import Actor
from chat_app.domain.errors import Blocked, Validation
from chat_app.domain.message import Draft, Message, SendResult, check_body
from chat_app.domain.ports import Clock, Ids
from chat_app.domain.repositories import UnitOfWork
from chat_app.domain.session import Session

Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Known:
    """What the database knows of some sends: messages stored before, and blocked visitors."""

    stored: dict[Key, Message]
    blocked: set[str]


class Posting:
    """Numbers and stores messages. The caller holds the session's lock and commits."""

    def __init__(self, ids: Ids, clock: Clock, most_characters: int) -> None:
        self._ids = ids
        self._clock = clock
        self._most_characters = most_characters

    def look_up(self, uow: UnitOfWork, sends: Sequence[tuple[str, Actor, Draft]]) -> Known:
        """Ask once for all sends (session id, sender, draft); the sessions are locked already."""
        visitors = {actor.id for _, actor, _ in sends if actor.is_visitor}
        return Known(
            stored=dict(uow.messages.by_client_ids([_key(*send) for send in sends])),
            blocked=uow.visitors.blocked_among(visitors),
        )

    def post(
        self, uow: UnitOfWork, session: Session, actor: Actor, draft: Draft, known: Known
    ) -> SendResult:
        """Store the draft, or find what an earlier send with the same id stored.

        The number is given after the duplicate check, inside the lock: it is never burned.
        Raises Blocked, SessionClosed, Forbidden or Validation.
        """
        key = _key(session.id, actor, draft)
        stored = known.stored.get(key)
        if stored is not None:
            return SendResult(stored, duplicate=True)
        if actor.is_visitor and actor.id in known.blocked:
            raise Blocked
        self._check_reply(uow, session, draft)
        result = self.number(session, actor, draft)
        uow.messages.add(result.message)
        known.stored[key] = result.message
        return result

    def number(self, session: Session, actor: Actor, draft: Draft) -> SendResult:
        """Make the draft a message of the session, by what the session alone tells.

        Whether it was stored before, its writer is blocked or what it replies to exists is for
        the caller to find out. Raises SessionClosed, Forbidden or Validation.
        """
        self.check(draft)
        message = session.post(actor, draft, self._ids.new(), self._clock.now())
        mail_in = session.ask_for_mail(message.created_at) if actor.is_visitor else None
        return SendResult(message, duplicate=False, mail_in=mail_in)

    def check(self, draft: Draft) -> None:
        """Raise Validation for a draft that no session takes."""
        if draft.kind == "file" or draft.attachment_ids:
            raise Validation.of("attachment_ids", "there is no such attachment")
        check_body(draft.body, self._most_characters)

    @staticmethod
    def _check_reply(uow: UnitOfWork, session: Session, draft: Draft) -> None:
        if draft.reply_to is None:
            return
        target = uow.messages.get(session.id, draft.reply_to)
        if target is None or (target.is_note and draft.kind != "note"):
            raise Validation.of("reply_to", "there is no such message")


def _key(session_id: str, actor: Actor, draft: Draft) -> Key:
    return session_id, actor.kind, actor.id, draft.client_msg_id
