"""Group commit: sends that wait at the same moment are stored in one transaction.

The first one leads: it stores all that wait, itself among them, and hands the lead to the first
that has come meanwhile. Alone, a send waits for nobody. (The idea is PostgreSQL's own for its
write-ahead log; here it saves statements and round trips, too.)
"""

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from chat_app.domain.actor import Actor
from chat_app.domain.errors import ChatError, NotFound, Unavailable
from chat_app.domain.events import MessageSent
from chat_app.domain.message import Draft, Message
from chat_app.domain.ports import Blocking, Turn
from chat_app.domain.repositories import Collision, Duplicate, Follow, UnitOfWork, UnitOfWorkFactory
from chat_app.domain.session import Session
from chat_app.use_cases.access import may_see
from chat_app.use_cases.again import again
from chat_app.use_cases.posting import Known, Posting

MOST_TOGETHER = 100
# More than one would make smaller batches of the same sends, and each batch costs round trips.
MOST_LEADERS = 1


@dataclass(frozen=True)
class Sent:
    """A stored message with its session, whose marks give the message's status."""

    session: Session
    message: Message
    duplicate: bool


@dataclass(eq=False)
class _Send:
    """One caller who waits."""

    actor: Actor
    session_id: str
    draft: Draft
    turn: Turn
    leads: bool = False
    sent: Sent | None = None
    error: BaseException | None = None
    mail_in: int | None = None
    follow: Follow | None = None

    def event(self) -> MessageSent:
        """The fact that the message is stored."""
        if self.sent is None:
            raise RuntimeError("nothing was stored")
        sent = self.sent
        return MessageSent(sent.session, sent.message, self.actor.sid, self.mail_in)


class MessageLog:
    """Stores messages. What one send does wrong is its own: its neighbours are stored."""

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        posting: Posting,
        blocking: Blocking,
        most_leaders: int = MOST_LEADERS,
    ) -> None:
        self._uow = uow
        self._posting = posting
        self._blocking = blocking
        self._most_leaders = most_leaders
        self._mutex = threading.Lock()
        self._waiting: deque[_Send] = deque()
        self._leaders = 0

    def append(self, actor: Actor, session_id: str, draft: Draft) -> Sent:
        """Store a message, or find what was stored with its id; return after the commit.

        Raises NotFound, Blocked, SessionClosed, Forbidden, Validation or Unavailable. The others
        hear of the message only after this returns.
        """
        send = _Send(actor, session_id, draft, self._blocking.turn())
        with self._mutex:
            if self._leaders < self._most_leaders:
                self._leaders += 1
                send.leads = True
            else:
                self._waiting.append(send)
        if not send.leads:
            self._wait(send)
        if send.leads:
            self._lead(send)
        if send.error is not None:
            raise send.error
        if send.sent is None:
            raise RuntimeError("a send was passed over")
        if send.follow is not None:
            send.follow(send.event())
        return send.sent

    def _wait(self, send: _Send) -> None:
        """Wait to be stored or to lead; whoever is torn away meanwhile leaves the lead to others."""
        try:
            send.turn.wait()
        except BaseException:
            with self._mutex:
                waits = send in self._waiting
                if waits:
                    self._waiting.remove(send)
            if not waits and send.leads:
                self._hand_on()
            raise

    def _lead(self, leader: _Send) -> None:
        self._blocking.breathe()  # what has arrived already comes along
        with self._mutex:
            count = min(len(self._waiting), MOST_TOGETHER - 1)
            batch = [leader, *(self._waiting.popleft() for _ in range(count))]
        try:
            self._store(batch)
        finally:
            for send in batch[1:]:
                send.turn.set()
            self._hand_on()

    def _hand_on(self) -> None:
        """Let the next one lead; from now on it waits in nobody else's batch."""
        with self._mutex:
            following = self._waiting.popleft() if self._waiting else None
            if following is None:
                self._leaders -= 1
                return
            following.leads = True
        following.turn.set()

    def _store(self, batch: Sequence[_Send]) -> None:
        """Store all; when another transaction is in the way, each on its own."""
        try:
            self._store_together(batch)
        except (Collision, Duplicate):
            for send in batch:
                self._store_alone(send)
        except Unavailable as error:
            self._refuse([*batch, *self._all_waiting()], error)
        except BaseException as error:
            for send in batch:
                send.error = error
            if not isinstance(error, Exception):
                raise

    def _all_waiting(self) -> Sequence[_Send]:
        """Who has come meanwhile: each would only find out again that the database is away."""
        with self._mutex:
            waiting = list(self._waiting)
            self._waiting.clear()
        return waiting

    @staticmethod
    def _refuse(sends: Sequence[_Send], error: Unavailable) -> None:
        for send in sends:
            send.error = error
            send.turn.set()

    def _store_alone(self, send: _Send) -> None:
        send.sent = send.error = None
        try:
            again(lambda: self._store_together([send]))
        except Exception as error:  # noqa: BLE001 - it belongs to this caller, who raises it
            send.error = error

    def _store_together(self, batch: Sequence[_Send]) -> None:
        with self._uow() as uow:
            sessions = uow.sessions.locked_among({send.session_id for send in batch})
            known = self._posting.look_up(
                uow, [(send.session_id, send.actor, send.draft) for send in batch]
            )
            for send in batch:
                self._post(uow, sessions.get(send.session_id), send, known)
            new = [one for one in batch if one.sent is not None and not one.sent.duplicate]
            if not new:
                return
            follow = uow.store(*(send.event() for send in new))
            for send in new:
                send.follow = follow

    def _post(self, uow: UnitOfWork, session: Session | None, send: _Send, known: Known) -> None:
        try:
            if session is None or not may_see(send.actor, session):
                raise NotFound("There is no such session")
            result = self._posting.post(uow, session, send.actor, send.draft, known)
            send.sent = Sent(session, result.message, result.duplicate)
            send.mail_in = result.mail_in
        except ChatError as error:
            send.error = error
