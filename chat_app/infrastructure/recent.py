"""Without Redis nothing is kept close at hand: the database answers."""

from collections.abc import Sequence

from chat_app.domain.message import Message
from chat_app.domain.session import Session


class NoRecentMessages:
    """Keeps nothing."""

    def remember(self, session: Session, message: Message) -> None:
        """Let it go."""

    def forget(self, session_id: str) -> None:
        """There is nothing to drop."""

    def newest(self, session: Session) -> Sequence[Message]:
        """Nothing."""
        return []
