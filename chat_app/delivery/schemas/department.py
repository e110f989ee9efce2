"""Departments on the wire."""

from typing import Any

from marshmallow import Schema, fields, validate

from chat_app.delivery.schemas.fields import Id, Label, Moment, Number
from chat_app.domain.department import STRATEGIES, Membership

MOST_QUEUE = 100_000
MOST_WAIT_SECONDS = 7 * 86_400


class DepartmentSchema(Schema):
    """A group of agents, as agents see it."""

    id = fields.String()
    name = fields.String()
    strategy = fields.String()
    agent_ids = fields.List(fields.String())
    fallback_department_id = fields.String(allow_none=True)
    max_queue = fields.Integer(allow_none=True)
    max_wait_seconds = fields.Integer(allow_none=True)
    created_at = Moment()


class DepartmentEnvelope(Schema):
    """One department in its name."""

    department = fields.Nested(DepartmentSchema)


class DepartmentListSchema(Schema):
    """One page of departments."""

    items = fields.List(fields.Nested(DepartmentSchema))
    next_cursor = fields.String(allow_none=True)


class DepartmentChangeSchema(Schema):
    """What an admin may change; what is left out stays, null means none or no limit."""

    name = Label(120)
    strategy = fields.String(validate=validate.OneOf(STRATEGIES))
    agent_ids = fields.List(Id(), validate=validate.Length(max=1_000))
    fallback_department_id = Id(allow_none=True)
    max_queue = Number(most=MOST_QUEUE, allow_none=True)
    max_wait_seconds = Number(least=1, most=MOST_WAIT_SECONDS, allow_none=True)


class NewDepartmentSchema(DepartmentChangeSchema):
    """A new department."""

    name = Label(120, required=True)


_department = DepartmentSchema()


def dump_department(membership: Membership) -> dict[str, Any]:
    """The department and who serves it."""
    department = membership.department
    dumped: dict[str, Any] = _department.dump(
        {
            "id": department.id,
            "name": department.name,
            "strategy": department.strategy,
            "agent_ids": membership.agent_ids,
            "fallback_department_id": department.fallback_department_id,
            "max_queue": department.max_queue,
            "max_wait_seconds": department.max_wait_seconds,
            "created_at": department.created_at,
        }
    )
    return dumped
