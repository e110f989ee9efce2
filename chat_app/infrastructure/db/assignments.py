"""Repository of assignments."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session as OrmSession

from chat_app.domain.routing import Assignment
from chat_app.infrastructure.db import tables
from chat_app.infrastructure.db.now import DatabaseClock


class SqlAssignments:
    """Who has which session."""

    def __init__(self, session: OrmSession, clock: DatabaseClock) -> None:
        self._session = session
        self._clock = clock

    def add(self, assignment: Assignment) -> None:
        """Store it; the flush raises Duplicate when the slot or the session is taken."""
        self._session.add(assignment)
        self._session.flush()

    def open_of_session(self, session_id: str) -> Assignment | None:
        """The assignment in force."""
        query = select(Assignment).where(tables.assignment.c.open_session == session_id)
        return self._session.scalar(query)

    def taken_slots(self, agent_id: str) -> set[str]:
        """The slots of the agent that are in use."""
        slots = tables.assignment.c.open_slot
        query = select(slots).where(tables.assignment.c.agent_id == agent_id, slots.is_not(None))
        return {slot for slot in self._session.scalars(query) if slot is not None}

    def handling_seconds(
        self, department_id: str | None, since: datetime, limit: int
    ) -> Sequence[float]:
        """How long agents had the department's sessions, of those given back last."""
        done, sessions = tables.assignment.c, tables.chat_session.c
        here = (
            sessions.department_id.is_(None)
            if department_id is None
            else sessions.department_id == department_id
        )
        query = (
            select(done.assigned_at, done.released_at)
            .join(tables.chat_session, sessions.id == done.session_id)
            .where(done.released_at > since, here)
            .order_by(done.released_at.desc())
            .limit(limit)
        )
        rows = self._session.execute(query)
        return [(released - assigned).total_seconds() for assigned, released in rows]

    def to_take_back(self, agent_id: str, answered_seconds: int) -> Sequence[str]:
        """Sessions an absent agent should not keep: unanswered ones at once, others later."""
        held, agents, messages = tables.assignment.c, tables.agent.c, tables.message.c
        sessions = tables.chat_session.c
        answered = exists().where(
            messages.session_id == held.session_id,
            messages.sender_kind == "agent",
            messages.sender_id == agent_id,
            messages.kind != "note",
            messages.created_at >= held.assigned_at,
        )
        long_gone = self._clock.now() - timedelta(seconds=answered_seconds)
        query = (
            select(held.session_id)
            .join(tables.agent, agents.id == held.agent_id)
            .join(tables.chat_session, sessions.id == held.session_id)
            .where(
                sessions.status == "active",
                held.agent_id == agent_id,
                held.open_session.is_not(None),
                agents.absent_since.is_not(None),
                or_(agents.absent_since <= long_gone, ~answered),
            )
        )
        return list(self._session.scalars(query.order_by(held.session_id)))
