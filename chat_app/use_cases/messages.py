"""Sending, reading and marking messages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from chat_app.domain.actor import Actor
from chat_app.domain.errors import Validation
from chat_app.domain.events import ReadMoved, TypingChanged
from chat_app.domain.limits import Limits
from chat_app.domain.message import Draft, Message
from chat_app.domain.ports import RateLimiter, Realtime, RecentMessages
from chat_app.domain.repositories import UnitOfWork, UnitOfWorkFactory
from chat_app.domain.session import Session, Side
from chat_app.use_cases.access import side_of, visible_session
from chat_app.use_cases.again import again
from chat_app.use_cases.message_log import MessageLog, Outcome
from chat_app.use_cases.storing import Sent

PAGE = 50
MOST_PER_PAGE = 200
MOST_SYNCED = 50


@dataclass(frozen=True)
class MessagePage:
    """Some messages in rising order; every number is the reader's own."""

    session: Session
    messages: Sequence[Message]
    has_more: bool
    last_seq: int
    revision: int
    epoch: str


@dataclass(frozen=True)
class Position:
    """Where a session stands now, in the reader's numbers."""

    last_seq: int
    revision: int


class Messages:
    """The conversation's words. Raises NotFound for sessions the actor may not see."""

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        log: MessageLog,
        recent: RecentMessages,
        realtime: Realtime,
        limiter: RateLimiter,
        limits: Limits,
    ) -> None:
        self._uow = uow
        self._log = log
        self._recent = recent
        self._realtime = realtime
        self._limiter = limiter
        self._limits = limits

    def send(self, actor: Actor, session_id: str, draft: Draft) -> Sent:
        """Store a message; the same `client_msg_id` again gives the stored one back."""
        limit_messages(self._limiter, self._limits, actor)
        return self._log.append(actor, session_id, draft)

    def send_soon(
        self, actor: Actor, session_id: str, draft: Draft, done: Callable[[Outcome], None]
    ) -> None:
        """As `send`, but return before it is stored; `done` gets the outcome, which it asks once."""
        limit_messages(self._limiter, self._limits, actor)
        self._log.append_soon(actor, session_id, draft, done)

    def page(
        self,
        actor: Actor,
        session_id: str,
        *,
        after_seq: int | None = None,
        before_seq: int | None = None,
        after_revision: int | None = None,
        limit: int = PAGE,
    ) -> MessagePage:
        """Read messages in one direction; without a bound, the newest ones."""
        if sum(bound is not None for bound in (after_seq, before_seq, after_revision)) > 1:
            raise Validation("Give one of after_seq, before_seq and after_revision")
        side = side_of(actor)
        with self._uow.reading() as uow:
            session = visible_session(uow, actor, session_id)
            if after_revision is not None:
                found = uow.messages.after_revision(session_id, side, after_revision, limit + 1)
            elif after_seq is not None:
                found = self._after(uow, session, side, after_seq, limit + 1)
            else:
                found = uow.messages.before(session_id, side, before_seq, limit + 1)
        forward = after_revision is not None or after_seq is not None
        page = _page(session, side, found, limit, forward=forward)
        self._delivered(actor, page)
        return page

    def check_visible(self, actor: Actor, session_id: str) -> None:
        """Raise NotFound unless the actor may follow the session."""
        with self._uow.reading() as uow:
            visible_session(uow, actor, session_id)

    def missing(
        self, actor: Actor, session: Session, after_seq: int, after_revision: int | None
    ) -> tuple[MessagePage, Sequence[Message] | None]:
        """What follows `after_seq` in a session that was just read, and what changed before it.

        Without `after_revision` nobody is told what changed: None. Where the session itself tells
        that nothing is missing, nothing is asked.
        """
        side = side_of(actor)
        changed: Sequence[Message] | None = None if after_revision is None else []
        found: Sequence[Message] = []
        more = after_seq < session.last_for(side)
        if more or (after_revision is not None and after_revision < session.revision_for(side)):
            with self._uow.reading() as uow:
                if more:
                    found = self._after(uow, session, side, after_seq, MOST_PER_PAGE + 1)
                if after_revision is not None:
                    changed = _changed(uow, session, side, after_seq, after_revision)
        page = _page(session, side, found, MOST_PER_PAGE, forward=True)
        self._delivered(actor, page)
        return page, changed

    def sync(self, actor: Actor, positions: Mapping[str, int]) -> dict[str, Position]:
        """Where the named sessions stand, from the database; foreign ones are left out.

        What the client says it has counts as delivered.
        """
        side = side_of(actor)
        with self._uow.reading() as uow:
            sessions = uow.sessions.visible_among(actor, list(positions))
        for session in sessions:
            has = min(positions[session.id], session.last_for(side))
            if has > session.delivered_mark(side):
                self._move(actor, session.id, has, read=False)
        return {one.id: Position(one.last_for(side), one.revision_for(side)) for one in sessions}

    def mark_read(self, actor: Actor, session_id: str, seq: int) -> int:
        """Move the reader's mark up to `seq`, in its own numbers; return what is unread."""
        return self._move(actor, session_id, seq, read=True)

    def set_typing(
        self, actor: Actor, session_id: str, *, typing: bool, preview: str | None = None
    ) -> None:
        """Tell the others in the session; nothing is stored."""
        self.check_visible(actor, session_id)
        side = side_of(actor)
        self._realtime.publish(
            TypingChanged(
                session_id,
                side,
                actor.id,
                actor.name,
                typing,
                preview if side == "visitor" and typing else None,
                actor.sid,
            )
        )

    def _after(
        self, uow: UnitOfWork, session: Session, side: Side, seq: int, limit: int
    ) -> Sequence[Message]:
        """What follows `seq`: from close at hand where that reaches back far enough."""
        if seq >= session.last_for(side):
            return []
        newest = [one for one in self._recent.newest(session) if side == "agent" or not one.is_note]
        if not newest or _number(newest[0], side) > seq + 1:
            return uow.messages.after(session.id, side, seq, limit)
        return [one for one in newest if _number(one, side) > seq][:limit]

    def _delivered(self, actor: Actor, page: MessagePage) -> None:
        side = side_of(actor)
        top = max((_number(message, side) for message in page.messages), default=0)
        if top > page.session.delivered_mark(side):
            self._move(actor, page.session.id, top, read=False)

    def _move(self, actor: Actor, session_id: str, seq: int, *, read: bool) -> int:
        return again(lambda: self._move_once(actor, session_id, seq, read=read))

    def _move_once(self, actor: Actor, session_id: str, seq: int, *, read: bool) -> int:
        side = side_of(actor)
        with self._uow() as uow:
            session = visible_session(uow, actor, session_id, lock=True)
            if seq > session.last_for(side):
                raise Validation.of("seq", "there is no such message yet")
            if _moved(uow, session, side, seq, read=read):
                uow.commit(ReadMoved(session, side, actor.sid))
            return session.unread(side)


