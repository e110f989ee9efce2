"""What agents do with sessions, on the wire."""

from marshmallow import Schema, fields, validate

from chat_app.delivery.schemas.fields import Flag, Id, Instant, Label, Number, Words
from chat_app.domain.session import PRIORITIES

MOST_TAGS = 50


class HandSchema(Schema):
    """The copy of the session that the agent acted on."""

    assign_epoch = Number(required=True)


class TransferSchema(HandSchema):
    """Passing a session on: to an agent, a department, or an agent of that department."""

    agent_id = Id(allow_none=True, load_default=None)
    department_id = Id(allow_none=True, load_default=None)
    note = Words(allow_none=True, load_default=None)
    force = Flag(load_default=False)


class SnoozeSchema(HandSchema):
    """Putting a session aside."""

    until = Instant(required=True)


class ReopenSchema(HandSchema):
    """Taking up a closed session."""


class SessionChangeSchema(Schema):
    """What agents write on a session; what is left out stays."""

    subject = Words(255, allow_none=True)
    tags = fields.List(Label(64), validate=validate.Length(max=MOST_TAGS))
    priority = fields.String(validate=validate.OneOf(PRIORITIES))
    department_id = Id(allow_none=True)
