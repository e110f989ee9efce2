"""search has an index of its own, which workers fill

Revision ID: 0009
Revises: 0008
"""

import logging

import sqlalchemy as sa
from alembic import op

from chat_app.infrastructure.db.types import code, identifier, terms

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ROW = "(rowid, terms) VALUES (new.number, new.terms)"
_GONE = "(search_terms, rowid, terms) VALUES ('delete', old.number, old.terms)"
_TRIGGERS = {
    "added": ("INSERT", f"INSERT INTO search_terms {_ROW};"),
    "removed": ("DELETE", f"INSERT INTO search_terms {_GONE};"),
    "changed": ("UPDATE", f"INSERT INTO search_terms {_GONE}; INSERT INTO search_terms {_ROW};"),
}


def upgrade() -> None:
    """Apply the change: new tables only, so that nobody waits; nothing is read or copied here."""
    op.create_table(
        "search_document",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("id", identifier(), nullable=False),
        sa.Column("owner_id", identifier(), nullable=False),
        sa.Column("terms", terms(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_search_document"),
        sa.UniqueConstraint("id", name="uq_search_document_id"),
    )
    op.create_index("ix_search_document_owner_id", "search_document", ["owner_id"])
    op.create_table(
        "search_mark",
        sa.Column("name", code(20), nullable=False),
        sa.Column("upto", identifier(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_search_mark"),
    )
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        # Without a list of pending entries, which every search would have to read as well.
        op.create_index(
            "search_terms",
            "search_document",
            ["terms"],
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        )
    elif dialect == "sqlite":
        _make_full_text_table()


def _make_full_text_table() -> None:
    built = op.get_bind().exec_driver_sql("PRAGMA compile_options").scalars().all()
    if "ENABLE_FTS5" not in built:
        logging.getLogger("alembic").warning("This SQLite has no FTS5: search reads every text")
        return
    # Beginnings of one and two characters are asked for most: one of Chinese, two of a word.
    op.execute(
        "CREATE VIRTUAL TABLE search_terms USING fts5("
        "terms, content='search_document', content_rowid='number', tokenize='ascii', prefix='1 2')"
    )
    for name, (action, does) in _TRIGGERS.items():
        op.execute(
            f"CREATE TRIGGER search_terms_{name} AFTER {action} ON search_document BEGIN {does} END"
        )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("search_mark")
    op.drop_table("search_document")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE IF EXISTS search_terms")
