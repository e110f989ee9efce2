"""Sessions on the wire: an agent's copy, and the little that a visitor may know."""

import base64
import binascii
from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from chat_app.delivery.schemas.fields import (
    Document,
    Flag,
    Id,
    Moment,
    Number,
    QueryNumber,
    Words,
)
from chat_app.delivery.schemas.message import FirstMessageSchema
from chat_app.domain.actor import Actor
from chat_app.domain.errors import Validation
from chat_app.domain.events import SessionView
from chat_app.domain.repositories import Cursor
from chat_app.domain.session import STATUSES, Side
from chat_app.domain.visitor import Visitor

LOCALE = r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,3}"


class PersonSchema(Schema):
    """An agent as a visitor sees it."""

    id = fields.String()
    name = fields.String()
    avatar_url = fields.String(allow_none=True)


class NamedSchema(Schema):
    """Something with a name."""

    id = fields.String()
    name = fields.String()


class QueueSchema(Schema):
    """Place in the queue, and the estimated wait while one is known."""

    position = fields.Integer()
    wait_seconds = fields.Integer(allow_none=True)


class RatingSchema(Schema):
    """What the visitor thought of it."""

    score = fields.Integer()
    comment = fields.String(allow_none=True)


class LastMessageSchema(Schema):
    """The last line of a session, for lists."""

    seq = fields.Integer()
    kind = fields.String()
    sender_kind = fields.String()
    excerpt = fields.String()
    created_at = Moment()


class SessionVisitorSchema(Schema):
    """A visitor as an agent sees it in a list."""

    id = fields.String()
    name = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    verified = fields.Boolean()
    online = fields.Boolean()


class BecauseSchema(Schema):
    """Why an agent got a session."""

    strategy = fields.String()
    candidates = fields.Integer()


class VisitorSessionSchema(Schema):
    """A session as its visitor sees it: these keys and no others."""

    id = fields.String()
    status = fields.String(validate=validate.OneOf(STATUSES))
    agent = fields.Nested(PersonSchema, allow_none=True)
    department = fields.Nested(NamedSchema, allow_none=True)
    subject = fields.String(allow_none=True)
    queue = fields.Nested(QueueSchema, allow_none=True)
    last_seq = fields.Integer()
    revision = fields.Integer()
    epoch = fields.String()
    unread = fields.Integer()
    rating = fields.Nested(RatingSchema, allow_none=True)
    created_at = Moment()
    updated_at = Moment()
    closed_at = Moment(allow_none=True)
    close_reason = fields.String(allow_none=True)


class SessionSchema(VisitorSessionSchema):
    """A session as an agent sees it."""

    site_id = fields.String()
    visitor = fields.Nested(SessionVisitorSchema)
    tags = fields.List(fields.String())
    priority = fields.String()
    assign_epoch = fields.Integer()
    assigned_because = fields.Nested(BecauseSchema, allow_none=True)
    left_message = fields.Boolean()
    last_message = fields.Nested(LastMessageSchema, allow_none=True)


class SessionEnvelope(Schema):
    """One session in its name."""

    session = fields.Nested(SessionSchema)


class OwnVisitorSchema(Schema):
    """A visitor as it sees itself."""

    id = fields.String()
    site_id = fields.String()
    user_id = fields.String(allow_none=True)
    name = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    verified = fields.Boolean()
    locale = fields.String(allow_none=True)
    attributes = fields.Dict()
    created_at = Moment()


class OpenedSchema(Schema):
    """A session just opened or found, with the token for this device."""

    session = fields.Nested(VisitorSessionSchema)
    visitor = fields.Nested(OwnVisitorSchema)
    visitor_token = fields.String(allow_none=True)


class PageSchema(Schema):
    """The web page the visitor writes from."""

    url = Words(2_000)
    title = Words(500)
    referrer = Words(2_000)


class OpenSchema(Schema):
    """What a client may say when it begins."""

    site_key = Words(64, least=1)
    user_id = Words(255, least=1)
    name = Words(255)
    email = Words(254, allow_none=True)
    identity_token = Words(8_000, least=1)
    department_id = Id()
    subject = Words(255)
    locale = fields.String(validate=validate.Regexp(rf"^{LOCALE}\Z"))
    client_session_id = Id()
    page = fields.Nested(PageSchema)
    attributes = Document(load_default=dict)
    message = fields.Nested(FirstMessageSchema)


