"""initial schema

Revision ID: 0001
Revises: nothing
"""

import sqlalchemy as sa
from alembic import op

from chat_app.infrastructure.db.types import UtcDateTime, code, document, identifier

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "agent",
        sa.Column("id", identifier(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("role", code(20), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("status", code(20), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("avatar_url", sa.String(length=500), nullable=True),
        sa.Column("languages", document(), nullable=False),
        sa.Column("skills", document(), nullable=False),
        sa.Column("last_assigned_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("capacity >= 0", name=op.f("ck_agent_capacity_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent")),
        sa.UniqueConstraint("email", name=op.f("uq_agent_email")),
    )
    op.create_table(
        "department",
        sa.Column("id", identifier(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("strategy", code(20), nullable=False),
        sa.Column("fallback_department_id", identifier(), nullable=True),
        sa.Column("max_queue", sa.Integer(), nullable=True),
        sa.Column("max_wait_seconds", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["fallback_department_id"],
            ["department.id"],
            name=op.f("fk_department_fallback_department_id_department"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department")),
        sa.UniqueConstraint("name", name=op.f("uq_department_name")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", identifier(), nullable=False),
        sa.Column("topic", code(40), nullable=False),
        sa.Column("payload", document(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("available_at", UtcDateTime(), nullable=False),
        sa.Column("state", code(10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("dedupe_key", code(100), nullable=True),
        sa.Column("locked_until", UtcDateTime(), nullable=True),
        sa.Column("lock_token", code(64), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outbox_dedupe_key")),
    )
    op.create_index(
        "ix_outbox_state_available_at", "outbox", ["state", "available_at"], unique=False
    )

    op.create_table(
        "agent_department",
        sa.Column("agent_id", identifier(), nullable=False),
        sa.Column("department_id", identifier(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name=op.f("fk_agent_department_agent_id_agent")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_agent_department_department_id_department"),
        ),
        sa.PrimaryKeyConstraint("agent_id", "department_id", name=op.f("pk_agent_department")),
    )
    op.create_index(
        "ix_agent_department_department_id", "agent_department", ["department_id"], unique=False
    )

    op.create_table(
        "agent_lease",
        sa.Column("sid", code(64), nullable=False),
        sa.Column("agent_id", identifier(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name=op.f("fk_agent_lease_agent_id_agent")
        ),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_agent_lease")),
    )
    op.create_index(
        "ix_agent_lease_agent_id_lease_until",
        "agent_lease",
        ["agent_id", "lease_until"],
        unique=False,
    )
    op.create_index("ix_agent_lease_lease_until", "agent_lease", ["lease_until"], unique=False)

    op.create_table(
        "agent_token",
        sa.Column("token_hash", code(64), nullable=False),
        sa.Column("agent_id", identifier(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name=op.f("fk_agent_token_agent_id_agent")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_agent_token")),
    )
    op.create_index("ix_agent_token_agent_id", "agent_token", ["agent_id"], unique=False)

    op.create_table(
        "site",
        sa.Column("id", identifier(), nullable=False),
        sa.Column("key", code(64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("allowed_origins", document(), nullable=False),
        sa.Column("locale", sa.String(length=20), nullable=False),
        sa.Column("theme", document(), nullable=False),
        sa.Column("department_id", identifier(), nullable=True),
        sa.Column("prechat_fields", document(), nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=True),
        sa.Column("identity_secret", sa.String(length=128), nullable=True),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_site_department_id_department")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("key", name=op.f("uq_site_key")),
    )
    op.create_table(
        "visitor",
        sa.Column("id", identifier(), nullable=False),
        sa.Column("site_id", identifier(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=True),
        sa.Column("external_id", code(255), nullable=True),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("locale", sa.String(length=35), nullable=True),
        sa.Column("attributes", document(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_visitor_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visitor")),
        sa.UniqueConstraint("site_id", "external_id", name=op.f("uq_visitor_site_id_external_id")),
    )
    op.create_table(
        "chat_session",
        sa.Column("id", identifier(), nullable=False),
        sa.Column("site_id", identifier(), nullable=False),
        sa.Column("visitor_id", identifier(), nullable=False),
        sa.Column("epoch", code(32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("visitor_updated_at", UtcDateTime(), nullable=False),
        sa.Column("status", code(20), nullable=False),
        sa.Column("department_id", identifier(), nullable=True),
        sa.Column("agent_id", identifier(), nullable=True),
        sa.Column("subject", sa.String(length=255), nullable=True),
        sa.Column("locale", sa.String(length=35), nullable=True),
        sa.Column("tags", document(), nullable=False),
        sa.Column("priority", code(10), nullable=False),
        sa.Column(
            "priority_rank",
            sa.Integer(),
            sa.Computed(
                "CASE priority WHEN 'urgent' THEN 3 WHEN 'high' THEN 2 WHEN 'normal' THEN 1 ELSE 0 END",
                persisted=True,
            ),
            nullable=True,
        ),
        sa.Column("page", document(), nullable=True),
        sa.Column("left_message", sa.Boolean(), nullable=False),
        sa.Column("open_key", code(80), nullable=True),
        sa.Column("client_session_key", code(80), nullable=True),
        sa.Column("assign_epoch", sa.Integer(), nullable=False),
        sa.Column("assigned_because", document(), nullable=True),
        sa.Column("queued_at", UtcDateTime(), nullable=True),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("last_visitor_seq", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("visitor_revision", sa.BigInteger(), nullable=False),
        sa.Column("visitor_read_seq", sa.BigInteger(), nullable=False),
        sa.Column("visitor_read_visitor_seq", sa.BigInteger(), nullable=False),
        sa.Column("visitor_delivered_seq", sa.BigInteger(), nullable=False),
        sa.Column("visitor_delivered_visitor_seq", sa.BigInteger(), nullable=False),
        sa.Column("agent_read_seq", sa.BigInteger(), nullable=False),
        sa.Column("agent_read_visitor_seq", sa.BigInteger(), nullable=False),
        sa.Column("agent_delivered_seq", sa.BigInteger(), nullable=False),
        sa.Column("agent_delivered_visitor_seq", sa.BigInteger(), nullable=False),
        sa.Column("last_message", document(), nullable=True),
        sa.Column("missed_mail_seq", sa.BigInteger(), nullable=False),
        sa.Column("rating_score", sa.Integer(), nullable=True),
        sa.Column("rating_comment", sa.Text(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("close_reason", sa.String(length=255), nullable=True),
        sa.CheckConstraint(
            "(open_key IS NULL) = (status = 'closed')",
            name=op.f("ck_chat_session_open_key_while_open"),
        ),
        sa.CheckConstraint(
            "last_visitor_seq <= last_seq", name=op.f("ck_chat_session_visitor_numbers_within")
        ),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name=op.f("fk_chat_session_agent_id_agent")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_chat_session_department_id_department"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_chat_session_site_id_site")
        ),
        sa.ForeignKeyConstraint(
            ["visitor_id"], ["visitor.id"], name=op.f("fk_chat_session_visitor_id_visitor")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_session")),
        sa.UniqueConstraint("client_session_key", name=op.f("uq_chat_session_client_session_key")),
        sa.UniqueConstraint("open_key", name=op.f("uq_chat_session_open_key")),
    )
    op.create_index(
        "ix_chat_session_agent_id_status", "chat_session", ["agent_id", "status"], unique=False
    )
    op.create_index(
        "ix_chat_session_queue",
        "chat_session",
        ["status", "priority_rank", "queued_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_chat_session_status_updated_at", "chat_session", ["status", "updated_at"], unique=False
    )
    op.create_index(
        "ix_chat_session_visitor_id_created_at",
        "chat_session",
        ["visitor_id", "created_at"],
        unique=False,
    )

    op.create_table(
        "visitor_token",
        sa.Column("token_hash", code(64), nullable=False),
        sa.Column("visitor_id", identifier(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visitor_id"], ["visitor.id"], name=op.f("fk_visitor_token_visitor_id_visitor")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_visitor_token")),
    )
    op.create_index("ix_visitor_token_visitor_id", "visitor_token", ["visitor_id"], unique=False)

    op.create_table(
        "assignment",
        sa.Column("id", identifier(), nullable=False),
        sa.Column("session_id", identifier(), nullable=False),
        sa.Column("agent_id", identifier(), nullable=False),
        sa.Column("reason", code(20), nullable=False),
        sa.Column("assign_epoch", sa.Integer(), nullable=False),
        sa.Column("assigned_at", UtcDateTime(), nullable=False),
        sa.Column("open_session", identifier(), nullable=True),
        sa.Column("open_slot", code(60), nullable=True),
        sa.Column("released_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name=op.f("fk_assignment_agent_id_agent")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["chat_session.id"], name=op.f("fk_assignment_session_id_chat_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("open_session", name=op.f("uq_assignment_open_session")),
        sa.UniqueConstraint("open_slot", name=op.f("uq_assignment_open_slot")),
    )
    op.create_index(
        "ix_assignment_agent_id_open_session",
        "assignment",
        ["agent_id", "open_session"],
        unique=False,
    )
    op.create_index("ix_assignment_session_id", "assignment", ["session_id"], unique=False)

    op.create_table(
        "message",
        sa.Column("id", identifier(), nullable=False),
        sa.Column("session_id", identifier(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("visitor_seq", sa.BigInteger(), nullable=True),
        sa.Column("client_msg_id", code(64), nullable=False),
        sa.Column("kind", code(10), nullable=False),
        sa.Column("sender_kind", code(10), nullable=False),
        sa.Column("sender_id", code(36), nullable=False),
        sa.Column("sender_name", sa.String(length=255), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("visitor_revision", sa.BigInteger(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("reply_to", identifier(), nullable=True),
        sa.Column("attachments", document(), nullable=False),
        sa.Column("edited_at", UtcDateTime(), nullable=True),
        sa.Column("recalled_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(visitor_seq IS NULL) = (kind = 'note')",
            name=op.f("ck_message_notes_have_no_visitor_seq"),
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["chat_session.id"], name=op.f("fk_message_session_id_chat_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint(
            "session_id",
            "sender_kind",
            "sender_id",
            "client_msg_id",
            name=op.f("uq_message_session_id_sender_kind_sender_id_client_msg_id"),
        ),
        sa.UniqueConstraint("session_id", "seq", name=op.f("uq_message_session_id_seq")),
        sa.UniqueConstraint(
            "session_id", "visitor_seq", name=op.f("uq_message_session_id_visitor_seq")
        ),
    )
    op.create_index(
        "ix_message_session_id_revision", "message", ["session_id", "revision"], unique=False
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_message_session_id_revision", table_name="message")

    op.drop_table("message")
    op.drop_index("ix_assignment_session_id", table_name="assignment")
    op.drop_index("ix_assignment_agent_id_open_session", table_name="assignment")

    op.drop_table("assignment")
    op.drop_index("ix_visitor_token_visitor_id", table_name="visitor_token")

    op.drop_table("visitor_token")
    op.drop_index("ix_chat_session_visitor_id_created_at", table_name="chat_session")
    op.drop_index("ix_chat_session_status_updated_at", table_name="chat_session")
    op.drop_index("ix_chat_session_queue", table_name="chat_session")
    op.drop_index("ix_chat_session_agent_id_status", table_name="chat_session")

    op.drop_table("chat_session")
    op.drop_table("visitor")
    op.drop_table("site")
    op.drop_index("ix_agent_token_agent_id", table_name="agent_token")

    op.drop_table("agent_token")
    op.drop_index("ix_agent_lease_lease_until", table_name="agent_lease")
    op.drop_index("ix_agent_lease_agent_id_lease_until", table_name="agent_lease")

    op.drop_table("agent_lease")
    op.drop_index("ix_agent_department_department_id", table_name="agent_department")

    op.drop_table("agent_department")
    op.drop_index("ix_outbox_state_available_at", table_name="outbox")

    op.drop_table("outbox")
    op.drop_table("department")
    op.drop_table("agent")
