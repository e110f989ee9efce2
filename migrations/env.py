"""Alembic's entry: migrates the database that the application is set to."""

from alembic import context
from flask import current_app

from chat_app.infrastructure.db.tables import metadata

_migrate = current_app.extensions["migrate"]


def run() -> None:
    """Apply what was asked for, all in one transaction."""
    engine = _migrate.db.engine
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=engine.dialect.name == "sqlite",
            compare_type=True,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