class CloseSchema(Schema):
    """Why it ends; agents name the copy they acted on."""

    reason = Words(255, allow_none=True, load_default=None)
    assign_epoch = Number(load_default=None)


class AcceptSchema(Schema):
    """Taking a session."""

    assign_epoch = Number(required=True)
    force = Flag(load_default=False)


class Assignee(Id):
    """An agent's id, or "me" or "none"."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        return value if value in ("me", "none") else super()._deserialize(value, attr, data)


class SessionQuerySchema(Schema):
    """Which sessions a list shows."""

    status = fields.String(validate=validate.OneOf((*STATUSES, "open")))
    assignee = Assignee()
    department_id = Id()
    site_id = Id()
    tag = Words(64, least=1)
    q = Words(200, least=1)
    cursor = Words(200, least=1)
    limit = QueryNumber(least=1, most=100, load_default=25)


class SessionListSchema(Schema):
    """One page of sessions."""

    items = fields.List(fields.Nested(SessionSchema))
    next_cursor = fields.String(allow_none=True)


class CountsSchema(Schema):
    """The inbox in numbers."""

    queued = fields.Integer()
    mine = fields.Integer()
    active = fields.Integer()
    closed = fields.Integer()


_for_visitor = VisitorSessionSchema()
_for_agent = SessionSchema()
_own_visitor = OwnVisitorSchema()


def dump_session(view: SessionView, reader: Actor) -> dict[str, Any]:
    """The session as `reader` may see it, in its numbers."""
    schema = _for_visitor if reader.is_visitor else _for_agent
    side: Side = "visitor" if reader.is_visitor else "agent"
    session = view.session
    waits = view.queue_position is not None
    rated = session.rating_score is not None
    dumped: dict[str, Any] = schema.dump(
        {
            "id": session.id,
            "site_id": session.site_id,
            "status": session.status,
            "visitor": {
                "id": view.visitor.id,
                "name": view.visitor.name,
                "email": view.visitor.email,
                "verified": view.visitor.verified,
                "online": view.visitor_online,
            },
            "agent": view.agent,
            "department": view.department,
            "subject": session.subject,
            "tags": session.tags,
            "priority": session.priority,
            "queue": {"position": view.queue_position, "wait_seconds": None} if waits else None,
            "assign_epoch": session.assign_epoch,
            "assigned_because": session.assigned_because,
            "left_message": session.left_message,
            "last_message": session.last_message,
            "last_seq": session.last_for(side),
            "revision": session.revision_for(side),
            "epoch": session.epoch,
            "unread": view.unread_for(side),
            "rating": {"score": session.rating_score, "comment": session.rating_comment}
            if rated
            else None,
            "created_at": session.created_at,
            "updated_at": session.visitor_updated_at if reader.is_visitor else session.updated_at,
            "closed_at": session.closed_at,
            "close_reason": session.close_reason,
        }
    )
    return dumped


def dump_own_visitor(visitor: Visitor) -> dict[str, Any]:
    """The visitor as it sees itself."""
    dumped: dict[str, Any] = _own_visitor.dump(visitor)
    return dumped


def write_cursor(cursor: Cursor | None) -> str | None:
    """A cursor as opaque text."""
    if cursor is None:
        return None
    return base64.urlsafe_b64encode(f"{cursor.at.timestamp()!r} {cursor.id}".encode()).decode()


def read_cursor(text: str | None) -> Cursor | None:
    """A cursor from its text; raise Validation for one that we did not write."""
    if text is None:
        return None
    try:
        stamp, _, last_id = base64.urlsafe_b64decode(text.encode()).decode().partition(" ")
        moment = datetime.fromtimestamp(round(float(stamp) * 1000) / 1000, UTC)
        Id().deserialize(last_id)
    except (ValueError, OverflowError, OSError, binascii.Error, ValidationError):
        raise Validation.of("cursor", "is not one of ours") from None
    return Cursor(moment, last_id)
