"""Agents on the wire."""

from typing import Any

from marshmallow import Schema, fields, validate

from chat_app.delivery.schemas.fields import Moment, Words
from chat_app.domain.agent import STATUSES, Agent


class AgentSchema(Schema):
    """An account as agents see it; never its password."""

    id = fields.String()
    name = fields.String()
    email = fields.String()
    role = fields.String()
    capacity = fields.Integer()
    status = fields.String()
    disabled = fields.Boolean()
    avatar_url = fields.String(allow_none=True)
    department_ids = fields.List(fields.String())
    languages = fields.List(fields.String())
    skills = fields.List(fields.String())
    created_at = Moment()


class AgentEnvelope(Schema):
    """One agent in its name."""

    agent = fields.Nested(AgentSchema)


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
