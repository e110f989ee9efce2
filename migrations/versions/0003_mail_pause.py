"""a session remembers when somebody is next written to about it

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

from chat_app.infrastructure.db.types import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.add_column("chat_session", sa.Column("mail_next_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    # Not in a batch: SQLite cannot copy a table with a generated column, but can drop a column.
    op.drop_column("chat_session", "mail_next_at")
