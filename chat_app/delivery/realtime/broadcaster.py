"""Event → rooms → push. It decides nothing; it may lose everything."""

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from functools import partial
from typing import Any, Protocol

from chat_app.delivery.realtime.refresh import Refresh
from chat_app.delivery.realtime.rooms import (
    AGENTS,
    INBOX_OF_ALL,
    VISITORS,
    agent_room,
    inbox_room,
    session_room,
)
from chat_app.delivery.schemas.message import dump_for_visitor, dump_message
from chat_app.delivery.schemas.session import dump_session, dump_viewed, dump_viewers
from chat_app.domain.actor import SYSTEM, Actor
from chat_app.domain.events import (
    AgentChanged,
    AgentLeft,
    AgentStatusChanged,
    DepartmentChanged,
    DepartmentDeleted,
    Event,
    MessageSent,
    MessageUpdated,
    QueueChanged,
    QueueMoved,
    ReadMoved,
    SessionAssigned,
    SessionClosed,
    SessionLeftAgent,
    SessionLeftDepartment,
    SessionQueued,
    SessionSnoozed,
    SessionUpdated,
    SessionView,
    TypingChanged,
    ViewersChanged,
    VisitorPresenceChanged,
)
from chat_app.domain.session import Session


class Emitter(Protocol):
    """Puts an event onto the wire of every socket in some rooms, on every process."""

    def emit(
        self,
        event: str,
        data: Any,
        namespace: str,
        room: Any = None,
        skip_sid: str | None = None,
    ) -> Any:
        """Send once to each socket, even if it is in several of the rooms."""
        ...


class Runner(Protocol):
    """Does a job after the caller has been answered."""

    def run(self, job: Callable[[], None]) -> None:
        """Take the job; never blocks, never raises."""
        ...


