"""Who wants a conversation, and whether one is there already."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from chat_app.domain.actor import Actor
from chat_app.domain.errors import Blocked, NotFound, Unauthorized, Validation
from chat_app.domain.message import Draft
from chat_app.domain.ports import Clock, Ids, Tokens
from chat_app.domain.repositories import UnitOfWork
from chat_app.domain.searching import SearchText, name_of
from chat_app.domain.session import Session
from chat_app.domain.site import Site
from chat_app.domain.visitor import Visitor, merged

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
class Arrival:
    """A visitor who wants a session: a stranger gets a new one, others perhaps had one before."""

    request: OpenRequest
    site: Site
    visitor: Visitor
    stranger: bool
    session: Session | None = None
    preferred_agent_id: str | None = None


class Arriving:
    """Finds out who a visitor is. Raises NotFound (site), Validation, Unauthorized, Blocked."""

    def __init__(self, tokens: Tokens, ids: Ids, clock: Clock) -> None:
        self._tokens = tokens
        self._ids = ids
        self._clock = clock

    def stranger(self, site: Site, request: OpenRequest) -> Arrival:
        """Somebody whom nobody can know: no session is open, and no agent had one."""
        return Arrival(request, site, self._stranger(site, request), stranger=True)

    def arrive(self, uow: UnitOfWork, caller: Actor | None, request: OpenRequest) -> Arrival:
        """Whoever it is, with what is stored of a new one and of what is known better now."""
        site = self.site(uow, caller, request)
        repeated = self._repeated(uow, site, caller, request)
        known_id = caller.id if caller else repeated.visitor_id if repeated else None
        if known_id is not None:
            visitor = _known(uow, known_id, request)
        elif request.identity_token is not None:
            visitor = self._identified(uow, site, request)
        else:
            return self.stranger(site, request)
        if visitor.blocked:
            raise Blocked
        session = repeated or uow.sessions.open_of(site.id, visitor.id)
        agent_id = None if session else uow.sessions.last_agent_of(visitor.id)
        return Arrival(request, site, visitor, False, session, agent_id)

    def site(self, uow: UnitOfWork, caller: Actor | None, request: OpenRequest) -> Site:
        """The website from which it comes."""
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
        key = client_key(site, request)
        session = uow.sessions.by_client_key(key) if key else None
        if session is None:
            return None
        if caller is not None and session.visitor_id != caller.id:
            raise Validation.of("client_session_id", "belongs to another visitor")
        if self._clock.now() - session.created_at < CLIENT_SESSION_LIFETIME:
            return session
        session.client_session_key = None
        return None

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


def client_key(site: Site, request: OpenRequest) -> str | None:
    """How the session is found again by the client that asked for it, at this site."""
    return f"{site.id}:{request.client_session_id}" if request.client_session_id else None


def _known(uow: UnitOfWork, visitor_id: str, request: OpenRequest) -> Visitor:
    visitor = uow.visitors.get(visitor_id)
    if visitor is None:
        raise Unauthorized
    before = name_of(visitor)
    _label(visitor, request)
    _tell_search(uow, before, visitor)
    return visitor


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
        uow.search.change(now)
