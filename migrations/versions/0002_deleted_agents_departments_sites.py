"""deleted agents, departments and sites stay for what refers to them

A department's name is free for others once it is deleted: what must be unique is `name_key`,
which is empty then.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from chat_app.infrastructure.db.types import UtcDateTime, identifier

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_department = sa.table(
    "department",
    sa.column("id", identifier()),
    sa.column("name", sa.String(120)),
    sa.column("name_key", sa.String(360)),
    sa.column("deleted_at", UtcDateTime()),
)


def upgrade() -> None:
    """Apply the change."""
    op.add_column("agent", sa.Column("deleted_at", UtcDateTime(), nullable=True))
    op.add_column("site", sa.Column("deleted_at", UtcDateTime(), nullable=True))
    with op.batch_alter_table("department") as department:
        department.add_column(sa.Column("deleted_at", UtcDateTime(), nullable=True))
        department.add_column(sa.Column("name_key", sa.String(length=360), nullable=True))
        department.drop_constraint(op.f("uq_department_name"), type_="unique")
        department.create_unique_constraint(op.f("uq_department_name_key"), ["name_key"])
    connection = op.get_bind()
    for row in connection.execute(sa.select(_department.c.id, _department.c.name)).all():
        connection.execute(
            _department.update()
            .where(_department.c.id == row.id)
            .values(name_key=row.name.casefold())
        )


def downgrade() -> None:
    """Take it back; deleted sites are in use again."""
    connection = op.get_bind()
    deleted = sa.select(_department.c.id, _department.c.name).where(
        _department.c.deleted_at.is_not(None)
    )
    for row in connection.execute(deleted).all():
        connection.execute(
            _department.update()
            .where(_department.c.id == row.id)
            .values(name=f"{row.name[:80]} {row.id}")
        )
    with op.batch_alter_table("department") as department:
        department.drop_constraint(op.f("uq_department_name_key"), type_="unique")
        department.create_unique_constraint(op.f("uq_department_name"), ["name"])
        department.drop_column("name_key")
        department.drop_column("deleted_at")
    with op.batch_alter_table("site") as site:
        site.drop_column("deleted_at")
    with op.batch_alter_table("agent") as agent:
        agent.drop_column("deleted_at")
