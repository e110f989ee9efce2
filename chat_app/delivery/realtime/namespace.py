"""What both namespaces have in common: who is connected, and one answer for every event."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, Final

import socketio
from marshmallow import Schema
from socketio.exceptions import ConnectionRefusedError as Refused

from chat_app.delivery.realtime.acks import UNREADABLE, answer, refused
from chat_app.delivery.realtime.plain import PlainRooms
from chat_app.delivery.realtime.rooms import session_room
from chat_app.delivery.schemas import event as events
from chat_app.delivery.schemas.message import draft_of, dump_message, dump_page
from chat_app.delivery.schemas.session import dump_session
from chat_app.domain.actor import Actor
from chat_app.domain.errors import ChatError, Unauthorized
from chat_app.domain.ports import Ids
from chat_app.use_cases.message_log import Outcome
from chat_app.use_cases.services import Services
from chat_app.use_cases.storing import Sent

Payload = dict[str, Any]
Handler = Callable[[Actor, Payload], Payload]
Answer = Callable[[Payload], None]
SEND: Final = "send_message"
_LONGEST_TOKEN = 256
Answered = Callable[[str, bool, float], None]
"""Is told of an event, whether it was done, and in how many seconds."""


def _unmeasured(_: str, __: bool, ___: float) -> None:
    """Nobody measures."""


class ChatNamespace(socketio.Namespace, ABC):
    """Answers events without a Flask context; the use cases come by constructor."""

    def __init__(self, name: str, services: Services, ids: Ids, plain: PlainRooms) -> None:
        super().__init__(name)
        self._services = services
        self._plain = plain
        self._ids = ids
        self.actors: dict[str, Actor] = {}
        self.answered: Answered = _unmeasured
        self._handlers: dict[str, tuple[Schema, Handler]] = {
            "join_session": (events.JoinSchema(), self.on_join_session),
            "leave_session": (events.LeaveSchema(), self.on_leave_session),
            "send_message": (events.SendSchema(), self.on_send_message),
            "edit_message": (events.EditMessageSchema(), self.on_edit_message),
            "recall_message": (events.RecallSchema(), self.on_recall_message),
            "mark_read": (events.MarkReadSchema(), self.on_mark_read),
            "set_typing": (events.TypingSchema(), self.on_set_typing),
            "sync": (events.SyncSchema(), self.on_sync),
            "close_session": (events.CloseSessionSchema(), self.on_close_session),
            "hand_off": (events.HandOffSessionSchema(), self.on_hand_off),
            **self.own_handlers(),
        }

    def own_handlers(self) -> Mapping[str, tuple[Schema, Handler]]:
        """The events that only this namespace knows."""
        return {}

    @abstractmethod
    def identify(self, environ: dict[str, Any], auth: object) -> Actor:
        """Who connects; raise ChatError."""

    @property
    def session_events(self) -> frozenset[str]:
        """The events that are about one session."""
        return frozenset(
            name for name, (schema, _) in self._handlers.items() if "session_id" in schema.fields
        )

    @property
    def event_names(self) -> frozenset[str]:
        """Every event that is answered with more than `unknown_event`."""
        return frozenset(self._handlers)

    def trigger_event(self, event: object, *args: Any) -> Any:
        """Dispatch; python-socketio sends what is returned as the acknowledgement."""
        if event == "connect":
            return self._connect(*args)
        if event == "disconnect":
            return self._disconnect(*args)
        sid, *payload = args
        if event == UNREADABLE:
            return refused("bad_json", "This is no event that can be read")
        handler = self._handlers.get(event) if isinstance(event, str) else None
        if handler is None:
            return refused("unknown_event", "There is no such event")
        schema, handle = handler
        actor = self.actors.get(sid)
        if actor is None:
            return refused(Unauthorized.code, Unauthorized.title)
        name, begun = str(event), time.perf_counter()
        return self._done(name, begun, lambda: handle(actor, events.load(schema, payload)))

    def begin(self, event: str, sid: str, payload: list[Any], done: Answer) -> None:
        """As `trigger_event`; `done` takes the answer.

        That of a message comes once it is stored, and nobody has waited for it.
        """
        actor = self.actors.get(sid)
        if event != SEND or actor is None:
            done(self.trigger_event(event, sid, *payload))
            return
        begun = time.perf_counter()

        def stored(outcome: Outcome) -> None:
            done(self._done(event, begun, lambda: _dump_sent(outcome(), actor)))

        given = answer(event, lambda: self._send_soon(actor, payload, stored))
        if not given["ok"]:
            self.answered(event, False, time.perf_counter() - begun)
            done(given)

    def _send_soon(
        self, actor: Actor, payload: list[Any], stored: Callable[[Outcome], None]
    ) -> Payload:
        data = events.load(self._handlers[SEND][0], payload)
        draft = draft_of(data, self._ids.new)
        self._services.messages.send_soon(actor, data["session_id"], draft, stored)
        return {}

    def _done(self, event: str, begun: float, handle: Callable[[], Payload]) -> Payload:
        """Make the answer, and measure how long it took."""
        given = answer(event, handle)
        self.answered(event, given["ok"], time.perf_counter() - begun)
        return given

    def _connect(self, sid: str, environ: dict[str, Any], auth: object = None) -> None:
        try:
            self.admit(self.identify(environ, auth), sid)
        except ChatError as error:
            raise Refused(error.detail, {"code": error.code}) from None

    def _disconnect(self, sid: str, reason: object = None) -> None:
        self.dismiss(sid, cleanly=reason == self.server.reason.CLIENT_DISCONNECT)

    def admit(self, actor: Actor, sid: str) -> None:
        """Let a client in; from now on its events are answered. Raises ChatError."""
        self._services.presence.came(actor, sid)
        self.actors[sid] = replace(actor, sid=sid)

    def dismiss(self, sid: str, *, cleanly: bool) -> None:
        """Forget a client that has gone."""
        actor = self.actors.pop(sid, None)
        if actor is not None:
            answer("disconnect", lambda: self._gone(actor, sid, cleanly=cleanly))

    def enter_room(self, sid: str, room: str, namespace: str | None = None) -> None:
        """Follow what is pushed to `room`, whatever kind of socket `sid` is."""
        if sid in self._plain:
            self._plain.enter(self.namespace, sid, room)
        else:
            super().enter_room(sid, room, namespace)

    def leave_room(self, sid: str, room: str, namespace: str | None = None) -> None:
        """Follow it no longer."""
        if sid in self._plain:
            self._plain.leave(self.namespace, sid, room)
        else:
            super().leave_room(sid, room, namespace)

    def rooms(self, sid: str, namespace: str | None = None) -> Collection[str]:
        """The rooms `sid` is in."""
        if sid in self._plain:
            return self._plain.of(sid)
        found: Collection[str] = super().rooms(sid, namespace)
        return found

    def members(self, room: str) -> set[str]:
        """The sids of this process in a room."""
        found = self.server.manager.get_participants(self.namespace, room)
        return {sid for sid, _ in found} | self._plain.members(self.namespace, room)

    def tell(self, sid: str, event: str, data: Payload) -> None:
        """Push to one socket of this process, at once."""
        if sid in self._plain:
            self._plain.tell(sid, event, data)
        else:
            self.server.manager.emit(
                event, data, namespace=self.namespace, room=sid, ignore_queue=True
            )

    def _gone(self, actor: Actor, sid: str, *, cleanly: bool) -> Payload:
        self._services.presence.left(actor, sid, cleanly=cleanly)
        return {}

    def on_join_session(self, actor: Actor, data: Payload) -> Payload:
        """Enter the room first and read then, so that nothing falls between."""
        session_id, sid = data["session_id"], actor.sid or ""
        joining = self._services.joining
        joining.check(actor, session_id)
        self.enter_room(sid, session_room(session_id))
        try:
            joined = joining.join(
                actor, session_id, data["after_seq"], data["after_revision"], data["epoch"]
            )
        except BaseException:
            self.leave_room(sid, session_room(session_id))
            raise
        ack = {"session": dump_session(joined.view, actor), **dump_page(joined.page, actor)}
        if joined.changed is not None:
            session = joined.page.session
            ack["changed"] = [dump_message(one, session, actor) for one in joined.changed]
        return ack

    def on_leave_session(self, actor: Actor, data: Payload) -> Payload:
        """Stop following a session."""
        self.leave_room(actor.sid or "", session_room(data["session_id"]))
        return {}

    def on_send_message(self, actor: Actor, data: Payload) -> Payload:
        """Store a message; the answer leaves after the commit, the push after the answer."""
        draft = draft_of(data, self._ids.new)
        return _dump_sent(self._services.messages.send(actor, data["session_id"], draft), actor)

    def on_edit_message(self, actor: Actor, data: Payload) -> Payload:
        """Say an own message differently."""
        changed = self._services.revising.edit(
            actor, data["session_id"], data["message_id"], data["body"]
        )
        return {"message": dump_message(changed.message, changed.session, actor)}

    def on_recall_message(self, actor: Actor, data: Payload) -> Payload:
        """Take an own message back."""
        changed = self._services.revising.recall(actor, data["session_id"], data["message_id"])
        return {"message": dump_message(changed.message, changed.session, actor)}

    def on_mark_read(self, actor: Actor, data: Payload) -> Payload:
        """Move the read mark up."""
        unread = self._services.messages.mark_read(actor, data["session_id"], data["seq"])
        return {"unread": unread}

    def on_set_typing(self, actor: Actor, data: Payload) -> Payload:
        """Tell the others."""
        self._services.messages.set_typing(
            actor, data["session_id"], typing=data["typing"], preview=data["preview"]
        )
        return {}

    def on_sync(self, actor: Actor, data: Payload) -> Payload:
        """Where sessions stand, from the database."""
        found = self._services.messages.sync(actor, data["sessions"])
        return {
            "sessions": {
                key: {"last_seq": at.last_seq, "revision": at.revision} for key, at in found.items()
            }
        }

    def on_close_session(self, actor: Actor, data: Payload) -> Payload:
        """End the conversation."""
        view = self._services.sessions.close(
            actor, data["session_id"], data["reason"], data["assign_epoch"]
        )
        return {"session": dump_session(view, actor)}

    def on_hand_off(self, actor: Actor, data: Payload) -> Payload:
        """Let a person take over from the bot."""
        view = self._services.handing_off.hand_off(actor, data["session_id"], data["assign_epoch"])
        return {"session": dump_session(view, actor)}


def _dump_sent(sent: Sent, actor: Actor) -> Payload:
    return {
        "message": dump_message(sent.message, sent.session, actor),
        "duplicate": sent.duplicate,
    }


def token_in(auth: object) -> str | None:
    """The token of a CONNECT packet; raise Unauthorized when there is something else."""
    if auth is None or auth == {}:
        return None
    token = auth.get("token") if isinstance(auth, dict) else None
    if not isinstance(token, str) or not 1 <= len(token) <= _LONGEST_TOKEN:
        raise Unauthorized("auth.token is needed")
    return token
