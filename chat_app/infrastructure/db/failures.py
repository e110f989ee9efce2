"""What a database's errors mean to the use cases."""

import psycopg2
import structlog
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from chat_app.domain.errors import Unavailable
from chat_app.domain.repositories import Collision, Duplicate

RETRY_SECONDS = 2
# PostgreSQL: serialization failure, deadlock; MySQL: deadlock, lock wait timeout.
_COLLISIONS = frozenset({"40001", "40P01", 1213, 1205})
_log = structlog.get_logger(__name__)


def translated(error: BaseException) -> BaseException:
    """Unavailable, Duplicate or Collision for what a database says; anything else as it is."""
    if isinstance(error, IntegrityError):
        return Duplicate(str(error.orig))
    if isinstance(error, DBAPIError) and _is_collision(error):
        return Collision(str(error.orig))
    # psycopg2's own: SQLAlchemy does not wrap what fails while it sets an isolation level.
    if isinstance(error, DBAPIError | PoolTimeout | psycopg2.Error):
        _log.warning("database_failed", error=str(error).split("\n", 1)[0])
        return Unavailable("The database does not answer", retry_after=RETRY_SECONDS)
    return error


def _is_collision(error: DBAPIError) -> bool:
    """True for a deadlock or a failed serialization, as each database calls it."""
    state = getattr(error.orig, "pgcode", None)
    number = error.orig.args[0] if error.orig and error.orig.args else None
    return state in _COLLISIONS or number in _COLLISIONS