def limit_messages(limiter: RateLimiter, limits: Limits, actor: Actor) -> None:
    """Count one message, or one change of a message; raise RateLimited above the rate."""
    most = (
        limits.visitor_messages_per_minute if actor.is_visitor else limits.agent_messages_per_minute
    )
    limiter.hit(f"messages:{actor.kind}", actor.id, most=most, seconds=60)


def _changed(
    uow: UnitOfWork, session: Session, side: Side, up_to_seq: int, after_revision: int
) -> Sequence[Message]:
    newer = uow.messages.after_revision(session.id, side, after_revision, MOST_PER_PAGE)
    return [one for one in newer if _number(one, side) <= up_to_seq]


def _moved(uow: UnitOfWork, session: Session, side: Side, seq: int, *, read: bool) -> bool:
    mark = session.read_mark(side) if read else session.delivered_mark(side)
    if seq <= mark:
        return False
    numbers = uow.messages.numbers_at(session.id, side, seq)
    if not read:
        return session.move_delivered(side, *numbers)
    return session.move_read(side, *numbers, _heard(uow, session, side, numbers[0]))


def _heard(uow: UnitOfWork, session: Session, side: Side, up_to_seq: int) -> int:
    """How many of the other side's messages lie up to there: those since the mark are counted."""
    if up_to_seq == session.last_seq:
        return session.said_to(side)
    since = uow.messages.said_to(side, session.id, session.read_seq(side), up_to_seq)
    return session.heard_by(side) + since


def _number(message: Message, side: Side) -> int:
    return (message.visitor_seq or 0) if side == "visitor" else message.seq


def _page(
    session: Session, side: Side, found: Sequence[Message], limit: int, *, forward: bool
) -> MessagePage:
    # A message stored after the session was read belongs to a later page.
    known = [one for one in found if _number(one, side) <= session.last_for(side)]
    has_more = len(known) > limit
    kept = known[:limit] if forward else known[-limit:]
    return MessagePage(
        session=session,
        messages=kept,
        has_more=has_more,
        last_seq=session.last_for(side),
        revision=session.revision_for(side),
        epoch=session.epoch,
    )
