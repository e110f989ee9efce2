"""Repository of assignments."""

from sqlalchemy import select
from sqlalchemy.orm import Session as OrmSession

from chat_app.domain.routing import Assignment
from chat_app.infrastructure.db import tables


class SqlAssignments:
    """Who has which session."""

    def __init__(self, session: OrmSession) -> None:
        self._session = session

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
