"""Reading, listing, accepting and closing sessions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from chat_app.domain.actor import SYSTEM, Actor
from chat_app.domain.errors import CapacityReached, Forbidden, NotFound
from chat_app.domain.events import MessageSent, QueueChanged, SessionClosed, SessionView
from chat_app.domain.ports import Clock, Ids
from chat_app.domain.repositories import (
    Counts,
    Cursor,
    SessionFilter,
    UnitOfWork,
    UnitOfWorkFactory,
)
from chat_app.domain.session import Belonging, Session
from chat_app.domain.system_lines import SystemLine
from chat_app.use_cases.access import check_force, check_hands, require_agent, visible_session
from chat_app.use_cases.again import again
from chat_app.use_cases.hands import Hands
from chat_app.use_cases.views import Views

MOST_AT_ONCE = 1_000


@dataclass(frozen=True)
class SessionPage:
    """Some sessions and where the next ones begin."""

    items: Sequence[SessionView]
    next_cursor: Cursor | None


class Sessions:
    """Conversations as a whole. Raises NotFound for those the actor may not see."""

    def __init__(
        self, uow: UnitOfWorkFactory, views: Views, hands: Hands, clock: Clock, ids: Ids
    ) -> None:
        self._uow = uow
        self._views = views
        self._hands = hands
        self._clock = clock
        self._ids = ids

    def read(self, actor: Actor, session_id: str) -> SessionView:
        """One session with what is shown beside it."""
        with self._uow.reading() as uow:
            return self._views.of_one(uow, visible_session(uow, actor, session_id))

    def views(self, session_ids: Sequence[str]) -> Sequence[SessionView]:
        """Sessions for pushes to those who may see them; what is gone is left out."""
        with self._uow.reading() as uow:
            return self._views.of(uow, uow.sessions.visible_among(SYSTEM, session_ids))

    def belongings(self, session_ids: Sequence[str]) -> Mapping[str, Belonging]:
        """Whose sessions are, by id, for whoever keeps watch over their followers."""
        found: dict[str, Belonging] = {}
        with self._uow.reading() as uow:
            for start in range(0, len(session_ids), MOST_AT_ONCE):
                found |= uow.sessions.belongings(session_ids[start : start + MOST_AT_ONCE])
        return found

    def list(
        self,
        actor: Actor,
        wanted: SessionFilter | None = None,
        cursor: Cursor | None = None,
        limit: int = 25,
    ) -> SessionPage:
        """Visitors: own ones, newest first. Agents: what they may see, newest activity first.

        Raises Forbidden for a visitor's search: its answers would tell of notes, tags and agents.
        """
        wanted = wanted or SessionFilter()
        if actor.is_visitor and wanted.tells_agents_things:
            raise Forbidden("Only agents search")
        with self._uow.reading() as uow:
            found = uow.sessions.page_for(actor, wanted, cursor, limit + 1)
            kept = found[:limit]
            views = self._views.of(uow, kept)
        more = len(found) > limit
        last = kept[-1] if kept else None
        return SessionPage(views, _cursor_at(actor, last) if more and last else None)

    def counts(self, actor: Actor) -> Counts:
        """The inbox in numbers, of what the agent may see."""
        with self._uow.reading() as uow:
            return uow.sessions.counts_for(require_agent(actor))

    def accept(
        self, actor: Actor, session_id: str, assign_epoch: int, *, force: bool = False
    ) -> SessionView:
        """Take a session; a supervisor may do so with `force` when full, or from another.

        Raises SessionClosed, StaleAssignment, AlreadyAssigned or CapacityReached.
        """
        return again(lambda: self._accept(actor, session_id, assign_epoch, force=force))

    def _accept(
        self, actor: Actor, session_id: str, assign_epoch: int, *, force: bool
    ) -> SessionView:
        with self._uow() as uow:
            session = visible_session(uow, actor, session_id, lock=True)
            require_agent(actor)
            check_force(actor, force=force)
            session.check_epoch(assign_epoch)
            if not force:
                session.check_acceptable(actor.id)
            if session.agent_id == actor.id and session.status == "active":
                return self._views.of_one(uow, session)
            agent = uow.agents.locked(actor.id)
            if agent is None:
                raise NotFound("There is no such agent")
            agent.absent_since = None  # whoever takes a session is there
            left_queue = _left_queue(session)
            given = self._hands.give(uow, session, agent, "accept", force=force)
            if given is None:
                raise CapacityReached
            uow.commit(*given.events, *left_queue)
            return given.view

    def close(
        self,
        actor: Actor,
        session_id: str,
        reason: str | None = None,
        assign_epoch: int | None = None,
    ) -> SessionView:
        """End a conversation; ending a closed one changes nothing.

        Agents name the `assign_epoch` of the copy they acted on. Raises Validation without it,
        StaleAssignment, or AlreadyAssigned when another agent has the session.
        """
        return again(lambda: self._close(actor, session_id, reason, assign_epoch))

    def _close(
        self, actor: Actor, session_id: str, reason: str | None, assign_epoch: int | None
    ) -> SessionView:
        with self._uow() as uow:
            session = visible_session(uow, actor, session_id, lock=True)
            if session.is_closed:
                return self._views.of_one(uow, session)
            if actor.is_agent:
                check_hands(actor, session, assign_epoch)
            line: SystemLine = "closed_by_agent" if actor.is_agent else "closed_by_visitor"
            return self._end(uow, session, line, actor.name, reason)

    def renew_epochs(self) -> int:
        """After a backup was restored: clients drop their copies and read again."""
        with self._uow() as uow:
            renewed = uow.sessions.renew_epochs(self._ids.secret()[:16])
            uow.commit()
            return renewed

    def close_idle(self, session_id: str, since: datetime) -> bool:
        """End a conversation that nobody has touched since then; False if somebody has."""
        with self._uow() as uow:
            session = uow.sessions.locked(session_id)
            if session is None or session.is_closed or session.updated_at >= since:
                return False
            self._end(uow, session, "closed_idle", "", "idle")
            return True

    def _end(
        self, uow: UnitOfWork, session: Session, line: SystemLine, name: str, reason: str | None
    ) -> SessionView:
        message = self._hands.announce(uow, session, line, name)
        left_queue = _left_queue(session)
        session.close(reason, self._clock.now())
        self._hands.release(uow, session)
        uow.flush()
        view = self._views.of_one(uow, session)
        uow.commit(MessageSent(session, message), SessionClosed(view), *left_queue)
        return view


def _left_queue(session: Session) -> list[QueueChanged]:
    """What others who wait will see, once this session waits no longer."""
    return [QueueChanged(session.department_id)] if session.status == "queued" else []


def _cursor_at(actor: Actor, session: Session) -> Cursor:
    return Cursor(session.created_at if actor.is_visitor else session.updated_at, session.id)
