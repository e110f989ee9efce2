"""The engine's options, by database."""

from typing import Any

import orjson
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from chat_app.domain.ports import Blocking
from chat_app.infrastructure.db import postgres, sqlite

ANSWER_SECONDS = 2


def options_for(url: str) -> dict[str, Any]:
    """Keyword arguments of `create_engine`: short waits, so that a dead database is an answer."""
    shared: dict[str, Any] = {
        "json_serializer": lambda value: orjson.dumps(value).decode(),
        "json_deserializer": orjson.loads,
    }
    if url.startswith("sqlite"):
        return shared | sqlite.engine_options()
    pooled = {
        # All of them are kept: opening one costs more than many transactions.
        "pool_size": 20,
        "max_overflow": 0,
        "pool_timeout": ANSWER_SECONDS,
        # The one that was used last, whose server process has everything at hand.
        "pool_use_lifo": True,
        "pool_pre_ping": True,
        "pool_recycle": 1800,
    }
    if url.startswith("mysql"):
        connect = {"connect_timeout": ANSWER_SECONDS, "read_timeout": 10, "charset": "utf8mb4"}
        return shared | pooled | {"connect_args": connect, "isolation_level": "READ COMMITTED"}
    connect = {
        "connect_timeout": ANSWER_SECONDS,
        "application_name": "cland",
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "options": "-c statement_timeout=15000 -c idle_in_transaction_session_timeout=30000"
        r" -c timezone=UTC -c default_transaction_isolation=read\ committed",
    }
    return (
        shared
        | pooled
        | {
            "connect_args": connect,
            # Many rows changed at once are few round trips.
            "executemany_mode": "values_plus_batch",
            "executemany_batch_page_size": 500,
        }
    )


def prepare(engine: Engine, blocking: Blocking) -> None:
    """Install what the dialect needs on its connections."""
    if engine.dialect.name == "sqlite":
        sqlite.prepare(engine, blocking)
    elif engine.dialect.name == "postgresql":
        postgres.prepare(engine)


class DatabaseProbe:
    """Whether the database answers."""

    name = "database"

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def check(self) -> str | None:
        """None when it does."""
        try:
            with self._engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return "does not answer"
        return None
