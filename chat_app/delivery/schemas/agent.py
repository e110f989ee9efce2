"""Agents on the wire."""

from typing import Any

from marshmallow import Schema, fields, validate

from chat_app.delivery.schemas.fields import (
    EmailAddress,
    Flag,
    Id,
    Label,
    Moment,
    Number,
    Words,
)
from chat_app.domain.actor import ROLES
from chat_app.domain.agent import STATUSES, Agent

MOST_CAPACITY = 100
_at_most_100 = validate.Length(max=100)


class AgentSchema(Schema):
    """An account as agents see it; never its password."""

    id = fields.String()
    name = fields.String()
    email = fields.String()
    role = fields.String()
    capacity = fields.Integer()
    status = fields.String()
    connected = fields.Boolean()
    active_sessions = fields.Integer()
    disabled = fields.Boolean()
    avatar_url = fields.String(allow_none=True)
    department_ids = fields.List(fields.String())
    languages = fields.List(fields.String())
    skills = fields.List(fields.String())
    created_at = Moment()


class AgentEnvelope(Schema):
    """One agent in its name."""

    agent = fields.Nested(AgentSchema)


class AgentListSchema(Schema):
    """One page of accounts."""

    items = fields.List(fields.Nested(AgentSchema))
    next_cursor = fields.String(allow_none=True)


class AgentChangeSchema(Schema):
    """What an admin may change of an account; what is left out stays."""

    name = Label(120)
    email = EmailAddress()
    password = Words(1_000)
    role = fields.String(validate=validate.OneOf(ROLES))
    capacity = Number(most=MOST_CAPACITY)
    department_ids = fields.List(Id(), validate=_at_most_100)
    languages = fields.List(Label(35), validate=_at_most_100)
    skills = fields.List(Label(60), validate=_at_most_100)
    disabled = Flag()


class NewAgentSchema(AgentChangeSchema):
    """A new account."""

    name = Label(120, required=True)
    email = EmailAddress(required=True)
    password = Words(1_000, required=True)


class PasswordSchema(Schema):
    """One's own password, the old one and the new one."""

    current_password = Words(1_000, least=1, required=True)
    new_password = Words(1_000, required=True)


class LoginSchema(Schema):
    """Credentials."""

    email = Words(254, least=1, required=True)
    password = Words(1_000, least=1, required=True)


class SignedInSchema(Schema):
    """A fresh token, shown once."""

    token = fields.String()
    expires_at = Moment()
    agent = fields.Nested(AgentSchema)


class StatusSchema(Schema):
    """What an agent chooses to be."""

    status = fields.String(required=True, validate=validate.OneOf(STATUSES))


_agent = AgentSchema()


def dump_agent(agent: Agent) -> dict[str, Any]:
    """The account as agents see it."""
    dumped: dict[str, Any] = _agent.dump(agent)
    return dumped
