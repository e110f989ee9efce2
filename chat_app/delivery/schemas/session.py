"""Sessions on the wire: an agent's copy, and the little that a visitor may know."""

import base64
import binascii
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from chat_app.delivery.schemas.fields import (
    Document,
    Flag,
    Id,
    Moment,
    Number,
    QueryNumber,
    Words,
    moment,
)
from chat_app.delivery.schemas.message import FirstMessageSchema
from chat_app.domain.actor import Actor
from chat_app.domain.agent import Agent
from chat_app.domain.department import Department
from chat_app.domain.errors import Validation
from chat_app.domain.events import SessionView
from chat_app.domain.repositories import Cursor
from chat_app.domain.session import STATUSES, Session, SessionStatus, Side
from chat_app.domain.viewing import Viewer
from chat_app.domain.visitor import Page, Visitor

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


class ViewedPageSchema(Schema):
    """The web page a visitor looks at now."""

    url = fields.String()
    title = fields.String()


class SessionVisitorSchema(Schema):
    """A visitor as an agent sees it in a list."""

    id = fields.String()
    name = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    verified = fields.Boolean()
    online = fields.Boolean()
    page = fields.Nested(ViewedPageSchema, allow_none=True)


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
    waiting_since = Moment(allow_none=True)
    snoozed_until = Moment(allow_none=True)
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


class _Optional(Schema):
    """Everything may be left out, or be null, which says the same."""

    @post_load
    def without_nulls(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """What was given."""
        return {name: value for name, value in data.items() if value is not None}


class PageSchema(_Optional):
    """The web page the visitor writes from."""

    url = Words(2_000, allow_none=True)
    title = Words(500, allow_none=True)
    referrer = Words(2_000, allow_none=True)


class OpenSchema(_Optional):
    """What a client may say when it begins."""

    site_key = Words(64, least=1, allow_none=True)
    user_id = Words(255, least=1, allow_none=True)
    name = Words(255, allow_none=True)
    email = Words(254, allow_none=True)
    identity_token = Words(8_000, least=1, allow_none=True)
    department_id = Id(allow_none=True)
    subject = Words(255, allow_none=True)
    locale = fields.String(validate=validate.Regexp(rf"^{LOCALE}\Z"), allow_none=True)
    client_session_id = Id(allow_none=True)
    page = fields.Nested(PageSchema, allow_none=True)
    attributes = Document(allow_none=True)
    message = fields.Nested(FirstMessageSchema, allow_none=True)


class CloseSchema(Schema):
    """Why it ends; agents name the copy they acted on."""

    reason = Words(255, allow_none=True, load_default=None)
    assign_epoch = Number(load_default=None)


class AcceptSchema(Schema):
    """Taking a session."""

    assign_epoch = Number(required=True)
    force = Flag(load_default=False)


class HandOffSchema(Schema):
    """Asking for a person; agents name the copy they acted on."""

    assign_epoch = Number(load_default=None)


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


_own_visitor = OwnVisitorSchema()


def dump_session(view: SessionView, reader: Actor) -> dict[str, Any]:
    """The session as `reader` may see it, in its numbers.

    A visitor gets the keys of VisitorSessionSchema, an agent those of SessionSchema; written out,
    because every inbox and every list is made of it.
    """
    side: Side = "visitor" if reader.is_visitor else "agent"
    session = view.session
    shown = {
        "id": session.id,
        "status": _status(session, side),
        "agent": _person(view.agent),
        "department": _named(view.department),
        "subject": session.subject,
        "queue": _queue(view),
        "last_seq": session.last_for(side),
        "revision": session.revision_for(side),
        "epoch": session.epoch,
        "unread": session.unread(side),
        "rating": _rating(session),
        "created_at": moment(session.created_at),
        "updated_at": moment(
            session.visitor_updated_at if reader.is_visitor else session.updated_at
        ),
        "closed_at": moment(session.closed_at),
        "close_reason": session.close_reason,
    }
    return shown if reader.is_visitor else shown | _for_agents(view)


def _for_agents(view: SessionView) -> dict[str, Any]:
    """What only agents see of a session."""
    session, visitor = view.session, view.visitor
    return {
        "site_id": session.site_id,
        "visitor": {
            "id": visitor.id,
            "name": visitor.name,
            "email": visitor.email,
            "verified": visitor.verified,
            "online": view.visitor_online,
            "page": dump_viewed(view.visitor_page),
        },
        "tags": session.tags,
        "priority": session.priority,
        "assign_epoch": session.assign_epoch,
        "assigned_because": session.assigned_because,
        "waiting_since": moment(session.waiting_since),
        "snoozed_until": moment(session.snoozed_until),
        "left_message": session.left_message,
        "last_message": _last_message(session),
    }


def _status(session: Session, side: Side) -> SessionStatus:
    """To its visitor, a session that was put aside is in the same hands as before."""
    return "active" if side == "visitor" and session.status == "snoozed" else session.status


def dump_viewed(page: Page | None) -> dict[str, str] | None:
    """The page a visitor looks at, for agents."""
    return None if page is None else {"url": page.url, "title": page.title}


def dump_viewers(viewers: Iterable[Viewer]) -> list[dict[str, str]]:
    """Who looks at a session, for agents."""
    return [{"id": one.id, "name": one.name} for one in viewers]


def _person(agent: Agent | None) -> dict[str, Any] | None:
    if agent is None:
        return None
    return {"id": agent.id, "name": agent.name, "avatar_url": agent.avatar_url}


def _named(department: Department | None) -> dict[str, Any] | None:
    return None if department is None else {"id": department.id, "name": department.name}


def _queue(view: SessionView) -> dict[str, Any] | None:
    if view.queue_position is None or view.session.left_message:
        return None
    return {"position": view.queue_position, "wait_seconds": view.wait_seconds}


def _rating(session: Session) -> dict[str, Any] | None:
    if session.rating_score is None:
        return None
    return {"score": session.rating_score, "comment": session.rating_comment}


def _last_message(session: Session) -> dict[str, Any] | None:
    last = session.last_message
    if last is None:
        return None
    return last | {"created_at": moment(datetime.fromisoformat(last["created_at"]))}


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
        at = datetime.fromtimestamp(round(float(stamp) * 1000) / 1000, UTC)
        Id().deserialize(last_id)
    except (ValueError, OverflowError, OSError, binascii.Error, ValidationError):
        raise Validation.of("cursor", "is not one of ours") from None
    return Cursor(at, last_id)
