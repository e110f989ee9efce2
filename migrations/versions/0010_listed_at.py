"""a message changes nothing that an index holds

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

from chat_app.infrastructure.db.types import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ROOM = "ALTER TABLE chat_session {} (fillfactor{})"


def upgrade() -> None:
    """Apply the change: every session is written once."""
    op.add_column(
        "chat_session",
        sa.Column("listed_at", UtcDateTime(), nullable=False, server_default="2000-01-01 00:00:00"),
    )
    op.execute("UPDATE chat_session SET listed_at = updated_at")
    op.create_index("ix_chat_session_listed_at_id", "chat_session", ["listed_at", "id"])
    op.create_index("ix_chat_session_status_listed_at", "chat_session", ["status", "listed_at"])
    op.drop_index("ix_chat_session_updated_at_id", table_name="chat_session")
    op.drop_index("ix_chat_session_status_updated_at", table_name="chat_session")
    if op.get_bind().dialect.name == "postgresql":
        # Room for a row's next version beside it: only there can indexes stay as they are.
        op.execute(_ROOM.format("SET", " = 80"))


def downgrade() -> None:
    """Take it back."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_ROOM.format("RESET", ""))
    op.create_index("ix_chat_session_status_updated_at", "chat_session", ["status", "updated_at"])
    op.create_index("ix_chat_session_updated_at_id", "chat_session", ["updated_at", "id"])
    op.drop_index("ix_chat_session_status_listed_at", table_name="chat_session")
    op.drop_index("ix_chat_session_listed_at_id", table_name="chat_session")
    # Not in a batch: SQLite cannot copy a table with a generated column, but can drop a column.
    op.drop_column("chat_session", "listed_at")
