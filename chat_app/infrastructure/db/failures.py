"""What a database's errors mean to the use cases."""

import psycopg2
import pymysql
import structlog
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from chat_app.domain.errors import Unavailable
from chat_app.domain.repositories import Collision, Duplicate

RETRY_SECONDS = 2
# PostgreSQL: serialization failure, deadlock; MySQL: deadlock, lock wait timeout.
_COLLISIONS = frozenset({"40001", "40P01", 1213, 1205})
# A check constraint that refuses a row: MariaDB and MySQL, whose driver takes it for a broken server.
_REFUSALS = frozenset({4025, 3819})
_log = structlog.get_logger(__name__)


def translated(error: BaseException) -> BaseException:
    """Unavailable, Duplicate or Collision for what a database says; anything else as it is.

    psycopg2's own errors come unwrapped from `raw_connection`, and where SQLAlchemy sets an
    isolation level.
    """
    said = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(error, IntegrityError | psycopg2.IntegrityError) or _number(said) in _REFUSALS:
        return Duplicate(str(said))
    if isinstance(error, DBAPIError | psycopg2.Error) and _is_collision(said):
        return Collision(str(said))
    if isinstance(error, DBAPIError | PoolTimeout | psycopg2.Error):
        _log.warning("database_failed", error=str(error).split("\n", 1)[0])
        return Unavailable("The database does not answer", retry_after=RETRY_SECONDS)
    return error


def _is_collision(said: BaseException | None) -> bool:
    """True for a deadlock or a failed serialization, as each database calls it."""
    return getattr(said, "pgcode", None) in _COLLISIONS or _number(said) in _COLLISIONS


def _number(said: BaseException | None) -> object:
    """What MySQL's driver calls an error."""
    return said.args[0] if isinstance(said, pymysql.MySQLError) and said.args else None
