"""One conversation (会话) of one visitor: its states, numbers and read marks."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from chat_app.domain.actor import Actor
from chat_app.domain.errors import (
    AlreadyAssigned,
    Forbidden,
    SessionClosed,
    SessionOpen,
    StaleAssignment,
    Validation,
)
from chat_app.domain.message import Draft, Message, MessageStatus, SenderKind

SessionStatus = Literal["bot", "queued", "active", "snoozed", "closed"]
MAIL_PAUSE = timedelta(seconds=5)
LISTED_WITHIN = timedelta(seconds=10)
_NO_TIME = timedelta(0)
STATUSES: tuple[SessionStatus, ...] = ("bot", "queued", "active", "snoozed", "closed")
Priority = Literal["low", "normal", "high", "urgent"]
PRIORITIES: tuple[Priority, ...] = ("low", "normal", "high", "urgent")
Side = Literal["visitor", "agent"]
POST_READS = ("status", "epoch", "assign_epoch", "agent_id", "department_id", "revision")
"""What a new message depends on: the rule for it, and who may see its session.

`revision` stands for all that is counted of messages, and for `mail_next_at`: none of it ever
changes without it.
"""
POST_WRITES = (
    "last_seq", "last_visitor_seq", "revision", "visitor_revision", "mail_next_at", "updated_at",
    "listed_at", "visitor_updated_at", "last_message", "visitor_said", "agent_said",
)  # fmt: skip
"""What a new message changes of its session."""


@dataclass(frozen=True)
class Belonging:
    """Whose a session is: all that decides who may see it."""

    visitor_id: str
    department_id: str | None
    agent_id: str | None


@dataclass(eq=False)
class Session:
    """A conversation, from its first message to its closing.

    Two counters run through it: `last_seq` counts every message, `last_visitor_seq` those a
    visitor may read; `revision` and `visitor_revision` rise in the same way with every change.
    `open_key` is unique while the session is open: a visitor has one open session per site.
    `assign_epoch` rises with every change of hands, and fences actions on outdated copies.
    `visitor_said` and `agent_said` count the messages of each side, bots being on the agents', that
    the other may read; `visitor_heard` and `agent_heard` how many of the other's lie below the read
    mark. The difference is unread, and nobody has to count messages.
    `listed_at` is where lists look for it: `updated_at`, or less than LISTED_WITHIN before it, so
    that a conversation does not move in their indexes with every message.
    `visitor_updated_at` is `updated_at` without notes, which a visitor must not even suspect.
    `queued_at` decides whose turn it is, `waiting_since` says how long the visitor has waited in
    this department. `preferred_agent_id` knows the visitor and comes first while it is free.
    `bot_seq` is the last message that a bot has dealt with, `bot_misses` how many in a row it had
    no answer to.
    """

    id: str
    site_id: str
    visitor_id: str
    epoch: str
    created_at: datetime
    updated_at: datetime
    listed_at: datetime
    visitor_updated_at: datetime
    status: SessionStatus = "queued"
    department_id: str | None = None
    agent_id: str | None = None
    subject: str | None = None
    locale: str | None = None
    tags: list[str] = field(default_factory=list)
    priority: Priority = "normal"
    page: dict[str, Any] | None = None
    left_message: bool = False
    open_key: str | None = None
    client_session_key: str | None = None
    assign_epoch: int = 0
    assigned_because: dict[str, Any] | None = None
    bot_seq: int = 0
    bot_misses: int = 0
    queued_at: datetime | None = None
    waiting_since: datetime | None = None
    snoozed_until: datetime | None = None
    preferred_agent_id: str | None = None
    last_seq: int = 0
    last_visitor_seq: int = 0
    revision: int = 0
    visitor_revision: int = 0
    visitor_read_seq: int = 0
    visitor_read_visitor_seq: int = 0
    visitor_delivered_seq: int = 0
    visitor_delivered_visitor_seq: int = 0
    agent_read_seq: int = 0
    agent_read_visitor_seq: int = 0
    agent_delivered_seq: int = 0
    agent_delivered_visitor_seq: int = 0
    visitor_said: int = 0
    agent_said: int = 0
    visitor_heard: int = 0
    agent_heard: int = 0
    last_message: dict[str, Any] | None = None
    missed_mail_seq: int = 0
    mail_next_at: datetime | None = None
    rating_score: int | None = None
    rating_comment: str | None = None
    closed_at: datetime | None = None
    close_reason: str | None = None

    @classmethod
    def open(
        cls,
        *,
        session_id: str,
        site_id: str,
        visitor_id: str,
        epoch: str,
        at: datetime,
        department_id: str | None = None,
        subject: str | None = None,
        locale: str | None = None,
        page: dict[str, Any] | None = None,
        preferred_agent_id: str | None = None,
        with_bot: bool = False,
    ) -> "Session":
        """Begin a conversation: it waits for an agent from now on, unless a bot answers first."""
        return cls(
            id=session_id,
            site_id=site_id,
            visitor_id=visitor_id,
            epoch=epoch,
            created_at=at,
            updated_at=at,
            listed_at=at,
            visitor_updated_at=at,
            status="bot" if with_bot else "queued",
            queued_at=None if with_bot else at,
            waiting_since=None if with_bot else at,
            preferred_agent_id=preferred_agent_id,
            department_id=department_id,
            subject=subject,
            locale=locale,
            page=page,
            open_key=f"{site_id}:{visitor_id}",
        )

    def touch(self, at: datetime) -> None:
        """Note that something has happened here."""
        self.updated_at = at
        # Another machine's clock may be behind.
        if not _NO_TIME <= at - self.listed_at < LISTED_WITHIN:
            self.listed_at = at

    @property
    def belonging(self) -> Belonging:
        """Whose it is at this moment."""
        return Belonging(self.visitor_id, self.department_id, self.agent_id)

    @property
    def is_closed(self) -> bool:
        """True once the conversation is over."""
        return self.status == "closed"

    def post(self, actor: Actor, draft: Draft, message_id: str, at: datetime) -> Message:
        """Give the draft its numbers and make it part of the conversation.

        The caller holds the session's lock and has ruled out a duplicate. Raises SessionClosed,
        or Forbidden for a note of a visitor.
        """
        self.check_open()
        if actor.is_visitor and draft.kind == "note":
            raise Forbidden("Only agents write notes")
        return self._append(draft, actor.kind, actor.id, actor.name, message_id, at)

    def ask_for_mail(self, at: datetime) -> int | None:
        """In how many seconds somebody should be written to about a waiting visitor's message.

        The first message asks at once, later ones five seconds after the last time; None when a
        letter that is still to come will tell of this message, too, or nobody waits.
        """
        if self.status != "queued":
            return None
        if self.mail_next_at is not None and at < self.mail_next_at:
            return None
        earliest = at if self.mail_next_at is None else self.mail_next_at + MAIL_PAUSE
        self.mail_next_at = max(at, earliest)
        return round((self.mail_next_at - at).total_seconds())

    def leave_message(self) -> None:
        """Note that the visitor was told to leave a message: nobody can serve it soon.

        It waits as others do, but is promised no place in a queue. Raises SessionClosed.
        """
        self.check_open()
        self.left_message = True

    def announce(self, body: str, message_id: str, at: datetime) -> Message:
        """Append a system line that both sides read."""
        draft = Draft(body=body, client_msg_id=message_id, kind="system")
        return self._append(draft, "system", "", "", message_id, at)

    def answer(
        self, bot_id: str, name: str, body: str, client_msg_id: str, message_id: str, at: datetime
    ) -> Message:
        """Append what a bot says. The same `client_msg_id` is refused by the database."""
        draft = Draft(body=body, client_msg_id=client_msg_id)
        return self._append(draft, "bot", bot_id, name, message_id, at)

    def _append(
        self,
        draft: Draft,
        sender_kind: SenderKind,
        sender_id: str,
        sender_name: str,
        message_id: str,
        at: datetime,
    ) -> Message:
        self.last_seq += 1
        self.revision += 1
        hidden = draft.kind == "note"
        if not hidden:
            self.last_visitor_seq += 1
            self.visitor_revision += 1
            self.visitor_updated_at = at
        if sender_kind == "visitor":
            self.visitor_said += 1
        elif sender_kind != "system" and not hidden:
            self.agent_said += 1
        message = Message(
            id=message_id,
            session_id=self.id,
            seq=self.last_seq,
            visitor_seq=None if hidden else self.last_visitor_seq,
            client_msg_id=draft.client_msg_id,
            kind=draft.kind,
            sender_kind=sender_kind,
            sender_id=sender_id,
            sender_name=sender_name,
            body=draft.body,
            revision=self.revision,
            visitor_revision=None if hidden else self.visitor_revision,
            reply_to=draft.reply_to,
            created_at=at,
        )
        self.touch(at)
        if draft.kind != "system":
            self._show_last(message)
        return message

    def revise(self, message: Message) -> None:
        """Give a changed message the next revision, in the numbers of those who may read it."""
        self.revision += 1
        message.revision = self.revision
        if not message.is_note:
            self.visitor_revision += 1
            message.visitor_revision = self.visitor_revision
        if self.last_message is not None and self.last_message["seq"] == message.seq:
            self._show_last(message)

    def _show_last(self, message: Message) -> None:
        self.last_message = {
            "seq": message.seq,
            "kind": message.kind,
            "sender_kind": message.sender_kind,
            "excerpt": message.excerpt,
            "created_at": message.created_at.isoformat(),
        }

    def assign(self, agent_id: str, because: dict[str, Any] | None, at: datetime) -> None:
        """Put the session into an agent's hands. Raises SessionClosed."""
        self.check_open()
        self.status = "active"
        self.agent_id = agent_id
        self.assigned_because = because
        self.queued_at = self.waiting_since = self.snoozed_until = None
        self._change_hands(at)

    def hand_off(self, at: datetime) -> bool:
        """Leave the bot: wait for a person from now on. False, and nothing, without a bot.

        Copies stay valid, since no person had it and none gets it. Raises SessionClosed.
        """
        self.check_open()
        if self.status != "bot":
            return False
        self.status = "queued"
        self.queued_at = self.waiting_since = at
        self.visitor_updated_at = at
        self.touch(at)
        return True

    def requeue(self, at: datetime) -> None:
        """Take the session out of its agent's hands: it waits again, before those that came later.

        Raises SessionClosed.
        """
        self.check_open()
        self.status = "queued"
        self.agent_id = None
        self.assigned_because = self.snoozed_until = None
        self.left_message = False  # somebody was there
        self.queued_at, self.waiting_since = self.created_at, at
        self._change_hands(at)

    def snooze(self, until: datetime, at: datetime) -> None:
        """Put it aside: it stays its agent's, takes no slot, and comes back at `until`.

        The visitor is not told. Raises SessionClosed, or Validation when no agent has it.
        """
        self.check_open()
        if self.agent_id is None:
            raise Validation("Only a conversation that somebody has can be snoozed")
        self.status = "snoozed"
        self.snoozed_until = until
        self.assign_epoch += 1
        self.touch(at)

    def reopen(self, at: datetime) -> None:
        """Take up a conversation that was over: it waits, before those that came later.

        Raises SessionOpen.
        """
        if not self.is_closed:
            raise SessionOpen
        self.status = "queued"
        self.open_key = f"{self.site_id}:{self.visitor_id}"
        self.preferred_agent_id, self.agent_id = self.agent_id, None
        self.closed_at = self.close_reason = self.assigned_because = None
        self.queued_at, self.waiting_since = self.created_at, at
        self._change_hands(at)

    def move(self, department_id: str | None, at: datetime) -> None:
        """Belong to another department, or to none, from now on; its turn in the queue stays."""
        self.department_id = department_id
        if self.status == "queued":
            self.waiting_since = at
        self.visitor_updated_at = at
        self.touch(at)

    def _change_hands(self, at: datetime) -> None:
        self.assign_epoch += 1
        self.visitor_updated_at = at
        self.touch(at)

    def check_open(self) -> None:
        """Raise SessionClosed once the conversation is over."""
        if self.is_closed:
            raise SessionClosed

    def check_epoch(self, assign_epoch: int | None) -> None:
        """Raise StaleAssignment when the caller's copy is older than the last change of hands."""
        if assign_epoch is not None and assign_epoch != self.assign_epoch:
            raise StaleAssignment

    def check_acceptable(self, agent_id: str) -> None:
        """Raise SessionClosed, or AlreadyAssigned when another agent has the session."""
        self.check_open()
        if self.agent_id is not None and self.agent_id != agent_id:
            raise AlreadyAssigned

    def close(self, reason: str | None, at: datetime) -> None:
        """End the conversation; the visitor may open a new one from now on."""
        self.status = "closed"
        self.closed_at = at
        self.close_reason = reason
        self.queued_at = self.waiting_since = self.snoozed_until = None
        self.open_key = None
        self._change_hands(at)

    def last_for(self, side: Side) -> int:
        """The last number in the numbers of `side`."""
        return self.last_visitor_seq if side == "visitor" else self.last_seq

    def revision_for(self, side: Side) -> int:
        """The revision in the numbers of `side`."""
        return self.visitor_revision if side == "visitor" else self.revision

    def said_to(self, side: Side) -> int:
        """How many messages of the other side there are that `side` may read."""
        return self.agent_said if side == "visitor" else self.visitor_said

    def heard_by(self, side: Side) -> int:
        """How many of them lie below its read mark."""
        return self.visitor_heard if side == "visitor" else self.agent_heard

    def unread(self, side: Side) -> int:
        """How many messages of the other side `side` has not read."""
        if self.read_mark(side) >= self.last_for(side):
            return (
                0  # also where a process of an older version has moved the mark and counted nothing
            )
        return max(0, self.said_to(side) - self.heard_by(side))

    def move_read(self, side: Side, seq: int, visitor_seq: int, heard: int) -> bool:
        """Move the read mark of `side` up to a message, in both numberings; never down.

        `heard` of the other side's messages lie there or before.
        """
        moved = self.move_delivered(side, seq, visitor_seq)
        if side == "visitor":
            if visitor_seq <= self.visitor_read_visitor_seq:
                return moved
            self.visitor_read_seq, self.visitor_read_visitor_seq = seq, visitor_seq
            self.visitor_heard = heard
            return True
        if seq <= self.agent_read_seq:
            return moved
        self.agent_read_seq, self.agent_read_visitor_seq = seq, visitor_seq
        self.agent_heard = heard
        return True

    def move_delivered(self, side: Side, seq: int, visitor_seq: int) -> bool:
        """Move the delivered mark of `side`, in both numberings; never down."""
        if side == "visitor":
            if visitor_seq <= self.visitor_delivered_visitor_seq:
                return False
            self.visitor_delivered_seq = seq
            self.visitor_delivered_visitor_seq = visitor_seq
            return True
        if seq <= self.agent_delivered_seq:
            return False
        self.agent_delivered_seq, self.agent_delivered_visitor_seq = seq, visitor_seq
        return True

    def read_mark(self, side: Side) -> int:
        """How far `side` has read, in its own numbers."""
        return self.visitor_read_visitor_seq if side == "visitor" else self.agent_read_seq

    def read_seq(self, side: Side) -> int:
        """How far `side` has read, in agents' numbers."""
        return self.visitor_read_seq if side == "visitor" else self.agent_read_seq

    def delivered_mark(self, side: Side) -> int:
        """How far `side` has received, in its own numbers."""
        if side == "visitor":
            return self.visitor_delivered_visitor_seq
        return self.agent_delivered_seq

    def message_status(self, message: Message) -> MessageStatus:
        """How far a message has come on the other side; notes and system lines stay `sent`."""
        if message.kind in ("note", "system"):
            return "sent"
        from_visitor = message.sender_kind == "visitor"
        read = self.agent_read_seq if from_visitor else self.visitor_read_seq
        delivered = self.agent_delivered_seq if from_visitor else self.visitor_delivered_seq
        if message.seq <= read:
            return "read"
        return "delivered" if message.seq <= delivered else "sent"
