"""What is known of visitors."""

from chat_app.domain.actor import Actor
from chat_app.domain.repositories import UnitOfWorkFactory


class Visitors:
    """Visitors as themselves."""

    def __init__(self, uow: UnitOfWorkFactory) -> None:
        self._uow = uow

    def is_labelled(self, actor: Actor, user_id: str) -> bool:
        """True when `user_id` is what the site calls this visitor."""
        with self._uow.reading() as uow:
            visitor = uow.visitors.get(actor.id)
        return visitor is not None and visitor.user_id == user_id
