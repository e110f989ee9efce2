"""The database's own clock: leases and due times must not depend on a machine's."""

from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session as OrmSession

_QUERIES = {
    "postgresql": "SELECT clock_timestamp()",
    "sqlite": "SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')",
    "mysql": "SELECT UTC_TIMESTAMP(3)",
    "mariadb": "SELECT UTC_TIMESTAMP(3)",
}


class DatabaseClock:
    """Asks the database once a transaction."""

    def __init__(self, session: OrmSession) -> None:
        self._session = session
        self._now: datetime | None = None

    def now(self) -> datetime:
        """The present moment there, the same for the whole transaction."""
        if self._now is None:
            dialect = self._session.get_bind().dialect.name
            value = self._session.scalar(text(_QUERIES[dialect]))
            moment = datetime.fromisoformat(value) if isinstance(value, str) else value
            if moment is None:
                raise RuntimeError("the database did not tell the time")
            aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            self._now = aware.astimezone(UTC)
        return self._now
