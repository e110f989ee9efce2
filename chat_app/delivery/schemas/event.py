"""What clients send over sockets."""

from collections.abc import Sequence
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, validate

from chat_app.delivery.schemas.agent import StatusSchema
from chat_app.delivery.schemas.fields import (
    ClientId,
    Flag,
    Id,
    Number,
    WebAddress,
    Words,
)
from chat_app.delivery.schemas.handling import SnoozeSchema, TransferSchema
from chat_app.delivery.schemas.message import DraftSchema, EditSchema, ReadSchema, usual_draft
from chat_app.delivery.schemas.session import AcceptSchema, CloseSchema, HandOffSchema
from chat_app.domain.identity import is_id
from chat_app.use_cases.messages import MOST_SYNCED

_USUAL: Final = frozenset({"session_id", "client_msg_id", "body"})


class _OfSession(Schema):
    session_id = Id(required=True)


class JoinSchema(_OfSession):
    """Follow a session from here on."""

    after_seq = Number(load_default=0)
    after_revision = Number(allow_none=True, load_default=None)
    epoch = Words(64, allow_none=True, load_default=None)


class LeaveSchema(_OfSession):
    """Stop following it."""


class SendSchema(_OfSession, DraftSchema):
    """A message; its id is required, so that it can be sent again."""

    client_msg_id = ClientId(required=True)

    def load(self, data: Any, **kwargs: Any) -> Any:
        """As inherited; what clients of ours usually send is recognised without a look at fields."""
        return _usual_send(data) or Schema.load(self, data, **kwargs)


def _usual_send(data: Any) -> dict[str, Any] | None:
    """The message of SendSchema when it holds what is required, all of it valid, and no more."""
    found = usual_draft(data, _USUAL)
    if found is None or type(data["session_id"]) is not str or not is_id(data["session_id"]):
        return None
    return found


class RecallSchema(_OfSession):
    """Take a message back."""

    message_id = Id(required=True)


class EditMessageSchema(RecallSchema, EditSchema):
    """Say a message differently."""


class MarkReadSchema(_OfSession, ReadSchema):
    """Read up to here."""


class TypingSchema(_OfSession):
    """Typing, or no longer; a visitor may show what."""

    typing = Flag(required=True)
    preview = Words(500, allow_none=True, load_default=None)


class CloseSessionSchema(_OfSession, CloseSchema):
    """End the conversation."""


class HandOffSessionSchema(_OfSession, HandOffSchema):
    """Talk to a person instead of a bot."""


class AcceptSessionSchema(_OfSession, AcceptSchema):
    """Take the conversation."""


class TransferSessionSchema(_OfSession, TransferSchema):
    """Pass the conversation on."""


class SnoozeSessionSchema(_OfSession, SnoozeSchema):
    """Put the conversation aside."""


class SetStatusSchema(StatusSchema):
    """Be online, away or offline."""


class WatchInboxSchema(Schema):
    """Hear of the sessions of one's departments."""


class ViewPageSchema(Schema):
    """The page of the site that the visitor looks at."""

    url = WebAddress(2_000, required=True)
    title = Words(500, load_default="")


class SyncSchema(Schema):
    """What the client has: session id → last number."""

    sessions = fields.Dict(
        keys=Id(), values=Number(), required=True, validate=validate.Length(max=MOST_SYNCED)
    )


def load(schema: Schema, payload: Sequence[Any]) -> dict[str, Any]:
    """The one object an event carries; raise ValidationError for anything else."""
    if len(payload) != 1 or not isinstance(payload[0], dict):
        raise ValidationError("One object is needed.")
    loaded: dict[str, Any] = schema.load(payload[0])
    return loaded
