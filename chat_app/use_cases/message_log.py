"""Group commit: sends that wait at the same moment are stored in one transaction."""

from chat_app.domain.actor import Actor
from chat_app.domain.message import Draft
from chat_app.domain.ports import Blocking
from chat_app.use_cases.storing import Send, Sent, Storing
from chat_app.use_cases.together import Together

MOST_TOGETHER = 100
# On a database where transactions run side by side.
MOST_LEADERS = 2


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
        if send.error is not None:
            raise send.error
        if send.sent is None:
            raise RuntimeError("a send was passed over")
        if send.follow is not None and send.event is not None:
            send.follow(send.event)
        return send.sent
