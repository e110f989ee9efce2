"""Where visitors are: whether a socket is open, and on which page of the site."""

from collections.abc import Mapping, Sequence

from chat_app.domain.actor import Actor
from chat_app.domain.events import VisitorPresenceChanged
from chat_app.domain.limits import Limits
from chat_app.domain.ports import Blocking, RateLimiter, Realtime, VisitorPresence
from chat_app.domain.repositories import UnitOfWorkFactory
from chat_app.domain.visitor import Page
from chat_app.use_cases.together import Together

MOST_AT_ONCE = 500


class Whereabouts:
    """For display only: it is never asked when anything is decided, and may be lost.

    What changes is told by `announce`, which a process calls every second: a storm of visitors
    coming back costs one query a second, and a socket that opens or closes none. Those that open,
    or close, at the same moment are kept by one command.
    """

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        presence: VisitorPresence,
        realtime: Realtime,
        limiter: RateLimiter,
        limits: Limits,
        blocking: Blocking,
    ) -> None:
        self._uow = uow
        self._presence = presence
        self._realtime = realtime
        self._limiter = limiter
        self._limits = limits
        self._changed: set[str] = set()
        self._coming = Together(self._all_came, blocking, most=MOST_AT_ONCE)
        self._leaving = Together(self._all_left, blocking, most=MOST_AT_ONCE)

    def came(self, visitor_id: str, sid: str) -> None:
        """A socket opened."""
        self._coming.serve((sid, visitor_id))

    def alive(self, sockets: Mapping[str, str]) -> None:
        """The heartbeat of a process: these sockets (sid → visitor id) are still open."""
        self._presence.alive(sockets)

    def left(self, visitor_id: str, sid: str) -> None:
        """A socket is gone; a reload of the page brings the next one before anybody is told."""
        self._leaving.serve((sid, visitor_id))

    def view_page(self, actor: Actor, page: Page) -> None:
        """The visitor looks at this page from now on. Raises RateLimited."""
        most = self._limits.page_views_per_minute
        self._limiter.hit("pages", actor.id, most=most, seconds=60)
        if self._presence.looks_at(actor.id, page):
            self._changed.add(actor.id)

    def _all_came(self, sockets: Sequence[tuple[str, str]]) -> None:
        self._changed |= self._presence.came(dict(sockets))

    def _all_left(self, sockets: Sequence[tuple[str, str]]) -> None:
        self._presence.left(dict(sockets))

    def announce(self) -> None:
        """Tell the agents of open sessions which visitors came, went, or went elsewhere."""
        gone = self._presence.gone()
        self._changed |= gone
        changed = {self._changed.pop() for _ in range(min(len(self._changed), MOST_AT_ONCE))}
        if not changed:
            return
        present = self._presence.present(changed)
        with self._uow.reading() as uow:
            sessions = uow.sessions.open_among(changed)
        for session in sessions:
            visitor_id = session.visitor_id
            if visitor_id in present or visitor_id in gone:
                page = present.get(visitor_id)
                event = VisitorPresenceChanged(session, visitor_id in present, page)
                self._realtime.publish(event)
