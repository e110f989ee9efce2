"""sites and departments have business hours

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

from chat_app.infrastructure.db.types import UtcDateTime, code, document, identifier

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "business_hours",
        sa.Column("id", identifier(), nullable=False),
        sa.Column("time_zone", code(64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("intervals", document(), nullable=False),
        sa.Column("site_id", identifier(), nullable=True),
        sa.Column("department_id", identifier(), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(site_id IS NULL) <> (department_id IS NULL)",
            name=op.f("ck_business_hours_one_owner"),
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_business_hours_department_id_department"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_business_hours_site_id_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_business_hours")),
        sa.UniqueConstraint("department_id", name=op.f("uq_business_hours_department_id")),
        sa.UniqueConstraint("site_id", name=op.f("uq_business_hours_site_id")),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("business_hours")
