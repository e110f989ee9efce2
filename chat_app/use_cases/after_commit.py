"""What happens after X? Event → outbox rows (in its transaction) and push (after it)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from chat_app.domain.events import (
    AgentChanged,
    AgentLeft,
    AgentStatusChanged,
    DepartmentChanged,
    DepartmentDeleted,
    Event,
    MessageSent,
    MessageUpdated,
    SessionClosed,
    SessionLeftAgent,
    SessionLeftDepartment,
    SessionQueued,
    SessionSnoozed,
)
from chat_app.domain.outbox import OutboxEntry
from chat_app.domain.ports import Clock, Followers, Ids, Realtime, RecentMessages, Wakeup

MISSED: Final = "mail_missed_messages"
ASSIGN: Final = "assign_sessions"
REQUEUE: Final = "requeue_sessions"
TAKE_BACK: Final = "take_back_sessions"
WAKE: Final = "wake_session"
EMPTY: Final = "empty_department"
BOT_ANSWER: Final = "bot_answer"


@dataclass(frozen=True)
class Work:
    """What is to be done after a commit, `delay_seconds` later at the earliest."""

    topic: str
    payload: dict[str, Any] = field(default_factory=dict)
    dedupe_key: str | None = None
    delay_seconds: int = 0


def _assign(_: Event) -> Iterable[Work]:
    yield Work(ASSIGN)


def _message_sent(event: Event) -> Iterable[Work]:
    if not isinstance(event, MessageSent):
        return
    session = event.session
    if event.mail_in is not None:
        yield Work(MISSED, {"session_id": session.id}, delay_seconds=event.mail_in)
    if session.status == "bot" and event.message.sender_kind == "visitor":
        yield Work(BOT_ANSWER, {"session_id": session.id}, f"{BOT_ANSWER}:{session.id}")
    if session.status == "snoozed" and event.message.sender_kind == "visitor":
        yield Work(WAKE, {"session_id": session.id, "assign_epoch": session.assign_epoch})


def _status_chosen(event: Event) -> Iterable[Work]:
    if not isinstance(event, AgentStatusChanged):
        return
    if event.status == "online":
        yield Work(ASSIGN)
    elif event.status == "offline":
        yield Work(TAKE_BACK, {"agent_id": event.agent_id})


def _requeue(event: Event) -> Iterable[Work]:
    if isinstance(event, AgentLeft):
        yield Work(REQUEUE, {"agent_id": event.agent_id}, f"{REQUEUE}:{event.agent_id}")


def _empty(event: Event) -> Iterable[Work]:
    if isinstance(event, DepartmentDeleted):
        department_id = event.department_id
        yield Work(EMPTY, {"department_id": department_id}, f"{EMPTY}:{department_id}")


DURABLE: Mapping[type[Any], Callable[[Event], Iterable[Work]]] = {
    SessionQueued: _assign,
    SessionSnoozed: _assign,
    SessionClosed: _assign,
    AgentStatusChanged: _status_chosen,
    AgentChanged: _assign,
    AgentLeft: _requeue,
    DepartmentChanged: _assign,
    DepartmentDeleted: _empty,
    MessageSent: _message_sent,
}


class AfterCommit:
    """The one table of consequences. Every event is pushed; some also leave work behind."""

    def __init__(
        self,
        realtime: Realtime,
        followers: Followers,
        wakeup: Wakeup,
        recent: RecentMessages,
        ids: Ids,
        clock: Clock,
    ) -> None:
        self._realtime = realtime
        self._followers = followers
        self._recent = recent
        self._wakeup = wakeup
        self._ids = ids
        self._clock = clock

    def rows(self, event: Event) -> list[OutboxEntry]:
        """The outbox rows that belong into the event's own transaction."""
        consequences = DURABLE.get(type(event))
        if consequences is None:
            return []
        works = list(consequences(event))
        if not works:
            return []
        now = self._clock.now()
        return [
            OutboxEntry(
                id=self._ids.new(),
                topic=work.topic,
                payload=work.payload,
                dedupe_key=work.dedupe_key,
                created_at=now,
                available_at=now + timedelta(seconds=work.delay_seconds),
            )
            for work in works
        ]

    def wake(self) -> None:
        """Tell a worker that there is work; neither blocks nor raises."""
        self._wakeup.nudge()

    def follow_all(self, events: Iterable[Event]) -> None:
        """Push what happened in one transaction, to nobody who may not know of it since then."""
        left = [one for one in events if isinstance(one, SessionLeftDepartment | SessionLeftAgent)]
        if left:
            self._followers.sift({one.session.id: one.session for one in left}.values())
        for event in events:
            self.follow(event)

    def follow(self, event: Event) -> None:
        """Push what happened; neither blocks nor raises."""
        if isinstance(event, MessageSent):
            self._recent.remember(event.session, event.message)
        elif isinstance(event, MessageUpdated):
            self._recent.forget(event.session.id)
        self._realtime.publish(event)
