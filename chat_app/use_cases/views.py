"""Puts beside sessions what is shown with them, in a fixed number of queries."""

from collections.abc import Sequence

from chat_app.domain.events import SessionView
from chat_app.domain.ports import VisitorPresence
from chat_app.domain.repositories import UnitOfWork
from chat_app.domain.session import Session, Side


class Views:
    """Builds SessionViews; one batch costs the same number of queries as one session."""

    def __init__(self, presence: VisitorPresence) -> None:
        self._presence = presence

    def of(self, uow: UnitOfWork, sessions: Sequence[Session]) -> list[SessionView]:
        """A view of each session, in the given order."""
        if not sessions:
            return []
        visitors = uow.visitors.among({one.visitor_id for one in sessions})
        agents = uow.agents.among({one.agent_id for one in sessions if one.agent_id})
        departments = uow.departments.among(
            {one.department_id for one in sessions if one.department_id}
        )
        positions = uow.sessions.queue_positions(sessions)
        visitor_unread = uow.messages.unread(sessions, "visitor")
        agent_unread = uow.messages.unread(sessions, "agent")
        online = self._presence.online(visitors)
        return [
            SessionView(
                session=one,
                visitor=visitors[one.visitor_id],
                agent=agents.get(one.agent_id) if one.agent_id else None,
                department=departments.get(one.department_id) if one.department_id else None,
                queue_position=positions.get(one.id),
                visitor_unread=visitor_unread.get(one.id, 0),
                agent_unread=agent_unread.get(one.id, 0),
                visitor_online=one.visitor_id in online,
            )
            for one in sessions
        ]

    def of_one(self, uow: UnitOfWork, session: Session) -> SessionView:
        """A view of one session."""
        return self.of(uow, [session])[0]


def unread_of(uow: UnitOfWork, session: Session, side: Side) -> int:
    """How many messages of the other side `side` has not read."""
    return uow.messages.unread([session], side).get(session.id, 0)
