"""How a visitor comes to an open session: who it is, and whether one is already there."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from chat_app.domain.actor import Actor
from chat_app.domain.errors import Blocked, Forbidden, NotFound, Unauthorized, Validation
from chat_app.domain.events import Event, MessageSent, SessionQueued, SessionView
from chat_app.domain.limits import Limits
from chat_app.domain.message import Draft
from chat_app.domain.ports import Clock, Ids, RateLimiter, Tokens
from chat_app.domain.repositories import UnitOfWork, UnitOfWorkFactory
from chat_app.domain.searching import SearchText, name_of
from chat_app.domain.session import Session
from chat_app.domain.site import Site
from chat_app.domain.visitor import Visitor, VisitorToken, merged
from chat_app.use_cases.again import again
from chat_app.use_cases.bots import Bots
from chat_app.use_cases.left_messages import LeftMessages
from chat_app.use_cases.posting import Posting
from chat_app.use_cases.sites import DEFAULT_KEY
from chat_app.use_cases.views import Views

CLIENT_SESSION_LIFETIME = timedelta(hours=24)


@dataclass(frozen=True)
class OpenRequest:
    """What a visitor's client sends to begin, or to find, its conversation."""

    site_key: str | None = None
    user_id: str | None = None
    name: str | None = None
    email: str | None = None
    identity_token: str | None = None
    department_id: str | None = None
    subject: str | None = None
    locale: str | None = None
    client_session_id: str | None = None
    page: dict[str, Any] | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    message: Draft | None = None


@dataclass(frozen=True)
class Opened:
    """The session; `token` is given once, to a device that came without one."""

    view: SessionView
    visitor: Visitor
    token: str | None
    created: bool


