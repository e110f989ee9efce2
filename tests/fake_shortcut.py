"""The shortcut over the database in memory; the contract is in test_contract_shortcut.py."""

import copy
from collections.abc import Sequence, Set

from chat_app.domain.events import Event
from chat_app.domain.session import POST_READS, POST_WRITES, Session
from chat_app.domain.shortcut import Supposed
from tests.fake_database import FakeDatabase, FakeUnitOfWork


class FakeShortcut:
    """Implements the `Shortcut` port."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database
        self._seen: dict[str, Session] = {}

    def supposed(self, session_id: str) -> Supposed | None:
        seen = self._seen.get(session_id)
        return None if seen is None else Supposed(seen, copy.copy(seen))

    def stands(self, supposed: Supposed) -> bool:
        return self._seen.get(supposed.session.id) is supposed.seen

    def write(self, supposed: Supposed) -> None:
        rows = [row for one in supposed.events for row in self._database.after_commit.rows(one)]
        supposed.written = all(row.dedupe_key is None for row in rows)

    def seen(self, session: Session) -> None:
        self._seen[session.id] = copy.copy(session)

    def noticed(self, session: Session) -> None:
        self._seen.setdefault(session.id, copy.copy(session))

    def forget(self, session_id: str) -> None:
        """As when too many others were seen since."""
        del self._seen[session_id]

    def append(self, posts: Sequence[Supposed]) -> Set[str]:
        taken = [one for one in posts if one.written and self.stands(one)]
        for one in taken:
            del self._seen[one.session.id]
        with self._database() as uow:
            stored = [one for one in taken if self._store(uow, one)]
            uow.store(*(event for one in stored for event in one.events))
        for one in stored:
            self.seen(one.session)
        return {one.session.id for one in stored}

    def follow(self, event: Event) -> None:
        self._database.after_commit.follow(event)

    def _store(self, uow: FakeUnitOfWork, supposed: Supposed) -> bool:
        before, after = supposed.seen, supposed.session
        said = [event.message for event in supposed.events]
        now = uow.sessions.locked(after.id)
        if now is None or any(getattr(now, name) != getattr(before, name) for name in POST_READS):
            return False
        keys = [(m.session_id, m.sender_kind, m.sender_id, m.client_msg_id) for m in said]
        writers = {one.sender_id for one in said if one.sender_kind == "visitor"}
        if uow.messages.by_client_ids(keys) or uow.visitors.blocked_among(writers):
            return False
        for name in POST_WRITES:
            setattr(now, name, getattr(after, name))
        for one in said:
            uow.messages.add(one)
        return True
