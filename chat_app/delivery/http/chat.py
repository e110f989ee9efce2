"""`/api/chat`: sessions and messages, for visitors and agents."""

from typing import Any

from flask import request

from chat_app.delivery.auth import Caller
from chat_app.delivery.http.parsing import Blueprint
from chat_app.delivery.schemas.message import (
    DraftSchema,
    EditSchema,
    MessageEnvelope,
    MessagePageSchema,
    MessageQuerySchema,
    ReadSchema,
    UnreadSchema,
    draft_of,
    dump_message,
    dump_page,
)
from chat_app.delivery.schemas.session import (
    AcceptSchema,
    CloseSchema,
    HandOffSchema,
    OpenedSchema,
    OpenSchema,
    SessionEnvelope,
    SessionListSchema,
    SessionQuerySchema,
    dump_own_visitor,
    dump_session,
    read_cursor,
    write_cursor,
)
from chat_app.domain.actor import Actor
from chat_app.domain.ports import Ids
from chat_app.domain.repositories import SessionFilter
from chat_app.use_cases.arriving import OpenRequest
from chat_app.use_cases.services import Services


def create_blueprint(services: Services, caller: Caller, ids: Ids) -> Blueprint:
    """Build the routes around their use cases."""
    api = Blueprint("chat", __name__, url_prefix="/api/chat", description="Conversations")

    @api.post("/sessions")
    @api.arguments(OpenSchema)
    @api.answers(201, OpenedSchema)
    def open_session(data: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """Open a session, or find the open one (200)."""
        actor = caller.optional()
        if (first := data.pop("message", None)) is not None:
            data["message"] = draft_of(first, ids.new)
        opened = services.opening.open(actor, OpenRequest(**data), request.remote_addr or "")
        visitor = Actor(kind="visitor", id=opened.visitor.id)
        return {
            "session": dump_session(opened.view, visitor),
            "visitor": dump_own_visitor(opened.visitor),
            "visitor_token": opened.token,
        }, 201 if opened.created else 200

    @api.get("/sessions")
    @api.arguments(SessionQuerySchema, location="query")
    @api.answers(200, SessionListSchema)
    def list_sessions(query: dict[str, Any]) -> dict[str, Any]:
        """Visitors: own sessions, newest first. Agents: newest activity first."""
        actor = caller.required()
        cursor, limit = read_cursor(query.pop("cursor", None)), query.pop("limit")
        page = services.sessions.list(actor, _filter(actor, query), cursor, limit)
        return {
            "items": [dump_session(view, actor) for view in page.items],
            "next_cursor": write_cursor(page.next_cursor),
        }

    @api.get("/sessions/<uuid:session_id>")
    @api.answers(200, SessionEnvelope)
    def read_session(session_id: object) -> dict[str, Any]:
        """Read one session."""
        actor = caller.required()
        return {"session": dump_session(services.sessions.read(actor, str(session_id)), actor)}

    @api.post("/sessions/<uuid:session_id>/messages")
    @api.arguments(DraftSchema)
    @api.answers(201, MessageEnvelope)
    def create_message(data: dict[str, Any], session_id: object) -> tuple[dict[str, Any], int]:
        """Send a message; the same `client_msg_id` again gives the stored one (200)."""
        actor = caller.required()
        sent = services.messages.send(actor, str(session_id), draft_of(data, ids.new))
        dumped = dump_message(sent.message, sent.session, actor)
        return {"message": dumped}, 200 if sent.duplicate else 201

    @api.patch("/sessions/<uuid:session_id>/messages/<uuid:message_id>")
    @api.arguments(EditSchema)
    @api.answers(200, MessageEnvelope)
    def edit_message(
        data: dict[str, Any], session_id: object, message_id: object
    ) -> dict[str, Any]:
        """Say an own message differently."""
        actor = caller.required()
        changed = services.revising.edit(actor, str(session_id), str(message_id), data["body"])
        return {"message": dump_message(changed.message, changed.session, actor)}

    @api.delete("/sessions/<uuid:session_id>/messages/<uuid:message_id>")
    @api.answers(200, MessageEnvelope)
    def recall_message(session_id: object, message_id: object) -> dict[str, Any]:
        """Take an own message back (撤回)."""
        actor = caller.required()
        changed = services.revising.recall(actor, str(session_id), str(message_id))
        return {"message": dump_message(changed.message, changed.session, actor)}

    @api.get("/sessions/<uuid:session_id>/messages")
    @api.arguments(MessageQuerySchema, location="query")
    @api.answers(200, MessagePageSchema)
    def list_messages(query: dict[str, Any], session_id: object) -> dict[str, Any]:
        """Read messages in rising order; without a bound the newest page."""
        actor = caller.required()
        return dump_page(services.messages.page(actor, str(session_id), **query), actor)

    @api.post("/sessions/<uuid:session_id>/read")
    @api.arguments(ReadSchema)
    @api.answers(200, UnreadSchema)
    def mark_read(data: dict[str, Any], session_id: object) -> dict[str, Any]:
        """Move the read mark up."""
        actor = caller.required()
        return {"unread": services.messages.mark_read(actor, str(session_id), data["seq"])}

    @api.post("/sessions/<uuid:session_id>/close")
    @api.arguments(CloseSchema)
    @api.answers(200, SessionEnvelope)
    def close_session(data: dict[str, Any], session_id: object) -> dict[str, Any]:
        """End the conversation; a closed one stays as it is."""
        actor = caller.required()
        return {
            "session": dump_session(services.sessions.close(actor, str(session_id), **data), actor)
        }

    @api.post("/sessions/<uuid:session_id>/handoff")
    @api.arguments(HandOffSchema)
    @api.answers(200, SessionEnvelope)
    def hand_off(data: dict[str, Any], session_id: object) -> dict[str, Any]:
        """Let a person take over from the bot; without a bot nothing changes."""
        actor = caller.required()
        view = services.handing_off.hand_off(actor, str(session_id), **data)
        return {"session": dump_session(view, actor)}

    @api.post("/sessions/<uuid:session_id>/accept")
    @api.arguments(AcceptSchema)
    @api.answers(200, SessionEnvelope)
    def accept_session(data: dict[str, Any], session_id: object) -> dict[str, Any]:
        """Take the conversation."""
        actor = caller.required()
        return {
            "session": dump_session(services.sessions.accept(actor, str(session_id), **data), actor)
        }

    return api


def _filter(actor: Actor, query: dict[str, Any]) -> SessionFilter:
    if query.get("status") == "open":
        query = {**query, "status": None, "open_only": True}
    if query.get("assignee") == "me":
        query = {**query, "assignee": actor.id}
    return SessionFilter(**query)
