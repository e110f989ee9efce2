"""the list of all sessions has an index of its own

Revision ID: 0008
Revises: 0007
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_index("ix_chat_session_updated_at_id", "chat_session", ["updated_at", "id"])


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_chat_session_updated_at_id", table_name="chat_session")
