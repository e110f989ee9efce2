"""Does the work that commits have left behind."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chat_app.domain.outbox import MOST_ATTEMPTS, OutboxEntry, retry_delay_seconds
from chat_app.domain.ports import Ids
from chat_app.domain.repositories import UnitOfWorkFactory

BATCH = 50
LOCK_SECONDS = 60
MOST_BATCHES = 20
MOST_SHOWN = 100
KEPT_SECONDS = 86_400
CLEARED_AT_ONCE = 200

Handler = Callable[[dict[str, Any]], Any]


class WorkerLost(Exception):
    """Work whose every worker died before it could say what was wrong."""


class OutboxDrain:
    """Claims entries by state with a lock token, so that any number of workers may drain."""

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        ids: Ids,
        handlers: Mapping[str, Handler],
        report: Callable[[OutboxEntry, Exception], None],
    ) -> None:
        self._uow = uow
        self._ids = ids
        self._handlers = handlers
        self._report = report

    def drain(self) -> int:
        """Work until nothing is due; return how many entries were tried."""
        tried = 0
        for _ in range(MOST_BATCHES):
            token = self._ids.secret()
            with self._uow() as uow:
                claimed = uow.outbox.claim(BATCH, token, LOCK_SECONDS)
                uow.commit()
            for entry in claimed:
                self._work(entry, token)
            tried += len(claimed)
            if len(claimed) < BATCH:
                break
        return tried

    def dead(self) -> Sequence[OutboxEntry]:
        """What was given up after too many attempts; an operator decides."""
        with self._uow.reading() as uow:
            return uow.outbox.dead(MOST_SHOWN)

    def clear_done(self) -> int:
        """Forget what was finished a day ago; return how many entries."""
        cleared = 0
        for _ in range(MOST_BATCHES):
            with self._uow() as uow:
                count = uow.outbox.clear_done(KEPT_SECONDS, CLEARED_AT_ONCE)
                uow.commit()
            cleared += count
            if count < CLEARED_AT_ONCE:
                break
        return cleared

    def replay(self, entry_ids: Sequence[str]) -> int:
        """Try given-up entries again; return how many there were."""
        with self._uow() as uow:
            revived = uow.outbox.revive(entry_ids)
            uow.commit()
            return revived

    def _handle(self, entry: OutboxEntry) -> None:
        if entry.attempts > MOST_ATTEMPTS:
            raise WorkerLost
        self._handlers[entry.topic](entry.payload)

    def _work(self, entry: OutboxEntry, token: str) -> None:
        error: Exception | None = None
        try:
            self._handle(entry)
        except Exception as failure:  # noqa: BLE001 - whatever went wrong is recorded and retried
            error = failure
            self._report(entry, failure)
        with self._uow() as uow:
            mine = uow.outbox.mine(entry.id, token)
            if mine is None:
                return  # the lock ran out and another worker has it
            mine.lock_token = mine.locked_until = None
            if error is None:
                mine.state = "done"
            else:
                mine.last_error = f"{type(error).__name__}: {error}"[:500]
                mine.state = "dead" if mine.attempts >= MOST_ATTEMPTS else "pending"
                uow.outbox.delay(mine, retry_delay_seconds(mine.attempts))
            uow.commit()
