"""The whole schema. Invariants are constraints: what must be unique is a unique column.

A column named `open_…`, `…_key` that is unique and nullable holds a value only while the thing
it guards is in force: one open session a visitor and site, one agent a session, one session a
slot of an agent, one pending outbox entry a purpose.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from chat_app.infrastructure.db.types import UtcDateTime, code, document, identifier, terms

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Lists look for what a program before migration 0010 has written where they end.
LONG_AGO = "2000-01-01 00:00:00"

department = Table(
    "department",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("strategy", code(20), nullable=False),
    Column("fallback_department_id", identifier(), ForeignKey("department.id")),
    Column("max_queue", Integer),
    Column("max_wait_seconds", Integer),
    Column("deleted_at", UtcDateTime),
    Column("name_key", String(360), unique=True),
)

site = Table(
    "site",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("key", code(64), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("allowed_origins", document(), nullable=False),
    Column("locale", String(20), nullable=False),
    Column("theme", document(), nullable=False),
    Column("department_id", identifier(), ForeignKey("department.id")),
    Column("prechat_fields", document(), nullable=False),
    Column("retention_days", Integer),
    Column("bot", document()),
    Column("identity_secret", String(128)),
    Column("deleted_at", UtcDateTime),
)

business_hours = Table(
    "business_hours",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("time_zone", code(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("intervals", document(), nullable=False),
    Column("site_id", identifier(), ForeignKey("site.id"), unique=True),
    Column("department_id", identifier(), ForeignKey("department.id"), unique=True),
    Column("enabled", Boolean, nullable=False),
    CheckConstraint("(site_id IS NULL) <> (department_id IS NULL)", name="one_owner"),
)

agent = Table(
    "agent",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("email", String(254), nullable=False, unique=True),
    Column("password_hash", String(255), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("role", code(20), nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("status", code(20), nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("avatar_url", String(500)),
    Column("languages", document(), nullable=False),
    Column("skills", document(), nullable=False),
    Column("last_assigned_at", UtcDateTime),
    Column("absent_since", UtcDateTime),
    Column("deleted_at", UtcDateTime),
    CheckConstraint("capacity >= 0", name="capacity_not_negative"),
)

agent_department = Table(
    "agent_department",
    metadata,
    Column("agent_id", identifier(), ForeignKey("agent.id"), primary_key=True),
    Column(
        "department_id", identifier(), ForeignKey("department.id"), primary_key=True, index=True
    ),
)

agent_token = Table(
    "agent_token",
    metadata,
    Column("token_hash", code(64), primary_key=True),
    Column("agent_id", identifier(), ForeignKey("agent.id"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

agent_lease = Table(
    "agent_lease",
    metadata,
    Column("sid", code(64), primary_key=True),
    Column("agent_id", identifier(), ForeignKey("agent.id"), nullable=False),
    Column("lease_until", UtcDateTime, nullable=False, index=True),
    Index("ix_agent_lease_agent_id_lease_until", "agent_id", "lease_until"),
)

visitor = Table(
    "visitor",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("site_id", identifier(), ForeignKey("site.id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("user_id", String(255)),
    Column("external_id", code(255)),
    Column("name", String(255)),
    Column("email", String(254)),
    Column("verified", Boolean, nullable=False),
    Column("blocked", Boolean, nullable=False),
    Column("locale", String(35)),
    Column("attributes", document(), nullable=False),
    UniqueConstraint("site_id", "external_id"),
)

visitor_token = Table(
    "visitor_token",
    metadata,
    Column("token_hash", code(64), primary_key=True),
    Column("visitor_id", identifier(), ForeignKey("visitor.id"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
)

chat_session = Table(
    "chat_session",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("site_id", identifier(), ForeignKey("site.id"), nullable=False),
    Column("visitor_id", identifier(), ForeignKey("visitor.id"), nullable=False),
    Column("epoch", code(32), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("listed_at", UtcDateTime, nullable=False, server_default=LONG_AGO),
    Column("visitor_updated_at", UtcDateTime, nullable=False),
    Column("status", code(20), nullable=False),
    Column("department_id", identifier(), ForeignKey("department.id")),
    Column("agent_id", identifier(), ForeignKey("agent.id")),
    Column("subject", String(255)),
    Column("locale", String(35)),
    Column("tags", document(), nullable=False),
    Column("priority", code(10), nullable=False),
    Column(
        "priority_rank",
        Integer,
        Computed(
            "CASE priority WHEN 'urgent' THEN 3 WHEN 'high' THEN 2 WHEN 'normal' THEN 1 ELSE 0 END",
            persisted=True,
        ),
    ),
    Column("page", document()),
    Column("left_message", Boolean, nullable=False),
    Column("open_key", code(80), unique=True),
    Column("client_session_key", code(80), unique=True),
    Column("assign_epoch", Integer, nullable=False),
    Column("assigned_because", document()),
    Column("bot_seq", BigInteger, nullable=False, server_default="0"),
    Column("bot_misses", Integer, nullable=False, server_default="0"),
    Column("queued_at", UtcDateTime),
    Column("waiting_since", UtcDateTime),
    Column("snoozed_until", UtcDateTime),
    Column("preferred_agent_id", identifier()),
    Column("last_seq", BigInteger, nullable=False),
    Column("last_visitor_seq", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("visitor_revision", BigInteger, nullable=False),
    Column("visitor_read_seq", BigInteger, nullable=False),
    Column("visitor_read_visitor_seq", BigInteger, nullable=False),
    Column("visitor_delivered_seq", BigInteger, nullable=False),
    Column("visitor_delivered_visitor_seq", BigInteger, nullable=False),
    Column("agent_read_seq", BigInteger, nullable=False),
    Column("agent_read_visitor_seq", BigInteger, nullable=False),
    Column("agent_delivered_seq", BigInteger, nullable=False),
    Column("agent_delivered_visitor_seq", BigInteger, nullable=False),
    Column("visitor_said", BigInteger, nullable=False, server_default="0"),
    Column("agent_said", BigInteger, nullable=False, server_default="0"),
    Column("visitor_heard", BigInteger, nullable=False, server_default="0"),
    Column("agent_heard", BigInteger, nullable=False, server_default="0"),
    Column("last_message", document()),
    Column("missed_mail_seq", BigInteger, nullable=False),
    Column("mail_next_at", UtcDateTime),
    Column("rating_score", Integer),
    Column("rating_comment", Text),
    Column("closed_at", UtcDateTime),
    Column("close_reason", String(255)),
    CheckConstraint("last_visitor_seq <= last_seq", name="visitor_numbers_within"),
    CheckConstraint("(open_key IS NULL) = (status = 'closed')", name="open_key_while_open"),
    Index("ix_chat_session_visitor_id_created_at", "visitor_id", "created_at"),
    Index("ix_chat_session_status_listed_at", "status", "listed_at"),
    Index("ix_chat_session_listed_at_id", "listed_at", "id"),
    Index("ix_chat_session_agent_id_status", "agent_id", "status"),
    Index("ix_chat_session_queue", "status", "priority_rank", "queued_at", "id"),
)

message = Table(
    "message",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("session_id", identifier(), ForeignKey("chat_session.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("visitor_seq", BigInteger),
    Column("client_msg_id", code(64), nullable=False),
    Column("kind", code(10), nullable=False),
    Column("sender_kind", code(10), nullable=False),
    Column("sender_id", code(36), nullable=False),
    Column("sender_name", String(255), nullable=False),
    Column("body", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("visitor_revision", BigInteger),
    Column("created_at", UtcDateTime, nullable=False),
    Column("reply_to", identifier()),
    Column("attachments", document(), nullable=False),
    Column("edited_at", UtcDateTime),
    Column("recalled_at", UtcDateTime),
    UniqueConstraint("session_id", "seq"),
    UniqueConstraint("session_id", "visitor_seq"),
    UniqueConstraint("session_id", "sender_kind", "sender_id", "client_msg_id"),
    CheckConstraint("(visitor_seq IS NULL) = (kind = 'note')", name="notes_have_no_visitor_seq"),
    Index("ix_message_session_id_revision", "session_id", "revision"),
)

assignment = Table(
    "assignment",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("session_id", identifier(), ForeignKey("chat_session.id"), nullable=False, index=True),
    Column("agent_id", identifier(), ForeignKey("agent.id"), nullable=False),
    Column("reason", code(20), nullable=False),
    Column("assign_epoch", Integer, nullable=False),
    Column("assigned_at", UtcDateTime, nullable=False),
    Column("open_session", identifier(), unique=True),
    Column("open_slot", code(60), unique=True),
    Column("released_at", UtcDateTime, index=True),
    Index("ix_assignment_agent_id_open_session", "agent_id", "open_session"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("topic", code(40), nullable=False),
    Column("payload", document(), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("available_at", UtcDateTime, nullable=False),
    Column("state", code(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("dedupe_key", code(100), unique=True),
    Column("locked_until", UtcDateTime),
    Column("lock_token", code(64)),
    Column("last_error", Text),
    Index("ix_outbox_state_available_at", "state", "available_at"),
)

# Beside these, migration 0009 makes what finds terms: `search_terms`, an index on PostgreSQL, a
# full-text table with its triggers on SQLite.
search_document = Table(
    "search_document",
    metadata,
    Column(
        "number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    ),
    Column("id", identifier(), nullable=False, unique=True),
    Column("owner_id", identifier(), nullable=False, index=True),
    Column("terms", terms(), nullable=False),
)

search_mark = Table(
    "search_mark",
    metadata,
    Column("name", code(20), primary_key=True),
    Column("upto", identifier(), nullable=False),
)
