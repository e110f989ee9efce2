"""Repository of work to be done after commits."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session as OrmSession

from chat_app.domain.outbox import OutboxEntry
from chat_app.infrastructure.db import tables
from chat_app.infrastructure.db.now import DatabaseClock
from chat_app.infrastructure.db.rows import Rows
from chat_app.infrastructure.db.shapes import Change, Shape

ENTRIES: Final[Shape[OutboxEntry]] = Shape(OutboxEntry, tables.outbox, OutboxEntry)


class SqlOutbox:
    """Work to be done after commits; due times are on the database's clock."""

    def __init__(self, session: OrmSession, clock: DatabaseClock) -> None:
        self._session = session
        self._clock = clock
        self._rows = Rows(session, ENTRIES)

    def take_changes(self) -> Sequence[Change]:
        """What is new; the caller sends it to the database."""
        return self._rows.take_changes()

    def add(self, *entries: OutboxEntry) -> None:
        """Store entries with the next flush, but none whose dedupe key another pending one has."""
        pending = self._pending({one.dedupe_key for one in entries if one.dedupe_key})
        for entry in entries:
            if entry.dedupe_key in pending:
                continue
            if entry.dedupe_key is not None:
                pending.add(entry.dedupe_key)
            # The wish is in the writer's time, the due time in the database's.
            entry.available_at = self._clock.now() + (entry.available_at - entry.created_at)
            self._rows.add(entry)

    def _pending(self, keys: set[str]) -> set[str | None]:
        """Hold the pending entries: a worker that began now would not see what we commit."""
        if not keys:
            return set()
        query = select(tables.outbox.c.dedupe_key).where(tables.outbox.c.dedupe_key.in_(keys))
        return set(self._session.scalars(query.with_for_update(read=True)))

    def claim(self, limit: int, lock_token: str, seconds: int) -> Sequence[OutboxEntry]:
        """Take entries that are due, and those whose worker went away, for `seconds`."""
        now, rows = self._clock.now(), tables.outbox.c
        due = or_(
            and_(rows.state == "pending", rows.available_at <= now),
            and_(rows.state == "claimed", rows.locked_until <= now),
        )
        query = select(OutboxEntry).where(due).order_by(rows.available_at).limit(limit)
        claimed = list(self._session.scalars(query.with_for_update(skip_locked=True)))
        for entry in claimed:
            entry.state = "claimed"
            entry.attempts += 1
            entry.dedupe_key = None
            entry.lock_token = lock_token
            entry.locked_until = now + timedelta(seconds=seconds)
        return claimed

    def dead(self, limit: int) -> Sequence[OutboxEntry]:
        """What was given up, oldest first."""
        query = select(OutboxEntry).where(tables.outbox.c.state == "dead")
        return list(self._session.scalars(query.order_by(tables.outbox.c.created_at).limit(limit)))

    def revive(self, entry_ids: Sequence[str]) -> int:
        """Make given-up entries due again."""
        query = select(OutboxEntry).where(
            tables.outbox.c.id.in_(entry_ids), tables.outbox.c.state == "dead"
        )
        found = list(self._session.scalars(query.with_for_update()))
        for entry in found:
            entry.state, entry.attempts = "pending", 0
            entry.available_at = self._clock.now()
        return len(found)

    def delay(self, entry: OutboxEntry, seconds: int) -> None:
        """Make the entry due again in `seconds`."""
        entry.available_at = self._clock.now() + timedelta(seconds=seconds)

    def clear_done(self, seconds: int, limit: int) -> int:
        """Delete finished entries that were due so many seconds ago; return how many."""
        rows = tables.outbox.c
        old = self._clock.now() - timedelta(seconds=seconds)
        query = select(rows.id).where(rows.state == "done", rows.available_at < old)
        ids = list(self._session.scalars(query.limit(limit)))
        if ids:
            self._session.execute(delete(tables.outbox).where(rows.id.in_(ids)))
        return len(ids)

    def mine(self, entry_id: str, lock_token: str) -> OutboxEntry | None:
        """The entry, if it is still claimed with this token."""
        query = select(OutboxEntry).where(
            tables.outbox.c.id == entry_id,
            tables.outbox.c.lock_token == lock_token,
            tables.outbox.c.state == "claimed",
        )
        return self._session.scalar(query.with_for_update())
