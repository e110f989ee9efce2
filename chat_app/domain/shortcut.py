"""Messages stored on a supposition: that their sessions are still as this process last saw them."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Any, Protocol

from chat_app.domain.events import Event, MessageSent
from chat_app.domain.session import Session


@dataclass(eq=False, slots=True)
class Supposed:
    """A session as it was last seen, and what is posted in it on that supposition."""

    seen: Session
    """As it was committed; nobody changes it."""
    session: Session
    """A copy of it, on which the rule is applied."""
    events: Sequence[MessageSent] = ()
    """What is posted in `session`."""
    written: Any = None
    """The same as the database takes it; the shortcut's own."""


class Shortcut(Protocol):
    """Stores messages in sessions as this process last saw them, if they still are so.

    It may know nothing of a session, and refuse anything: the long way is a UnitOfWork.
    """

    def supposed(self, session_id: str) -> Supposed | None:
        """The session as it was last seen, to post on; None when it was not."""
        ...

    def stands(self, supposed: Supposed) -> bool:
        """Whether nothing newer has been seen of the session since."""
        ...

    def write(self, supposed: Supposed) -> None:
        """Prepare what `append` will store; whoever has the time does it before."""
        ...

    def seen(self, session: Session) -> None:
        """Remember how a session has been committed; nobody changes this object any more."""
        ...

    def noticed(self, session: Session) -> None:
        """Remember a session as it was read, if it is not known: soon somebody may write there."""
        ...

    def append(self, posts: Sequence[Supposed]) -> Set[str]:
        """Commit the messages of sessions that were written; return the ids of those stored.

        In the others nothing is: they, or their writers, are not as supposed, the message is
        there already, or it asks for work that may be pending already. Raises Unavailable.
        """
        ...

    def follow(self, event: Event) -> None:
        """Let the effects follow of an event that was stored."""
        ...
