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
from chat_app.domain.message import Draft, Message
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
    mail_in: int | None = None
    supposed: Supposed | None = None
    follow: Follow | None = None

    def event(self) -> MessageSent:
        """The fact that the message is stored."""
        if self.sent is None:
            raise RuntimeError("nothing was stored")
        sent = self.sent
        return MessageSent(sent.session, sent.message, self.actor.sid, self.mail_in)

    def begin_again(self) -> None:
        """Forget what was tried."""
        self.sent = self.error = self.mail_in = self.supposed = None


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
        if supposed is None or not all(_is_usual(send, supposed.session) for send in sends):
            return None
        if len({(one.actor.kind, one.actor.id, one.draft.client_msg_id) for one in sends}) < len(
            sends
        ):
            return None
        try:
            for send in sends:
                self._post_on(supposed, send)
        except ChatError:  # perhaps only outdated: the long way knows
            for send in sends:
                send.begin_again()
            return None
        supposed.events = [send.event() for send in sends]
        self._shortcut.write(supposed)
        return supposed

    def _post_on(self, supposed: Supposed, send: Send) -> None:
        session = supposed.session
        result = self._posting.number(session, send.actor, send.draft)
        send.sent = Sent(session, result.message, duplicate=False)
        send.mail_in = result.mail_in
        send.supposed = supposed

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
            new = [one for one in batch if one.sent is not None and not one.sent.duplicate]
            if new:
                follow = uow.store(*(send.event() for send in new))
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
            result = self._posting.post(uow, session, send.actor, send.draft, known)
            send.sent = Sent(session, result.message, result.duplicate)
            send.mail_in = result.mail_in
        except ChatError as error:
            send.error = error


def _is_usual(send: Send, session: Session) -> bool:
    """Whether the session alone tells if the message may be stored."""
    return send.draft.reply_to is None and may_see(send.actor, session)


def _by_session(batch: Sequence[Send]) -> Mapping[str, list[Send]]:
    found: dict[str, list[Send]] = {}
    for send in batch:
        found.setdefault(send.session_id, []).append(send)
    return found
