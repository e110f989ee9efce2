"""What is said in a session."""

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from chat_app.domain.errors import Validation

MessageKind = Literal["text", "file", "note", "system"]
SenderKind = Literal["visitor", "agent", "bot", "system"]
MessageStatus = Literal["sent", "delivered", "read"]
EXCERPT_CHARACTERS = 120
_INVISIBLE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Mn"})


@dataclass(frozen=True)
class Draft:
    """A message as its sender wrote it, before it has a number."""

    body: str
    client_msg_id: str
    kind: MessageKind = "text"
    reply_to: str | None = None
    attachment_ids: tuple[str, ...] = ()


@dataclass(eq=False)
class Message:
    """A stored message; it never moves, but its body may change, which raises `revision`.

    Agents follow `seq` and `revision`, visitors `visitor_seq` and `visitor_revision`: the second
    pair leaves out notes, so that whoever reads sees numbers without holes.
    """

    id: str
    session_id: str
    seq: int
    visitor_seq: int | None
    client_msg_id: str
    kind: MessageKind
    sender_kind: SenderKind
    sender_id: str
    sender_name: str
    body: str
    revision: int
    visitor_revision: int | None
    created_at: datetime
    reply_to: str | None = None
    attachments: list[dict[str, Any]] = field(default_factory=list)
    edited_at: datetime | None = None
    recalled_at: datetime | None = None

    @property
    def excerpt(self) -> str:
        """The beginning of the body on one line, for lists."""
        line = " ".join(self.body.split())
        return line if len(line) <= EXCERPT_CHARACTERS else line[: EXCERPT_CHARACTERS - 1] + "…"

    def edit(self, body: str, at: datetime) -> None:
        """Say it differently."""
        self.body = body
        self.edited_at = at

    def recall(self, at: datetime) -> None:
        """Take it back (撤回): the place in the conversation stays, what was said is gone."""
        self.body = ""
        self.attachments = []
        self.recalled_at = at

    @property
    def is_recalled(self) -> bool:
        """True once its sender took it back."""
        return self.recalled_at is not None

    @property
    def is_note(self) -> bool:
        """True for what only agents may read."""
        return self.kind == "note"


def check_body(body: str, most: int) -> None:
    """Raise Validation unless `body` says something within `most` characters."""
    if len(body) > most:
        raise Validation.of("body", f"at most {most} characters")
    for character in body:
        if unicodedata.category(character) not in _INVISIBLE:
            return
    raise Validation.of("body", "must not be empty")


@dataclass(frozen=True)
class SendResult:
    """The stored message; `duplicate` when the same client id was stored before.

    `mail_in` seconds somebody should be written to about it, if at all.
    """

    message: Message
    duplicate: bool
    mail_in: int | None = None