class Broadcaster:
    """Implements the `Realtime` port."""

    def __init__(
        self,
        emitter: Emitter,
        runner: Runner,
        inbox: Refresh[str, SessionView],
        queues: Refresh[str | None, QueueMoved],
    ) -> None:
        self._emitter = emitter
        self._runner = runner
        self._inbox = inbox
        self._queues = queues
        self.pushed: Callable[[float], None] = _unmeasured
        self._pushes: dict[type[Any], Callable[[Any], None]] = {
            MessageSent: self._message_sent,
            MessageUpdated: self._message_updated,
            SessionQueued: self._session_queued,
            SessionAssigned: self._session_assigned,
            SessionLeftDepartment: self._session_left_department,
            SessionLeftAgent: self._session_left_agent,
            SessionUpdated: self._session_updated,
            SessionSnoozed: self._session_snoozed,
            SessionClosed: self._session_closed,
            QueueChanged: self._queue_changed,
            QueueMoved: self.tell_waiting,
            ReadMoved: self._read_moved,
            TypingChanged: self._typing_changed,
            AgentStatusChanged: self._agent_status_changed,
            AgentChanged: _nobody_is_told,
            AgentLeft: _nobody_is_told,
            DepartmentChanged: _nobody_is_told,
            DepartmentDeleted: _nobody_is_told,
            VisitorPresenceChanged: self._visitor_presence_changed,
            ViewersChanged: self._viewers_changed,
        }

    def publish(self, event: Event) -> None:
        """Push after the caller has been answered."""
        push = self._pushes[type(event)]
        self._runner.run(partial(push, event))

    def tell_inboxes(self, view: SessionView) -> None:
        """Refresh a session's row in every inbox that shows it."""
        self._to(AGENTS, _inboxes(view), "session_updated", _for_agents(view))

    def _to(
        self, namespace: str, rooms: Iterable[str], name: str, data: Any, skip: str | None = None
    ) -> None:
        self._emitter.emit(name, data, namespace=namespace, room=list(rooms), skip_sid=skip)

    def _message_sent(self, event: MessageSent) -> None:
        self._push_message("message_created", event)
        self.pushed(time.time() - event.message.created_at.timestamp())

    def _message_updated(self, event: MessageUpdated) -> None:
        self._push_message("message_updated", event)

    def _push_message(self, name: str, event: MessageSent | MessageUpdated) -> None:
        """To each side its own copy, in its own numbers; a note goes to agents only."""
        session, message = event.session, event.message
        room = [session_room(session.id)]
        seen = dump_message(message, session, SYSTEM)
        for_agents = {"message": seen, "revision": message.revision}
        self._to(AGENTS, room, name, for_agents, event.origin)
        if not message.is_note:
            for_visitor = {
                "message": dump_for_visitor(message, seen),
                "revision": message.visitor_revision,
            }
            self._to(VISITORS, room, name, for_visitor, event.origin)
        self._inbox.changed(session.id)

    def _session_queued(self, event: SessionQueued) -> None:
        self._to(AGENTS, _inboxes(event.view), "session_queued", _for_agents(event.view))

    def _session_assigned(self, event: SessionAssigned) -> None:
        view, reason = event.view, {"reason": event.reason}
        self._to(
            AGENTS,
            [session_room(view.session.id), *_inboxes(view)],
            "session_assigned",
            _for_agents(view) | reason,
        )
        self._to_visitor(view, "session_assigned", reason)

    def _session_left_department(self, event: SessionLeftDepartment) -> None:
        self._left(event.session.id, inbox_room(event.department_id))

    def _session_left_agent(self, event: SessionLeftAgent) -> None:
        self._left(event.session.id, agent_room(event.agent_id))

    def _left(self, session_id: str, room: str) -> None:
        """Nothing is said of the session: who hears of it here may not see it any longer."""
        self._to(AGENTS, [room], "session_left", {"session_id": session_id})

    def _session_updated(self, event: SessionUpdated) -> None:
        self._to(
            AGENTS,
            [session_room(event.view.session.id)],
            "session_updated",
            _for_agents(event.view),
        )
        self._to_visitor(event.view, "session_updated", {})
        self._inbox.changed(event.view.session.id)

    def _session_snoozed(self, event: SessionSnoozed) -> None:
        view = event.view
        rooms = [session_room(view.session.id), *_inboxes(view)]
        self._to(AGENTS, rooms, "session_updated", _for_agents(view))

    def _queue_changed(self, event: QueueChanged) -> None:
        self._queues.changed(event.department_id)

    def tell_waiting(self, event: QueueMoved) -> None:
        """Tell a waiting visitor where it stands."""
        room = [session_room(event.session_id)]
        self._to(VISITORS, room, "queue_updated", asdict(event))

    def _session_closed(self, event: SessionClosed) -> None:
        view = event.view
        self._to(
            AGENTS,
            [session_room(view.session.id), *_inboxes(view)],
            "session_closed",
            _for_agents(view),
        )
        self._to_visitor(view, "session_closed", {})

    def _to_visitor(self, view: SessionView, name: str, more: dict[str, Any]) -> None:
        visitor = Actor(kind="visitor", id=view.session.visitor_id)
        data = {"session": dump_session(view, visitor)} | more
        self._to(VISITORS, [session_room(view.session.id)], name, data)

    def _read_moved(self, event: ReadMoved) -> None:
        session, reader = event.session, event.reader
        visitors = reader == "visitor"
        room = [session_room(session.id)]
        marks = {"session_id": session.id, "reader": reader}
        in_agents = marks | {
            "delivered_seq": session.visitor_delivered_seq
            if visitors
            else session.agent_delivered_seq,
            "read_seq": session.visitor_read_seq if visitors else session.agent_read_seq,
        }
        in_visitors = marks | {
            "delivered_seq": session.visitor_delivered_visitor_seq
            if visitors
            else session.agent_delivered_visitor_seq,
            "read_seq": session.visitor_read_visitor_seq
            if visitors
            else session.agent_read_visitor_seq,
        }
        self._to(AGENTS, room, "read_updated", in_agents, event.origin)
        self._to(VISITORS, room, "read_updated", in_visitors, event.origin)
        if not visitors:
            self._inbox.changed(session.id)

    def _typing_changed(self, event: TypingChanged) -> None:
        room = [session_room(event.session_id)]
        sender = {"kind": event.sender_kind, "id": event.sender_id, "name": event.sender_name}
        data = {"session_id": event.session_id, "sender": sender, "typing": event.typing}
        self._to(VISITORS, room, "typing_changed", data, event.origin)
        if event.preview is not None:
            data = data | {"preview": event.preview}
        self._to(AGENTS, room, "typing_changed", data, event.origin)

    def _agent_status_changed(self, event: AgentStatusChanged) -> None:
        served = (None, *event.department_ids)
        for department_id in served:
            self._queues.changed(department_id)  # the wait depends on how many serve
        rooms = [inbox_room(one) for one in served]
        self._to(
            AGENTS,
            [INBOX_OF_ALL, agent_room(event.agent_id), *rooms],
            "agent_status_changed",
            {"agent_id": event.agent_id, "status": event.status},
        )

    def _visitor_presence_changed(self, event: VisitorPresenceChanged) -> None:
        session = event.session
        data: dict[str, Any] = {"visitor_id": session.visitor_id, "online": event.online}
        if event.page is not None:
            data["page"] = dump_viewed(event.page)
        rooms = [session_room(session.id), *_inboxes_with(session)]
        self._to(AGENTS, rooms, "visitor_presence_changed", data)

    def _viewers_changed(self, event: ViewersChanged) -> None:
        data = {"session_id": event.session_id, "viewers": dump_viewers(event.viewers)}
        self._to(AGENTS, [session_room(event.session_id)], "viewers_changed", data)


def _unmeasured(_: float) -> None:
    """Nobody measures."""


def _nobody_is_told(_: Event) -> None:
    """What browsers need of it comes in events of its own, a session or a status at a time."""


def _for_agents(view: SessionView) -> dict[str, Any]:
    return {"session": dump_session(view, SYSTEM)}


def _inboxes(view: SessionView) -> list[str]:
    """Everybody whose inbox shows the session."""
    return _inboxes_with(view.session)


def _inboxes_with(session: Session) -> list[str]:
    rooms = [INBOX_OF_ALL, inbox_room(session.department_id)]
    return [*rooms, agent_room(session.agent_id)] if session.agent_id else rooms
