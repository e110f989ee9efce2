"""Business hours on the wire."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from chat_app.delivery.schemas.fields import Flag, Id, Moment, Number, Words
from chat_app.domain.business_hours import Schedule, is_zone

MOST_INTERVALS = 70
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]"


class TimeZone(Words):
    """The IANA name of a time zone, such as Asia/Shanghai."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(64, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        name = super()._deserialize(value, attr, data, **kwargs)
        if not is_zone(name):
            raise ValidationError("Must be the name of a time zone like Europe/Berlin.")
        return name


class IntervalSchema(Schema):
    """Open from `opens` to `closes`; over midnight when it does not close later than it opens."""

    weekday = Number(most=6, required=True, metadata={"description": "0 is Monday"})
    opens = fields.String(
        required=True, validate=validate.Regexp(rf"{_TIME}\Z", error="Must be a time like 09:00.")
    )
    closes = fields.String(
        required=True,
        validate=validate.Regexp(
            rf"({_TIME}|24:00)\Z", error="Must be a time like 17:30, or 24:00."
        ),
    )


class ScheduleSchema(Schema):
    """The hours of a site or of a department."""

    id = fields.String()
    site_id = fields.String(allow_none=True)
    department_id = fields.String(allow_none=True)
    time_zone = fields.String()
    enabled = fields.Boolean()
    intervals = fields.List(fields.Nested(IntervalSchema))
    created_at = Moment()


class BusinessHoursEnvelope(Schema):
    """One schedule in its name."""

    business_hours = fields.Nested(ScheduleSchema)


class BusinessHoursListSchema(Schema):
    """One page of schedules."""

    items = fields.List(fields.Nested(ScheduleSchema))
    next_cursor = fields.String(allow_none=True)


class ScheduleChangeSchema(Schema):
    """What an admin may change; what is left out stays. No intervals: never open."""

    time_zone = TimeZone()
    enabled = Flag()
    intervals = fields.List(
        fields.Nested(IntervalSchema), validate=validate.Length(max=MOST_INTERVALS)
    )


class NewScheduleSchema(ScheduleChangeSchema):
    """New hours of a site or of a department."""

    site_id = Id(allow_none=True)
    department_id = Id(allow_none=True)
    time_zone = TimeZone(required=True)
    intervals = fields.List(
        fields.Nested(IntervalSchema),
        required=True,
        validate=validate.Length(max=MOST_INTERVALS),
    )


_schedule = ScheduleSchema()


def dump_schedule(schedule: Schedule) -> dict[str, Any]:
    """The schedule as agents see it."""
    dumped: dict[str, Any] = _schedule.dump(schedule)
    return dumped
