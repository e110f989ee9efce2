"""`/agent`: the dashboard, and clients that act for an agent."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

from marshmallow import Schema

from chat_app.delivery.auth import cookie_token
from chat_app.delivery.origins import Origins, origin_of
from chat_app.delivery.realtime.namespace import ChatNamespace, Handler, Payload, token_in
from chat_app.delivery.realtime.plain import PlainRooms
from chat_app.delivery.realtime.rooms import (
    AGENTS,
    INBOX_OF_ALL,
    agent_room,
    inbox_room,
    session_in,
    session_room,
)
from chat_app.delivery.schemas import event as events
from chat_app.delivery.schemas.agent import dump_agent
from chat_app.delivery.schemas.session import dump_session, dump_viewers
from chat_app.domain.actor import Actor
from chat_app.domain.errors import Forbidden, NotFound, Unauthorized
from chat_app.domain.ports import Ids
from chat_app.domain.session import Belonging
from chat_app.use_cases.access import may_see
from chat_app.use_cases.services import Services
from chat_app.use_cases.transferring import Transfer


class AgentNamespace(ChatNamespace):
    """A token in `auth`, or the dashboard's cookie together with an allowed Origin."""

    def __init__(self, services: Services, ids: Ids, plain: PlainRooms, origins: Origins) -> None:
        self._origins = origins
        super().__init__(AGENTS, services, ids, plain)

    def own_handlers(self) -> Mapping[str, tuple[Schema, Handler]]:
        """What agents may ask besides."""
        return {
            "watch_inbox": (events.WatchInboxSchema(), self.on_watch_inbox),
            "accept_session": (events.AcceptSessionSchema(), self.on_accept_session),
            "transfer_session": (events.TransferSessionSchema(), self.on_transfer_session),
            "snooze_session": (events.SnoozeSessionSchema(), self.on_snooze_session),
            "set_status": (events.SetStatusSchema(), self.on_set_status),
        }

    def identify(self, environ: dict[str, Any], auth: object) -> Actor:
        """The agent behind the token."""
        origin, token = origin_of(environ), token_in(auth)
        if origin is not None and not self._origins.may_be_dashboard(origin):
            raise Forbidden("Agents may not connect from there")
        if token is None:
            token = cookie_token(environ) if origin is not None else None
        if token is None:
            raise Unauthorized
        return self._services.authentication.agent_by_token(token)

    def on_join_session(self, actor: Actor, data: Payload) -> Payload:
        """Follow a session, and see who else does.

        If it went out of sight, or the agent's rights changed, in between, it is asked for again.
        """
        session_id, followed = data["session_id"], self._follows(actor, data["session_id"])
        try:
            ack = super().on_join_session(actor, data)
        except NotFound:
            if followed:
                self._stop_following(actor, session_id)
            raise
        viewers = self._services.viewing.begin(actor, session_id)
        present = self.actors.get(actor.sid or "")
        if present is actor and self._follows(actor, session_id):
            return ack | {"viewers": dump_viewers(viewers)}
        self._stop_following(actor, session_id)
        if present is None:
            raise Unauthorized
        return self.on_join_session(present, data)

    def on_leave_session(self, actor: Actor, data: Payload) -> Payload:
        """Stop following a session; the others see that."""
        if self._follows(actor, data["session_id"]):
            self._stop_following(actor, data["session_id"])
        return {}

    def _follows(self, actor: Actor, session_id: str) -> bool:
        return session_room(session_id) in self.rooms(actor.sid or "")

    def _stop_following(self, actor: Actor, session_id: str) -> None:
        self.leave_room(actor.sid or "", session_room(session_id))
        self._services.viewing.end(actor, [session_id])

    def sift(self, moved: Mapping[str, Belonging | None]) -> None:
        """Whoever may not see these sessions, whose they are now, follows them no longer.

        It is told so at once, and of them nothing after that. Never waits for anybody.
        """
        for session_id, belonging in moved.items():
            for sid in self.members(session_room(session_id)):
                actor = self.actors.get(sid)
                if actor is None or belonging is None or not may_see(actor, belonging):
                    self._part(sid, actor, session_id)

    def _part(self, sid: str, actor: Actor | None, session_id: str) -> None:
        self.leave_room(sid, session_room(session_id))
        self.tell(sid, "session_left", {"session_id": session_id})
        if actor is not None:
            self.server.start_background_task(self._looks_no_longer, actor, session_id)

    def _looks_no_longer(self, actor: Actor, session_id: str) -> None:
        if not self._follows(actor, session_id):
            self._services.viewing.end(actor, [session_id])

    def following(self) -> dict[str, list[Actor]]:
        """Who of this process follows which sessions, once for each socket."""
        found: dict[str, list[Actor]] = {}
        for sid, actor in list(self.actors.items()):
            for session_id in self._followed(sid):
                found.setdefault(session_id, []).append(actor)
        return found

    def followed(self) -> list[str]:
        """The sessions that are followed by agents who may not see every session."""
        found = self.following().items()
        return [one for one, actors in found if not all(actor.oversees for actor in actors)]

    def _gone(self, actor: Actor, sid: str, *, cleanly: bool) -> Payload:
        self._services.viewing.end(actor, self._followed(sid))
        return super()._gone(actor, sid, cleanly=cleanly)

    def _followed(self, sid: str) -> set[str]:
        return {session_in(room) or "" for room in self.rooms(sid)} - {""}

    def on_watch_inbox(self, actor: Actor, _: Payload) -> Payload:
        """Hear of sessions from now on, and how many there are."""
        for room in self._inboxes(actor):
            self.enter_room(actor.sid or "", room)
        return {"counts": asdict(self._services.sessions.counts(actor))}

    def on_accept_session(self, actor: Actor, data: Payload) -> Payload:
        """Take a session."""
        view = self._services.sessions.accept(
            actor, data["session_id"], data["assign_epoch"], force=data["force"]
        )
        return {"session": dump_session(view, actor)}

    def on_transfer_session(self, actor: Actor, data: Payload) -> Payload:
        """Pass a session on to an agent or a department."""
        session_id, assign_epoch = data.pop("session_id"), data.pop("assign_epoch")
        view = self._services.transferring.transfer(
            actor, session_id, assign_epoch, Transfer(**data)
        )
        return {"session": dump_session(view, actor)}

    def on_snooze_session(self, actor: Actor, data: Payload) -> Payload:
        """Put a session aside."""
        return {"session": dump_session(self._services.snoozing.snooze(actor, **data), actor)}

    def on_set_status(self, actor: Actor, data: Payload) -> Payload:
        """Be online, away or offline."""
        return {"agent": dump_agent(self._services.agents.set_status(actor, data["status"]))}

    def recheck(self, valid: Mapping[str, Actor]) -> Iterable[str]:
        """Take over present rights (by token hash); yield the sids whose sign-in has ended."""
        for sid, actor in list(self.actors.items()):
            present = valid.get(actor.token_id or "")
            if present is None:
                yield sid
            elif (present.role, present.department_ids) != (actor.role, actor.department_ids):
                self.actors[sid] = replace(present, sid=sid)
                self._move_inboxes(sid, actor, present)
                self.emit("rights_changed", {}, room=agent_room(present.id))

    def _move_inboxes(self, sid: str, before: Actor, after: Actor) -> None:
        watched = agent_room(before.id) in self.rooms(sid)
        for room in self._inboxes(before):
            self.leave_room(sid, room)
        for room in self._inboxes(after) if watched else ():
            self.enter_room(sid, room)

    @staticmethod
    def _inboxes(actor: Actor) -> list[str]:
        own = [agent_room(actor.id)]
        if actor.oversees:
            return [*own, INBOX_OF_ALL]
        return [*own, inbox_room(None), *map(inbox_room, sorted(actor.department_ids))]
