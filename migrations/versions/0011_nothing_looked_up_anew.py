"""a message looks nothing up that its statement knows already

Revision ID: 0011
Revises: 0010
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_RANK = "CASE {}priority WHEN 'urgent' THEN 3 WHEN 'high' THEN 2 WHEN 'normal' THEN 1 ELSE 0 END"
_QUEUE = ["status", "priority_rank", "queued_at", "id"]
_UPGRADE = (
    # PostgreSQL reads a generated column's expression anew for each statement that changes a row.
    "ALTER TABLE chat_session ALTER COLUMN priority_rank DROP EXPRESSION",
    (
        "CREATE FUNCTION cland_rank_priority() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN NEW.priority_rank := {_RANK.format('NEW.')}; RETURN NEW; END $$"
    ),
    (
        "CREATE TRIGGER cland_rank_priority BEFORE INSERT OR UPDATE OF priority ON chat_session"
        " FOR EACH ROW EXECUTE FUNCTION cland_rank_priority()"
    ),
    # A message is stored by who holds the lock of its session, so that the session is there. What
    # is left of the foreign key is that nobody removes it later.
    "ALTER TABLE message DROP CONSTRAINT fk_message_session_id_chat_session",
    (
        "CREATE FUNCTION cland_keep_session() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN IF EXISTS (SELECT 1 FROM message WHERE session_id = OLD.id) THEN"
        " RAISE foreign_key_violation USING MESSAGE = 'this session has messages'; END IF;"
        " IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
    ),
    (
        "CREATE TRIGGER cland_keep_session BEFORE DELETE OR UPDATE OF id ON chat_session"
        " FOR EACH ROW EXECUTE FUNCTION cland_keep_session()"
    ),
)
_DOWNGRADE = (
    "DROP TRIGGER cland_keep_session ON chat_session",
    "DROP FUNCTION cland_keep_session()",
    (
        "ALTER TABLE message ADD CONSTRAINT fk_message_session_id_chat_session"
        " FOREIGN KEY (session_id) REFERENCES chat_session (id)"
    ),
    "DROP TRIGGER cland_rank_priority ON chat_session",
    "DROP FUNCTION cland_rank_priority()",
    "DROP INDEX ix_chat_session_queue",
    "ALTER TABLE chat_session DROP COLUMN priority_rank",
    (
        "ALTER TABLE chat_session ADD COLUMN priority_rank integer"
        f" GENERATED ALWAYS AS ({_RANK.format('')}) STORED"
    ),
)


def upgrade() -> None:
    """Apply the change, which is PostgreSQL's alone: no row is written."""
    if op.get_bind().dialect.name == "postgresql":
        for statement in _UPGRADE:
            op.execute(statement)


def downgrade() -> None:
    """Take it back."""
    if op.get_bind().dialect.name == "postgresql":
        for statement in _DOWNGRADE:
            op.execute(statement)
        op.create_index("ix_chat_session_queue", "chat_session", _QUEUE)
