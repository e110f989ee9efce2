"""Group commit: sends that wait at the same moment are stored in one transaction.

The first one leads: it stores all that wait, itself among them, and hands the lead to the first
that has come meanwhile. Alone, a send waits for nobody. (The idea is PostgreSQL's own for its
write-ahead log; here it saves statements and round trips, too.)
"""

import threading
from collections import deque
from collections.abc import Sequence

from chat_app.domain.actor import Actor
from chat_app.domain.errors import Unavailable
from chat_app.domain.message import Draft
from chat_app.domain.ports import Blocking
from chat_app.use_cases.storing import Send, Sent, Storing

MOST_TOGETHER = 100
# More than one would make smaller batches of the same sends, and each batch costs round trips.
MOST_LEADERS = 1


class MessageLog:
    """Stores messages. What one send does wrong is its own: its neighbours are stored."""

    def __init__(
        self, storing: Storing, blocking: Blocking, most_leaders: int = MOST_LEADERS
    ) -> None:
        self._storing = storing
        self._blocking = blocking
        self._most_leaders = most_leaders
        self._mutex = threading.Lock()
        self._waiting: deque[Send] = deque()
        self._leaders = 0

    def append(self, actor: Actor, session_id: str, draft: Draft) -> Sent:
        """Store a message, or find what was stored with its id; return after the commit.

        Raises NotFound, Blocked, SessionClosed, Forbidden, Validation or Unavailable. The others
        hear of the message only after this returns.
        """
        send = Send(actor, session_id, draft, self._blocking.turn())
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

    def _wait(self, send: Send) -> None:
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

    def _lead(self, leader: Send) -> None:
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

    def _store(self, batch: Sequence[Send]) -> None:
        try:
            self._storing.store(batch)
        except Unavailable as error:
            self._refuse([*batch, *self._all_waiting()], error)
        except BaseException as error:
            for send in batch:
                send.error = error
            if not isinstance(error, Exception):
                raise

    def _all_waiting(self) -> Sequence[Send]:
        """Who has come meanwhile: each would only find out again that the database is away."""
        with self._mutex:
            waiting = list(self._waiting)
            self._waiting.clear()
        return waiting

    @staticmethod
    def _refuse(sends: Sequence[Send], error: Unavailable) -> None:
        for send in sends:
            send.error = error
            send.turn.set()
