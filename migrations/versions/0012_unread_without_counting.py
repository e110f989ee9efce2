"""what is unread is a difference of two numbers of the session

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_SESSION = sa.table(
    "chat_session",
    *map(sa.column, ("id", "visitor_read_seq", "agent_read_seq", "visitor_said", "agent_said",
                     "visitor_heard", "agent_heard")),
)  # fmt: skip
_MESSAGE = sa.table("message", *map(sa.column, ("session_id", "seq", "visitor_seq", "sender_kind")))
_VISITORS = _MESSAGE.c.sender_kind == "visitor"
_AGENTS = sa.and_(_MESSAGE.c.sender_kind.in_(("agent", "bot")), _MESSAGE.c.visitor_seq.is_not(None))
_NUMBERS = {
    "visitor_said": (_VISITORS,),
    "agent_said": (_AGENTS,),
    "visitor_heard": (_AGENTS, _MESSAGE.c.seq <= _SESSION.c.visitor_read_seq),
    "agent_heard": (_VISITORS, _MESSAGE.c.seq <= _SESSION.c.agent_read_seq),
}


def upgrade() -> None:
    """Apply the change: every session is written once, every message counted."""
    for name in _NUMBERS:
        column = sa.Column(name, sa.BigInteger(), nullable=False, server_default="0")
        op.add_column("chat_session", column)
    op.execute(
        sa.update(_SESSION).values({name: _count(*which) for name, which in _NUMBERS.items()})
    )


def downgrade() -> None:
    """Take it back."""
    # Not in a batch: SQLite cannot copy a table with a generated column, but can drop a column.
    for name in _NUMBERS:
        op.drop_column("chat_session", name)


def _count(*which: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    found = sa.select(sa.func.count()).where(_MESSAGE.c.session_id == _SESSION.c.id, *which)
    return found.correlate(_SESSION).scalar_subquery()
