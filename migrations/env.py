"""Alembic's entry: migrates the database that the application is set to."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from chat_app.infrastructure.db.tables import metadata

_migrate = current_app.extensions["migrate"]


def run() -> None:
    """Apply what was asked for, all in one transaction."""
    engine = _migrate.db.engine
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            _let_tables_be_replaced(connection)
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=engine.dialect.name == "sqlite",
            compare_type=True,
            transaction_per_migration=False,
            include_name=_is_of_the_tables,
            include_object=_is_everywhere,
        )
        try:
            with context.begin_transaction():
                context.run_migrations()
        finally:
            connection.invalidate()  # nobody else may have one that was told to look away


def _is_of_the_tables(name: str | None, *_: object) -> bool:
    """What finds terms is each database's own and stands in its migration only."""
    return name is None or not name.startswith("search_terms")


def _is_everywhere(_: object, name: str | None, kind: str, *__: object) -> bool:
    """On PostgreSQL triggers stand for one foreign key (migration 0011)."""
    engine = _migrate.db.engine
    return not (
        engine.dialect.name == "postgresql"
        and kind == "foreign_key_constraint"
        and name == "fk_message_session_id_chat_session"
    )


def _let_tables_be_replaced(connection: Connection) -> None:
    """SQLite changes a table by copying it; what refers to it must not notice meanwhile.

    To be said before the transaction begins, so not through SQLAlchemy, which would begin it.
    """
    driver = connection.connection.dbapi_connection
    if driver is not None:
        driver.cursor().execute("PRAGMA foreign_keys=OFF").close()


run()
