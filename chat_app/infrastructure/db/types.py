"""Column types that behave alike on PostgreSQL, SQLite and MySQL."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, String, Text, TypeDecorator
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.types import JSON, TypeEngine


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time with milliseconds; SQLite and MySQL would forget the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """MySQL cuts fractions off unless told how many to keep."""
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.DATETIME(fsp=3))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC; naive where the database knows no zones."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive times are not stored")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Hand out aware UTC times."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def identifier() -> TypeEngine[str]:
    """A UUID as lower-case text; stored natively where that exists."""
    return (
        String(36)
        .with_variant(postgresql.UUID(as_uuid=False), "postgresql")
        .with_variant(mysql.CHAR(36, charset="ascii", collation="ascii_bin"), "mysql", "mariadb")
    )


def code(length: int) -> TypeEngine[str]:
    """Short ASCII text compared byte by byte, on every database."""
    return String(length).with_variant(
        mysql.VARCHAR(length, charset="ascii", collation="ascii_bin"), "mysql", "mariadb"
    )


def document() -> TypeEngine[Any]:
    """A JSON value."""
    return JSON().with_variant(postgresql.JSONB(), "postgresql")


def terms() -> TypeEngine[Any]:
    """Terms of a text with their places, as each database's full-text search takes them."""
    return Text().with_variant(postgresql.TSVECTOR(), "postgresql")
