"""an agent's absence has a beginning

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from chat_app.infrastructure.db.types import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.add_column("agent", sa.Column("absent_since", UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("agent", "absent_since")
