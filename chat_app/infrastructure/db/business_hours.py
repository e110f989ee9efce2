"""Repository of business hours."""

from collections.abc import Sequence

from sqlalchemy import BindParameter, bindparam, delete, or_, select
from sqlalchemy.orm import Session as OrmSession

from chat_app.domain.business_hours import Schedule
from chat_app.domain.repositories import Cursor
from chat_app.infrastructure.db import tables
from chat_app.infrastructure.db.paging import after

_H = tables.business_hours.c
_IDS: BindParameter[str] = bindparam("ids", expanding=True)
_OF_ALL = select(Schedule).where(or_(_H.site_id.in_(_IDS), _H.department_id.in_(_IDS)))


class SqlSchedules:
    """Schedules of sites and departments."""

    def __init__(self, session: OrmSession) -> None:
        self._session = session

    def add(self, schedule: Schedule) -> None:
        """Store it."""
        self._session.add(schedule)
        self._session.flush()

    def get(self, schedule_id: str) -> Schedule | None:
        """By id."""
        return self._session.get(Schedule, schedule_id)

    def locked(self, schedule_id: str) -> Schedule | None:
        """By id, with its row locked."""
        query = select(Schedule).where(_H.id == schedule_id).with_for_update()
        return self._session.scalar(query, execution_options={"populate_existing": True})

    def of(self, *owner_ids: str | None) -> Sequence[Schedule]:
        """Those of sites and departments; None owns nothing."""
        wanted = [one for one in owner_ids if one is not None]
        return list(self._session.scalars(_OF_ALL, {"ids": wanted}))

    def page(self, cursor: Cursor | None, limit: int) -> Sequence[Schedule]:
        """In the order of their making."""
        query = after(select(Schedule), tables.business_hours, cursor, limit)
        return list(self._session.scalars(query))

    def remove(self, schedule: Schedule) -> None:
        """Forget it."""
        self._session.delete(schedule)

    def remove_of(self, owner_id: str) -> None:
        """Forget the hours of a deleted site or department."""
        owned = or_(_H.site_id == owner_id, _H.department_id == owner_id)
        self._session.execute(delete(tables.business_hours).where(owned))