class Opening:
    """`POST /api/chat/sessions`."""

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        posting: Posting,
        views: Views,
        left_messages: LeftMessages,
        bots: Bots,
        tokens: Tokens,
        ids: Ids,
        clock: Clock,
        limiter: RateLimiter,
        limits: Limits,
    ) -> None:
        self._uow = uow
        self._posting = posting
        self._views = views
        self._left_messages = left_messages
        self._bots = bots
        self._tokens = tokens
        self._ids = ids
        self._clock = clock
        self._limiter = limiter
        self._limits = limits

    def open(self, caller: Actor | None, request: OpenRequest, address: str) -> Opened:
        """Open a session, or give the one that is there already.

        Raises NotFound (site), Validation, Unauthorized (identity, or a token of another site),
        Blocked, RateLimited.
        """
        if caller is not None and not caller.is_visitor:
            raise Forbidden("Only visitors open sessions")
        self._limiter.hit(
            "sessions",
            f"{request.site_key or DEFAULT_KEY}:{address}",
            most=self._limits.sessions_per_minute,
            seconds=60,
        )
        # Somebody may open it at the same moment: then the next look finds it.
        return again(lambda: self._open(caller, request))

    def _open(self, caller: Actor | None, request: OpenRequest) -> Opened:
        with self._uow() as uow:
            site = self._site(uow, caller, request)
            repeated = self._repeated(uow, site, caller, request)
            visitor = self._visitor(uow, site, caller, request, repeated)
            # Nobody knows a stranger: no session is open, and no agent had one.
            known = caller is not None or request.identity_token is not None
            existing = repeated or (uow.sessions.open_of(site.id, visitor.id) if known else None)
            created = existing is None
            agent_id = uow.sessions.last_agent_of(visitor.id) if created and known else None
            session = existing or self._begin(uow, site, visitor, request, agent_id)
            events: list[Event] = self._bots.greet(uow, session, site) if created else []
            if request.message is not None:
                events += self._say(uow, session, visitor, request.message)
            waits = created and session.status == "queued"
            if waits:
                events += self._left_messages.ask_if_needed(uow, session)
            token = None if caller else self._device(uow, visitor)
            uow.flush()
            view = self._views.of_one(uow, session)
            if waits:
                events.insert(0, SessionQueued(view))
            uow.commit(*events)
            return Opened(view, visitor, token, created)

    def _site(self, uow: UnitOfWork, caller: Actor | None, request: OpenRequest) -> Site:
        if request.site_key is not None:
            site = uow.sites.by_key(request.site_key)
        elif caller is not None and caller.site_id is not None:
            site = uow.sites.get(caller.site_id)
        else:
            site = uow.sites.default()
        if site is None or site.deleted_at is not None:
            raise NotFound("There is no such site")
        if caller is not None and caller.site_id != site.id:
            raise Unauthorized("This token belongs to another site")
        return site

    def _repeated(
        self, uow: UnitOfWork, site: Site, caller: Actor | None, request: OpenRequest
    ) -> Session | None:
        """The session that the same client asked for before, at most a day ago."""
        key = _client_key(site, request)
        session = uow.sessions.by_client_key(key) if key else None
        if session is None:
            return None
        if caller is not None and session.visitor_id != caller.id:
            raise Validation.of("client_session_id", "belongs to another visitor")
        if self._clock.now() - session.created_at < CLIENT_SESSION_LIFETIME:
            return uow.sessions.locked(session.id)
        session.client_session_key = None
        uow.flush()
        return None

    def _visitor(
        self,
        uow: UnitOfWork,
        site: Site,
        caller: Actor | None,
        request: OpenRequest,
        repeated: Session | None,
    ) -> Visitor:
        known_id = caller.id if caller else repeated.visitor_id if repeated else None
        if known_id is not None:
            visitor = uow.visitors.get(known_id)
            if visitor is None:
                raise Unauthorized
            before = name_of(visitor)
            _label(visitor, request)
            _tell_search(uow, before, visitor)
        elif request.identity_token is not None:
            visitor = self._identified(uow, site, request)
        else:
            visitor = self._stranger(site, request)
            uow.visitors.add(visitor)
        if visitor.blocked:
            raise Blocked
        return visitor

    def _identified(self, uow: UnitOfWork, site: Site, request: OpenRequest) -> Visitor:
        now = self._clock.now()
        identity = self._tokens.identity(
            request.identity_token or "",
            secret=site.identity_secret or "",
            audience=site.key,
            now=now,
        )
        visitor = uow.visitors.by_external_id(site.id, identity.subject)
        if visitor is None:
            visitor = self._stranger(site, request)
            visitor.external_id = identity.subject
            uow.visitors.add(visitor)
        before = name_of(visitor)
        visitor.user_id = identity.subject
        visitor.name = identity.name or visitor.name
        visitor.email = identity.email or visitor.email
        visitor.attributes = merged(visitor.attributes, identity.attributes)
        visitor.verified = True
        _tell_search(uow, before, visitor)
        return visitor

    def _stranger(self, site: Site, request: OpenRequest) -> Visitor:
        return Visitor(
            id=self._ids.new(),
            site_id=site.id,
            created_at=self._clock.now(),
            user_id=request.user_id,
            name=request.name,
            email=request.email,
            locale=request.locale,
            attributes=dict(request.attributes),
        )

    def _begin(
        self,
        uow: UnitOfWork,
        site: Site,
        visitor: Visitor,
        request: OpenRequest,
        preferred_agent_id: str | None,
    ) -> Session:
        department_id = request.department_id
        if department_id is not None and uow.departments.get(department_id) is None:
            raise Validation.of("department_id", "there is no such department")
        session = Session.open(
            session_id=self._ids.new(),
            site_id=site.id,
            visitor_id=visitor.id,
            epoch=self._ids.secret()[:16],
            at=self._clock.now(),
            department_id=department_id or site.department_id,
            subject=request.subject,
            locale=request.locale or (site.locale if site.locale != "auto" else None),
            page=request.page,
            preferred_agent_id=preferred_agent_id,
            with_bot=site.bot is not None,
        )
        session.client_session_key = _client_key(site, request)
        uow.sessions.add(session)
        uow.flush()
        return session

    def _say(
        self, uow: UnitOfWork, session: Session, visitor: Visitor, draft: Draft
    ) -> list[Event]:
        locked = uow.sessions.locked(session.id)
        if locked is None:
            raise NotFound("There is no such session")
        actor = Actor(kind="visitor", id=visitor.id, name=visitor.name or "")
        known = self._posting.look_up(uow, [(locked.id, actor, draft)])
        result = self._posting.post(uow, locked, actor, draft, known)
        return (
            []
            if result.duplicate
            else [MessageSent(locked, result.message, mail_in=result.mail_in)]
        )

    def _device(self, uow: UnitOfWork, visitor: Visitor) -> str:
        token = self._ids.secret()
        uow.visitors.add_token(
            VisitorToken(self._tokens.digest(token), visitor.id, self._clock.now())
        )
        return token


def _client_key(site: Site, request: OpenRequest) -> str | None:
    return f"{site.id}:{request.client_session_id}" if request.client_session_id else None


def _label(visitor: Visitor, request: OpenRequest) -> None:
    """Take over what a returning visitor says of itself; a proven identity stays as proven."""
    if visitor.verified:
        return
    visitor.user_id = request.user_id or visitor.user_id
    visitor.name = request.name or visitor.name
    visitor.email = request.email or visitor.email
    if request.attributes:
        visitor.attributes = merged(visitor.attributes, request.attributes)


def _tell_search(uow: UnitOfWork, before: SearchText, visitor: Visitor) -> None:
    """A visitor that search may know already has another name or address now."""
    now = name_of(visitor)
    if now != before:
        uow.flush()
        uow.search.change(now)
