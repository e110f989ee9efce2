"""sessions are snoozed, know since when they wait and who knows their visitor

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

from chat_app.infrastructure.db.types import UtcDateTime, identifier

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.add_column("chat_session", sa.Column("waiting_since", UtcDateTime(), nullable=True))
    op.add_column("chat_session", sa.Column("snoozed_until", UtcDateTime(), nullable=True))
    op.add_column("chat_session", sa.Column("preferred_agent_id", identifier(), nullable=True))
    op.create_index("ix_assignment_released_at", "assignment", ["released_at"])
    # Whoever waits, waits since its turn began, as far as is known.
    op.execute("UPDATE chat_session SET waiting_since = queued_at WHERE status = 'queued'")


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_assignment_released_at", table_name="assignment")
    op.drop_column("chat_session", "preferred_agent_id")
    op.drop_column("chat_session", "snoozed_until")
    op.drop_column("chat_session", "waiting_since")
