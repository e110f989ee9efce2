"""sites have bots

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

from chat_app.infrastructure.db.types import document

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.add_column("site", sa.Column("bot", document(), nullable=True))
    # With a default, so that processes of the version before may write sessions meanwhile.
    for name, kind in (("bot_seq", sa.BigInteger()), ("bot_misses", sa.Integer())):
        op.add_column("chat_session", sa.Column(name, kind, nullable=False, server_default="0"))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("chat_session", "bot_misses")
    op.drop_column("chat_session", "bot_seq")
    op.drop_column("site", "bot")
