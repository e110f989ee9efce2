"""The hours of sites and departments as admins keep them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chat_app.domain.actor import Actor
from chat_app.domain.business_hours import Interval, Schedule
from chat_app.domain.errors import NotFound, Validation
from chat_app.domain.ports import Clock, Ids
from chat_app.domain.repositories import Cursor, UnitOfWork, UnitOfWorkFactory
from chat_app.use_cases.access import named_department, require_admin, require_agent
from chat_app.use_cases.paging import Page, page_of

_PLAIN = ("time_zone", "enabled", "intervals")


@dataclass(frozen=True)
class NewSchedule:
    """What an admin says of new hours; they belong to a site or to a department for good."""

    time_zone: str
    intervals: Sequence[Interval]
    site_id: str | None = None
    department_id: str | None = None
    enabled: bool = True


class BusinessHours:
    """Every agent may read; changing is for admins. Raises NotFound, Forbidden or Validation."""

    def __init__(self, uow: UnitOfWorkFactory, ids: Ids, clock: Clock) -> None:
        self._uow = uow
        self._ids = ids
        self._clock = clock

    def list(self, actor: Actor, cursor: Cursor | None = None, limit: int = 25) -> Page[Schedule]:
        """All schedules, in the order of their making."""
        require_agent(actor)
        with self._uow.reading() as uow:
            return page_of(uow.business_hours.page(cursor, limit + 1), limit)

    def read(self, actor: Actor, schedule_id: str) -> Schedule:
        """One schedule."""
        require_agent(actor)
        with self._uow.reading() as uow:
            return _known(uow.business_hours.get(schedule_id))

    def create(self, actor: Actor, new: NewSchedule) -> Schedule:
        """Give a site or a department its hours."""
        require_admin(actor)
        schedule = Schedule(
            id=self._ids.new(),
            time_zone=new.time_zone,
            created_at=self._clock.now(),
            intervals=[*new.intervals],
            site_id=new.site_id,
            department_id=new.department_id,
            enabled=new.enabled,
        )
        with self._uow() as uow:
            owner = _lock_owner(uow, new)
            if uow.business_hours.of(new.site_id, new.department_id):
                raise Validation.of(owner, "has business hours already")
            uow.business_hours.add(schedule)
            uow.commit()
        return schedule

    def change(self, actor: Actor, schedule_id: str, changes: Mapping[str, Any]) -> Schedule:
        """Change what `changes` names: the time zone, the intervals, whether they count."""
        require_admin(actor)
        with self._uow() as uow:
            schedule = _known(uow.business_hours.locked(schedule_id))
            for name in _PLAIN:
                if name in changes:
                    setattr(schedule, name, changes[name])
            uow.commit()
        return schedule

    def delete(self, actor: Actor, schedule_id: str) -> None:
        """Forget the hours: the department's visitors find its site's, the site's are welcome."""
        require_admin(actor)
        with self._uow() as uow:
            uow.business_hours.remove(_known(uow.business_hours.locked(schedule_id)))
            uow.commit()


def _known(schedule: Schedule | None) -> Schedule:
    if schedule is None:
        raise NotFound("There are no such business hours")
    return schedule


def _lock_owner(uow: UnitOfWork, new: NewSchedule) -> str:
    """The name of the field that says whose hours they are.

    The owner is neither deleted nor given other hours meanwhile.
    """
    if (new.site_id is None) == (new.department_id is None):
        text = "exactly one of site_id and department_id is needed"
        raise Validation(text, errors={"site_id": [text], "department_id": [text]})
    if new.department_id is not None:
        named_department(uow, new.department_id)
        return "department_id"
    if new.site_id not in uow.sites.locked():
        raise Validation.of("site_id", "there is no such site")
    return "site_id"
