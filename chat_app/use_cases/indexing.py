"""Lets search learn what was said: behind the senders, who never wait for it."""

from typing import Final, get_args

from chat_app.domain.repositories import Source, UnitOfWorkFactory

BATCH: Final = 500
MOST_BATCHES: Final = 40
"""Of one source in one sweep; the next one goes on."""


class Indexing:
    """Runs in workers. Two at once do the same work twice; one that dies is done over."""

    def __init__(self, uow: UnitOfWorkFactory) -> None:
        self._uow = uow

    def sweep(self) -> int:
        """Learn the next texts of every source; return how many were new."""
        return sum(
            self._follow(source, late=late) for source in get_args(Source) for late in (False, True)
        )

    def _follow(self, source: Source, *, late: bool) -> int:
        learned, place = 0, None
        for _ in range(MOST_BATCHES):
            # Read apart from writing, which on SQLite keeps everybody else from it.
            with self._uow.reading() as uow:
                found = uow.search.unread(source, place, BATCH, late=late)
            if found is None:
                break
            if found.texts or found.upto:
                with self._uow() as uow:
                    uow.search.learn(source, found, late=late)
                    uow.commit()
            learned, place = learned + len(found.texts), found.last
            if not found.more:
                break
        return learned
