"""`/api/auth` and `/api/agents/me`: signing in and what an agent sets itself."""

from typing import Any

from flask import request

from chat_app.delivery.auth import Caller
from chat_app.delivery.http.parsing import Blueprint
from chat_app.delivery.schemas.agent import (
    AgentEnvelope,
    LoginSchema,
    PasswordSchema,
    SignedInSchema,
    StatusSchema,
    dump_agent,
)
from chat_app.use_cases.services import Services


def create_blueprint(services: Services, caller: Caller) -> Blueprint:
    """Build the routes around their use cases."""
    api = Blueprint("agents", __name__, url_prefix="/api", description="Agents")

    @api.post("/auth/login")
    @api.arguments(LoginSchema)
    @api.response(200, SignedInSchema)
    def login(data: dict[str, Any]) -> dict[str, Any]:
        """Sign in with e-mail and password."""
        signed_in = services.authentication.login(
            data["email"], data["password"], request.remote_addr or ""
        )
        return {
            "token": signed_in.token,
            "expires_at": signed_in.expires_at,
            "agent": signed_in.agent,
        }

    @api.post("/auth/logout")
    @api.response(204)
    def logout() -> None:
        """End this sign-in; its sockets close within seconds."""
        services.authentication.logout(caller.agent())

    @api.get("/agents/me")
    @api.response(200, AgentEnvelope)
    def read_me() -> dict[str, Any]:
        """One's own account."""
        return {"agent": dump_agent(services.agents.me(caller.agent()))}

    @api.put("/agents/me/status")
    @api.arguments(StatusSchema)
    @api.response(200, AgentEnvelope)
    def set_status(data: dict[str, Any]) -> dict[str, Any]:
        """Be online, away or offline."""
        actor = caller.agent()
        return {"agent": dump_agent(services.agents.set_status(actor, data["status"]))}

    @api.put("/agents/me/password")
    @api.arguments(PasswordSchema)
    @api.response(204)
    def change_password(data: dict[str, Any]) -> None:
        """Replace one's own password; ends all of one's sign-ins, this one too."""
        services.authentication.change_password(
            caller.agent(),
            data["current_password"],
            data["new_password"],
            request.remote_addr or "",
        )

    return api
