"""Messages on the wire. A visitor's copy counts in the visitor's numbers."""

from collections.abc import Callable, Set
from typing import Any, Final

from marshmallow import Schema, fields, validate

from chat_app.delivery.schemas.fields import (
    CLIENT_ID,
    ClientId,
    Id,
    Moment,
    Number,
    QueryNumber,
    Words,
    is_unicode,
    moment,
)
from chat_app.domain.actor import Actor
from chat_app.domain.message import Draft, Message
from chat_app.domain.session import Session
from chat_app.use_cases.messages import MOST_PER_PAGE, PAGE, MessagePage

MOST_BODY = 60_000  # far above any configured limit, which the use case checks
DRAFTED_KINDS = ("text", "file", "note")
# What clients of ours usually say.
_USUAL: Final = frozenset({"client_msg_id", "body"})


class SenderSchema(Schema):
    """Who said it."""

    kind = fields.String(validate=validate.OneOf(("visitor", "agent", "bot", "system")))
    id = fields.String(allow_none=True)
    name = fields.String()


class MessageSchema(Schema):
    """A message as its reader sees it."""

    id = fields.String()
    session_id = fields.String()
    seq = fields.Integer()
    client_msg_id = fields.String(allow_none=True)
    kind = fields.String(validate=validate.OneOf(("text", "file", "note", "system")))
    sender = fields.Nested(SenderSchema)
    body = fields.String()
    attachments = fields.List(fields.Dict())
    reply_to = fields.String(allow_none=True)
    status = fields.String(validate=validate.OneOf(("sent", "delivered", "read")))
    revision = fields.Integer()
    edited_at = Moment(allow_none=True)
    recalled_at = Moment(allow_none=True)
    created_at = Moment()


class MessageEnvelope(Schema):
    """One message in its name."""

    message = fields.Nested(MessageSchema)


class DraftSchema(Schema):
    """What a sender sends."""

    body = Words(MOST_BODY, required=True)
    client_msg_id = ClientId(load_default=None)
    kind = fields.String(validate=validate.OneOf(DRAFTED_KINDS), load_default="text")
    reply_to = Id(allow_none=True, load_default=None)
    attachment_ids = fields.List(Id(), load_default=list)

    def load(self, data: Any, **kwargs: Any) -> Any:
        """As inherited; a usual one is recognised without a look at fields."""
        return usual_draft(data, _USUAL) or super().load(data, **kwargs)


def usual_draft(data: Any, keys: Set[str]) -> dict[str, Any] | None:
    """A draft of these keys and no others, whose id and body are valid."""
    if type(data) is not dict or data.keys() != keys:
        return None
    client_msg_id, body = data["client_msg_id"], data["body"]
    if type(client_msg_id) is not str or type(body) is not str:
        return None
    if not CLIENT_ID.fullmatch(client_msg_id):
        return None
    if len(body) > MOST_BODY or "\x00" in body or not is_unicode(body):
        return None
    return data | {"kind": "text", "reply_to": None, "attachment_ids": []}


class FirstMessageSchema(Schema):
    """The message that comes with a new session."""

    body = Words(MOST_BODY, required=True)
    client_msg_id = ClientId(load_default=None)


class MessageQuerySchema(Schema):
    """Which messages a page holds."""

    after_seq = QueryNumber()
    before_seq = QueryNumber()
    after_revision = QueryNumber()
    limit = QueryNumber(least=1, most=MOST_PER_PAGE, load_default=PAGE)


class MessagePageSchema(Schema):
    """Some messages, in rising order."""

    messages = fields.List(fields.Nested(MessageSchema))
    last_seq = fields.Integer()
    revision = fields.Integer()
    epoch = fields.String()
    has_more = fields.Boolean()


class EditSchema(Schema):
    """What a message says now."""

    body = Words(MOST_BODY, required=True)


class ReadSchema(Schema):
    """Up to where something was read."""

    seq = Number(required=True)


class UnreadSchema(Schema):
    """What is left to read."""

    unread = fields.Integer()


def draft_of(data: dict[str, Any], new_id: Callable[[], str]) -> Draft:
    """The domain's draft; a message without a client id gets a new one."""
    return Draft(
        body=data["body"],
        client_msg_id=data.get("client_msg_id") or new_id(),
        kind=data.get("kind", "text"),
        reply_to=data.get("reply_to"),
        attachment_ids=tuple(data.get("attachment_ids", ())),
    )


def dump_message(message: Message, session: Session, reader: Actor) -> dict[str, Any]:
    """The message as `reader` may see it: the keys of MessageSchema and no others.

    Written out, because three copies of every message go through here.
    """
    visitor = reader.is_visitor
    own = message.sender_kind == reader.kind and message.sender_id == reader.id
    return {
        "id": message.id,
        "session_id": message.session_id,
        "seq": message.visitor_seq if visitor else message.seq,
        "client_msg_id": message.client_msg_id if own or not visitor else None,
        "kind": message.kind,
        "sender": {
            "kind": message.sender_kind,
            "id": message.sender_id or None,
            "name": message.sender_name,
        },
        "body": message.body,
        "attachments": message.attachments,
        "reply_to": message.reply_to,
        "status": session.message_status(message),
        "revision": message.visitor_revision if visitor else message.revision,
        "edited_at": message.edited_at and moment(message.edited_at),
        "recalled_at": message.recalled_at and moment(message.recalled_at),
        "created_at": moment(message.created_at),
    }


def dump_for_visitor(message: Message, seen_by_agents: dict[str, Any]) -> dict[str, Any]:
    """As the session's visitor may see a message, from what agents see of it; no note."""
    own = message.sender_kind == "visitor"
    return seen_by_agents | {
        "seq": message.visitor_seq,
        "client_msg_id": message.client_msg_id if own else None,
        "revision": message.visitor_revision,
    }


def dump_page(page: MessagePage, reader: Actor) -> dict[str, Any]:
    """A page of messages as `reader` may see them."""
    return {
        "messages": [dump_message(one, page.session, reader) for one in page.messages],
        "last_seq": page.last_seq,
        "revision": page.revision,
        "epoch": page.epoch,
        "has_more": page.has_more,
    }
