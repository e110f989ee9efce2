"""`/api/chat/sessions/{id}/…`: what agents do with sessions."""

from typing import Any

from chat_app.delivery.auth import Caller
from chat_app.delivery.http.parsing import Blueprint
from chat_app.delivery.schemas.handling import (
    ReopenSchema,
    SessionChangeSchema,
    SnoozeSchema,
    TransferSchema,
)
from chat_app.delivery.schemas.session import SessionEnvelope, dump_session
from chat_app.domain.actor import Actor
from chat_app.domain.events import SessionView
from chat_app.use_cases.services import Services
from chat_app.use_cases.transferring import Transfer


def create_blueprint(services: Services, caller: Caller) -> Blueprint:
    """Build the routes around their use cases."""
    api = Blueprint(
        "handling", __name__, url_prefix="/api/chat/sessions", description="Agents' work"
    )

    @api.patch("/<uuid:session_id>")
    @api.arguments(SessionChangeSchema)
    @api.answers(200, SessionEnvelope)
    def change_session(data: dict[str, Any], session_id: object) -> dict[str, Any]:
        """Change subject, tags, priority or department."""
        actor = caller.required()
        return _dumped(services.labelling.change(actor, str(session_id), data), actor)

    @api.post("/<uuid:session_id>/transfer")
    @api.arguments(TransferSchema)
    @api.answers(200, SessionEnvelope)
    def transfer_session(data: dict[str, Any], session_id: object) -> dict[str, Any]:
        """Pass the conversation on to an agent or a department."""
        actor, assign_epoch = caller.required(), data.pop("assign_epoch")
        to = Transfer(**data)
        view = services.transferring.transfer(actor, str(session_id), assign_epoch, to)
        return _dumped(view, actor)

    @api.post("/<uuid:session_id>/snooze")
    @api.arguments(SnoozeSchema)
    @api.answers(200, SessionEnvelope)
    def snooze_session(data: dict[str, Any], session_id: object) -> dict[str, Any]:
        """Put the conversation aside until a time, or until the visitor writes."""
        actor = caller.required()
        return _dumped(services.snoozing.snooze(actor, str(session_id), **data), actor)

    @api.post("/<uuid:session_id>/reopen")
    @api.arguments(ReopenSchema)
    @api.answers(200, SessionEnvelope)
    def reopen_session(data: dict[str, Any], session_id: object) -> dict[str, Any]:
        """Take up a closed conversation again."""
        actor = caller.required()
        return _dumped(services.reopening.reopen(actor, str(session_id), **data), actor)

    return api


def _dumped(view: SessionView, actor: Actor) -> dict[str, Any]:
    return {"session": dump_session(view, actor)}
