"""`/api/agents`: accounts, kept by admins, read by every agent."""

from typing import Any

from chat_app.delivery.auth import Caller
from chat_app.delivery.http.parsing import Blueprint
from chat_app.delivery.schemas.agent import (
    AgentChangeSchema,
    AgentEnvelope,
    AgentListSchema,
    NewAgentSchema,
    dump_agent,
)
from chat_app.delivery.schemas.page import PageQuerySchema, dump_list
from chat_app.delivery.schemas.session import read_cursor
from chat_app.use_cases.staff import NewAgent, Staff


def create_blueprint(staff: Staff, caller: Caller) -> Blueprint:
    """Build the routes around their use cases."""
    api = Blueprint("staff", __name__, url_prefix="/api/agents", description="Agents' accounts")

    @api.get("")
    @api.arguments(PageQuerySchema, location="query")
    @api.response(200, AgentListSchema)
    def list_agents(query: dict[str, Any]) -> dict[str, Any]:
        """All accounts, in the order of their making."""
        cursor = read_cursor(query["cursor"])
        return dump_list(staff.list(caller.agent(), cursor, query["limit"]), dump_agent)

    @api.post("")
    @api.arguments(NewAgentSchema)
    @api.response(201, AgentEnvelope)
    def create_agent(data: dict[str, Any]) -> dict[str, Any]:
        """Add an account."""
        return {"agent": dump_agent(staff.create(caller.agent(), NewAgent(**data)))}

    @api.get("/<uuid:agent_id>")
    @api.response(200, AgentEnvelope)
    def read_agent(agent_id: object) -> dict[str, Any]:
        """One account."""
        return {"agent": dump_agent(staff.read(caller.agent(), str(agent_id)))}

    @api.patch("/<uuid:agent_id>")
    @api.arguments(AgentChangeSchema)
    @api.response(200, AgentEnvelope)
    def change_agent(data: dict[str, Any], agent_id: object) -> dict[str, Any]:
        """Change an account; disabling it or a new password ends all its sign-ins."""
        return {"agent": dump_agent(staff.change(caller.agent(), str(agent_id), data))}

    @api.delete("/<uuid:agent_id>")
    @api.response(204)
    def delete_agent(agent_id: object) -> None:
        """End an account; its sessions go back to the queue."""
        staff.delete(caller.agent(), str(agent_id))

    return api
