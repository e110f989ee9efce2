"""F33: one protection broken at a time. A pytest plugin: `-p tests.faults.mutants`, MUTANT=name."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from chat_app.infrastructure.db.messages import SqlMessages
from chat_app.infrastructure.db.outbox import SqlOutbox
from chat_app.infrastructure.db.sessions import SqlSessions
from chat_app.use_cases.messages import Messages


def no_deduplication() -> None:
    """Nobody looks whether the id was stored before."""
    patch(SqlMessages, "by_client_ids", lambda *_: {})


def no_row_lock() -> None:
    """The session is read without its lock."""

    def unlocked(self: SqlSessions, ids: Iterable[str]) -> dict[str, Any]:
        found = ((one, self.get(one)) for one in ids)
        return {session_id: session for session_id, session in found if session is not None}

    patch(SqlSessions, "locked_among", unlocked)


def no_order() -> None:
    """Messages are read as they please."""
    after = SqlMessages.after
    patch(SqlMessages, "after", lambda *given: after(*given)[::-1])


def no_resume() -> None:
    """Whoever comes back is told that nothing was missed."""
    patch(Messages, "_after", lambda *_: [])


def no_sweep() -> None:
    """Claimed work whose worker died is left lying."""
    claim = SqlOutbox.claim

    def only_pending(self: SqlOutbox, *given: Any) -> list[Any]:
        return [one for one in claim(self, *given) if one.attempts == 1]

    patch(SqlOutbox, "claim", only_pending)


def patch(owner: type, name: str, broken: Callable[..., Any]) -> None:
    """Put what is broken in the place of what works."""
    setattr(owner, name, broken)


MUTANTS = {
    function.__name__: function
    for function in (no_deduplication, no_row_lock, no_order, no_resume, no_sweep)
}

if mutant := os.environ.get("MUTANT"):
    MUTANTS[mutant]()
