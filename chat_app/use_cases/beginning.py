"""Conversations begin: for all who came at the same moment by the same few statements."""

from collections.abc import Sequence
from dataclasses import dataclass

from chat_app.domain.actor import Actor
from chat_app.domain.errors import Validation
from chat_app.domain.events import Event, MessageSent, SessionQueued, SessionView
from chat_app.domain.message import Draft
from chat_app.domain.ports import Clock, Ids, Tokens
from chat_app.domain.repositories import UnitOfWork
from chat_app.domain.session import Session
from chat_app.domain.visitor import Visitor, VisitorToken
from chat_app.use_cases.arriving import Arrival, client_key
from chat_app.use_cases.bots import Bots
from chat_app.use_cases.left_messages import LeftMessages
from chat_app.use_cases.posting import Known, Posting
from chat_app.use_cases.views import Views


@dataclass(frozen=True)
class Opened:
    """The session; `token` is given once, to a device that came without one."""

    view: SessionView
    visitor: Visitor
    token: str | None
    created: bool


class Beginning:
    """Gives those who arrived their sessions, with all that a new one says first."""

    def __init__(
        self,
        posting: Posting,
        views: Views,
        left_messages: LeftMessages,
        bots: Bots,
        tokens: Tokens,
        ids: Ids,
        clock: Clock,
    ) -> None:
        self._posting = posting
        self._views = views
        self._left_messages = left_messages
        self._bots = bots
        self._tokens = tokens
        self._ids = ids
        self._clock = clock

    def refusals(self, uow: UnitOfWork, arrivals: Sequence[Arrival]) -> list[Validation | None]:
        """Why some get no new session, found out before anything of it is stored."""
        wanted = {one.request.department_id for one in arrivals if one.session is None}
        found = uow.departments.among(key for key in wanted if key is not None)
        existing = {key for key, one in found.items() if one.deleted_at is None}
        return [self._refusal(one, existing) for one in arrivals]

    def begin(
        self, uow: UnitOfWork, arrivals: Sequence[Arrival], *, with_token: bool
    ) -> Sequence[Opened]:
        """Commit the sessions of all these, and return them in the same order.

        A device that came without a token gets one.
        """
        sessions = [one.session or self._new(uow, one) for one in arrivals]
        pairs = list(zip(arrivals, sessions, strict=True))
        events = [event for pair in pairs for event in self._said(uow, *pair)]
        new = [session for one, session in pairs if one.session is None]
        waiting = [session for session in new if session.status == "queued"]
        events += self._left_messages.ask_if_needed(uow, waiting)
        tokens = [self._device(uow, one.visitor) if with_token else None for one in arrivals]
        uow.flush()
        views = self._views.of(uow, sessions)
        waits = {one.id for one in waiting}
        queued = [SessionQueued(view) for view in views if view.session.id in waits]
        uow.commit(*queued, *events)
        return [
            Opened(view, one.visitor, token, created=one.session is None)
            for one, view, token in zip(arrivals, views, tokens, strict=True)
        ]

    def _refusal(self, arrival: Arrival, departments: set[str]) -> Validation | None:
        if arrival.session is not None:
            return None
        department_id, message = arrival.request.department_id, arrival.request.message
        if department_id is not None and department_id not in departments:
            return Validation.of("department_id", "there is no such department")
        try:
            if message is not None:
                self._posting.check(message)
        except Validation as error:
            return error
        return None

    def _new(self, uow: UnitOfWork, arrival: Arrival) -> Session:
        site, request = arrival.site, arrival.request
        if arrival.stranger:
            uow.visitors.add(arrival.visitor)
        session = Session.open(
            session_id=self._ids.new(),
            site_id=site.id,
            visitor_id=arrival.visitor.id,
            epoch=self._ids.secret()[:16],
            at=self._clock.now(),
            department_id=request.department_id or site.department_id,
            subject=request.subject,
            locale=request.locale or (site.locale if site.locale != "auto" else None),
            page=request.page,
            preferred_agent_id=arrival.preferred_agent_id,
            with_bot=site.bot is not None,
        )
        session.client_session_key = client_key(site, request)
        uow.sessions.add(session)
        return session

    def _said(self, uow: UnitOfWork, arrival: Arrival, session: Session) -> list[Event]:
        """What the bot says first, and then the visitor."""
        events: list[Event] = []
        if arrival.session is None:
            events += self._bots.greet(uow, session, arrival.site)
        if arrival.request.message is not None:
            events += self._say(uow, arrival, session, arrival.request.message)
        return events

    def _say(
        self, uow: UnitOfWork, arrival: Arrival, session: Session, draft: Draft
    ) -> list[Event]:
        actor = Actor(kind="visitor", id=arrival.visitor.id, name=arrival.visitor.name or "")
        if arrival.session is not None:
            uow.sessions.locked(session.id)  # and as it is now
        # Of a stranger nothing can be stored, and nobody has blocked it.
        known = (
            Known({}, set())
            if arrival.stranger
            else self._posting.look_up(uow, [(session.id, actor, draft)])
        )
        result = self._posting.post(uow, session, actor, draft, known)
        if result.duplicate:
            return []
        return [MessageSent(session, result.message, mail_in=result.mail_in)]

    def _device(self, uow: UnitOfWork, visitor: Visitor) -> str:
        token = self._ids.secret()
        uow.visitors.add_token(
            VisitorToken(self._tokens.digest(token), visitor.id, self._clock.now())
        )
        return token
