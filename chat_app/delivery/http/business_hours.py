"""`/api/business-hours`: when somebody is there, kept by admins, read by every agent."""

from typing import Any

from chat_app.delivery.auth import Caller
from chat_app.delivery.http.parsing import Blueprint
from chat_app.delivery.schemas.business_hours import (
    BusinessHoursEnvelope,
    BusinessHoursListSchema,
    NewScheduleSchema,
    ScheduleChangeSchema,
    dump_schedule,
)
from chat_app.delivery.schemas.page import PageQuerySchema, dump_list
from chat_app.delivery.schemas.session import read_cursor
from chat_app.use_cases.business_hours import BusinessHours, NewSchedule


def create_blueprint(hours: BusinessHours, caller: Caller) -> Blueprint:
    """Build the routes around their use cases."""
    api = Blueprint(
        "business_hours", __name__, url_prefix="/api/business-hours", description="Business hours"
    )

    @api.get("")
    @api.arguments(PageQuerySchema, location="query")
    @api.response(200, BusinessHoursListSchema)
    def list_schedules(query: dict[str, Any]) -> dict[str, Any]:
        """All business hours, in the order of their making."""
        page = hours.list(caller.agent(), read_cursor(query["cursor"]), query["limit"])
        return dump_list(page, dump_schedule)

    @api.post("")
    @api.arguments(NewScheduleSchema)
    @api.response(201, BusinessHoursEnvelope)
    def create_schedule(data: dict[str, Any]) -> dict[str, Any]:
        """Give a site or a department its hours."""
        made = hours.create(caller.agent(), NewSchedule(**data))
        return {"business_hours": dump_schedule(made)}

    @api.get("/<uuid:schedule_id>")
    @api.response(200, BusinessHoursEnvelope)
    def read_schedule(schedule_id: object) -> dict[str, Any]:
        """The hours of one site or department."""
        return {"business_hours": dump_schedule(hours.read(caller.agent(), str(schedule_id)))}

    @api.patch("/<uuid:schedule_id>")
    @api.arguments(ScheduleChangeSchema)
    @api.response(200, BusinessHoursEnvelope)
    def change_schedule(data: dict[str, Any], schedule_id: object) -> dict[str, Any]:
        """Change hours; whose they are stays."""
        changed = hours.change(caller.agent(), str(schedule_id), data)
        return {"business_hours": dump_schedule(changed)}

    @api.delete("/<uuid:schedule_id>")
    @api.response(204)
    def delete_schedule(schedule_id: object) -> None:
        """Forget hours: without any, a site or department is always open."""
        hours.delete(caller.agent(), str(schedule_id))

    return api
