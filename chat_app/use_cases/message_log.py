"""Group commit: sends that wait at the same moment are stored in one transaction."""

from collections.abc import Callable
from functools import partial
from typing import Final

from chat_app.domain.actor import Actor
from chat_app.domain.message import Draft
from chat_app.domain.ports import Blocking
from chat_app.use_cases.storing import Send, Sent, Storing
from chat_app.use_cases.together import Together

Outcome = Callable[[], Sent]
"""What became of a send: returns, or raises, what `MessageLog.append` does."""
MOST_TOGETHER: Final = 100
# On a database where transactions run side by side.
MOST_LEADERS: Final = 2


class MessageLog:
    """Stores messages. What one send does wrong is its own: its neighbours are stored."""

    def __init__(self, storing: Storing, blocking: Blocking, most_leaders: int = 1) -> None:
        self._together = Together(
            storing.store,
            blocking,
            most=MOST_TOGETHER,
            most_leaders=most_leaders,
            prepare=storing.prepare,
        )

    def append(self, actor: Actor, session_id: str, draft: Draft) -> Sent:
        """Store a message, or find what was stored with its id; return after the commit.

        Raises NotFound, Blocked, SessionClosed, Forbidden, Validation or Unavailable. The others
        hear of the message only after this returns.
        """
        send = Send(actor, session_id, draft)
        self._together.serve(send)
        return _outcome(send)

    def append_soon(
        self, actor: Actor, session_id: str, draft: Draft, done: Callable[[Outcome], None]
    ) -> None:
        """As `append`, but return at once; `done` gets the outcome, and the others hear then."""
        send = Send(actor, session_id, draft)
        self._together.enlist(send, partial(_served, send, done))


def _served(send: Send, done: Callable[[Outcome], None], error: BaseException | None) -> None:
    send.error = send.error or error
    done(partial(_outcome, send))


def _outcome(send: Send) -> Sent:
    if send.error is not None:
        raise send.error
    if send.sent is None:
        raise RuntimeError("a send was passed over")
    if send.follow is not None and send.event is not None:
        send.follow(send.event)
    return send.sent
