"""The shortcut over the database in memory; the contract is in test_contract_shortcut.py."""

import copy
from collections.abc import Sequence, Set

from chat_app.domain.events import Event, MessageSent
from chat_app.domain.message import Message
from chat_app.domain.session import POST_READS, POST_WRITES, Session
from tests.fake_database import FakeDatabase, FakeUnitOfWork


class FakeShortcut:
    """Implements the `Shortcut` port."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database
        self._seen: dict[str, Session] = {}

    def supposed(self, session_id: str) -> Session | None:
        seen = self._seen.get(session_id)
        return None if seen is None else copy.copy(seen)

    def seen(self, session: Session) -> None:
        self._seen[session.id] = copy.copy(session)

    def noticed(self, session: Session) -> None:
        self._seen.setdefault(session.id, copy.copy(session))

    def append(self, events: Sequence[MessageSent]) -> Set[str]:
        after = {one.session.id: one.session for one in events}
        said = {key: [one.message for one in events if one.session.id == key] for key in after}
        left = [
            (one.session.id, row) for one in events for row in self._database.after_commit.rows(one)
        ]
        perhaps_pending = {key for key, row in left if row.dedupe_key is not None}
        with self._database() as uow:
            stored = {
                key
                for key, session in after.items()
                if key not in perhaps_pending and self._store(uow, session, said[key])
            }
            uow.store(*(one for one in events if one.session.id in stored))
        for key in stored:
            self.seen(after[key])
        return stored

    def follow(self, event: Event) -> None:
        self._database.after_commit.follow(event)

    def _store(self, uow: FakeUnitOfWork, after: Session, said: Sequence[Message]) -> bool:
        before, now = self._seen.pop(after.id), uow.sessions.locked(after.id)
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
