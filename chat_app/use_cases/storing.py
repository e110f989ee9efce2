"""A batch of sends becomes durable.

Most go by the shortcut: the rule is applied to the session as it was last seen, and one statement
stores the outcome where the session still is so. The others, and those whose session has changed
meanwhile, go the long way: lock, look up, apply the rule, write, commit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chat_app.domain.actor import Actor
from chat_app.domain.errors import ChatError, NotFound
from chat_app.domain.events import MessageSent
from chat_app.domain.message import Draft, Message, SendResult
from chat_app.domain.repositories import (
    Collision,
    Duplicate,
    Follow,
    UnitOfWork,
    UnitOfWorkFactory,
)
from chat_app.domain.session import Session
from chat_app.domain.shortcut import Shortcut, Supposed
from chat_app.use_cases.access import may_see
from chat_app.use_cases.again import again
from chat_app.use_cases.posting import Known, Posting


@dataclass(frozen=True)
class Sent:
    """A stored message with its session, whose marks give the message's status."""

    session: Session
    message: Message
    duplicate: bool


@dataclass(eq=False)
class Send:
    """What one caller wants stored, and what became of it."""

    actor: Actor
    session_id: str
    draft: Draft
    sent: Sent | None = None
    error: BaseException | None = None
    event: MessageSent | None = None
    """The fact that a message was stored by this, and not before."""
    supposed: Supposed | None = None
    follow: Follow | None = None

    def took(self, session: Session, result: SendResult) -> None:
        """Note what it came to."""
        self.sent = Sent(session, result.message, result.duplicate)
        if not result.duplicate:
            self.event = MessageSent(session, result.message, self.actor.sid, result.mail_in)

    def begin_again(self) -> None:
        """Forget what was tried."""
        self.sent = self.error = self.event = self.supposed = None


class Storing:
    """Stores sends together. What one does wrong is its own: its neighbours are stored."""

    def __init__(self, uow: UnitOfWorkFactory, posting: Posting, shortcut: Shortcut) -> None:
        self._uow = uow
        self._posting = posting
        self._shortcut = shortcut

    def prepare(self, batch: Sequence[Send]) -> None:
        """Do what needs no database; for sessions that others change meanwhile it was in vain."""
        for session_id, sends in _by_session(batch).items():
            self._suppose(session_id, sends)

    def store(self, batch: Sequence[Send]) -> None:
        """Give each send what was stored, or its error. Raises Unavailable for all of them."""
        rest = self._shortly(batch)
        if not rest:
            return
        try:
            self._together(rest)
        except (Collision, Duplicate):  # another transaction was in the way
            for send in rest:
                self._alone(send)

    def _shortly(self, batch: Sequence[Send]) -> Sequence[Send]:
        """Store what can be stored by the shortcut; return the others."""
        by_session = _by_session(batch)
        posts = [one for pair in by_session.items() if (one := self._standing(*pair)) is not None]
        if not posts:
            return batch
        stored = self._shortcut.append(posts)
        for session_id in (one.session.id for one in posts):
            for send in by_session[session_id]:
                if session_id in stored:
                    send.follow = self._shortcut.follow
                else:
                    send.begin_again()
        return [send for send in batch if send.session_id not in stored]

    def _standing(self, session_id: str, sends: Sequence[Send]) -> Supposed | None:
        """What was prepared for a session, or is prepared now; None leaves it to the long way."""
        supposed = sends[0].supposed
        if supposed is not None and self._shortcut.stands(supposed):
            return supposed
        for send in sends:
            send.begin_again()
        return self._suppose(session_id, sends)

    def _suppose(self, session_id: str, sends: Sequence[Send]) -> Supposed | None:
        """Apply the rule to the session as it was last seen; None leaves it to the long way."""
        supposed = self._shortcut.supposed(session_id)
        if supposed is None or not _are_usual(sends, supposed.session):
            return None
        session = supposed.session
        try:
            for send in sends:
                send.took(session, self._posting.number(session, send.actor, send.draft))
                send.supposed = supposed
        except ChatError:  # perhaps only outdated: the long way knows
            for send in sends:
                send.begin_again()
            return None
        supposed.events = [send.event for send in sends if send.event is not None]
        self._shortcut.write(supposed)
        return supposed

    def _alone(self, send: Send) -> None:
        send.begin_again()
        try:
            again(lambda: self._together([send]))
        except Exception as error:  # noqa: BLE001 - it belongs to this caller, who raises it
            send.error = error

    def _together(self, batch: Sequence[Send]) -> None:
        with self._uow() as uow:
            sessions = uow.sessions.locked_among({send.session_id for send in batch})
            known = self._posting.look_up(
                uow, [(send.session_id, send.actor, send.draft) for send in batch]
            )
            for send in batch:
                self._post(uow, sessions.get(send.session_id), send, known)
            new = [send for send in batch if send.event is not None]
            if new:
                follow = uow.store(*(send.event for send in new if send.event is not None))
                for send in new:
                    send.follow = follow
        self._remember(sessions)

    def _remember(self, sessions: Mapping[str, Session]) -> None:
        for session in sessions.values():
            self._shortcut.seen(session)

    def _post(self, uow: UnitOfWork, session: Session | None, send: Send, known: Known) -> None:
        try:
            if session is None or not may_see(send.actor, session):
                raise NotFound("There is no such session")
            send.took(session, self._posting.post(uow, session, send.actor, send.draft, known))
        except ChatError as error:
            send.error = error


def _are_usual(sends: Sequence[Send], session: Session) -> bool:
    """Whether the session alone tells if the messages may be stored."""
    for send in sends:
        if send.draft.reply_to is not None or not may_see(send.actor, session):
            return False
    return True


def _by_session(batch: Sequence[Send]) -> Mapping[str, list[Send]]:
    found: dict[str, list[Send]] = {}
    for send in batch:
        found.setdefault(send.session_id, []).append(send)
    return found
