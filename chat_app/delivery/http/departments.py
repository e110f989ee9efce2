"""`/api/departments`: groups of agents, kept by admins, read by every agent."""

from typing import Any

from chat_app.delivery.auth import Caller
from chat_app.delivery.http.parsing import Blueprint
from chat_app.delivery.schemas.department import (
    DepartmentChangeSchema,
    DepartmentEnvelope,
    DepartmentListSchema,
    NewDepartmentSchema,
    dump_department,
)
from chat_app.delivery.schemas.page import PageQuerySchema, dump_list
from chat_app.delivery.schemas.session import read_cursor
from chat_app.use_cases.departments import Departments, NewDepartment


def create_blueprint(departments: Departments, caller: Caller) -> Blueprint:
    """Build the routes around their use cases."""
    api = Blueprint(
        "departments", __name__, url_prefix="/api/departments", description="Departments"
    )

    @api.get("")
    @api.arguments(PageQuerySchema, location="query")
    @api.response(200, DepartmentListSchema)
    def list_departments(query: dict[str, Any]) -> dict[str, Any]:
        """All departments, in the order of their making."""
        page = departments.list(caller.agent(), read_cursor(query["cursor"]), query["limit"])
        return dump_list(page, dump_department)

    @api.post("")
    @api.arguments(NewDepartmentSchema)
    @api.response(201, DepartmentEnvelope)
    def create_department(data: dict[str, Any]) -> dict[str, Any]:
        """Add a department."""
        made = departments.create(caller.agent(), NewDepartment(**data))
        return {"department": dump_department(made)}

    @api.get("/<uuid:department_id>")
    @api.response(200, DepartmentEnvelope)
    def read_department(department_id: object) -> dict[str, Any]:
        """One department."""
        return {"department": dump_department(departments.read(caller.agent(), str(department_id)))}

    @api.patch("/<uuid:department_id>")
    @api.arguments(DepartmentChangeSchema)
    @api.response(200, DepartmentEnvelope)
    def change_department(data: dict[str, Any], department_id: object) -> dict[str, Any]:
        """Change a department."""
        changed = departments.change(caller.agent(), str(department_id), data)
        return {"department": dump_department(changed)}

    @api.delete("/<uuid:department_id>")
    @api.response(204)
    def delete_department(department_id: object) -> None:
        """End a department; its open sessions go to its fallback, or belong to none."""
        departments.delete(caller.agent(), str(department_id))

    return api
