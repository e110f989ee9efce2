"""Groups of agents as admins keep them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chat_app.domain.actor import Actor
from chat_app.domain.department import Department, Membership, Strategy
from chat_app.domain.errors import NotFound, Validation
from chat_app.domain.events import (
    DepartmentChanged,
    DepartmentDeleted,
    Event,
    SessionLeftDepartment,
    SessionQueued,
    SessionUpdated,
)
from chat_app.domain.ports import Clock, Ids
from chat_app.domain.repositories import Cursor, UnitOfWork, UnitOfWorkFactory
from chat_app.use_cases.access import require_admin, require_agent
from chat_app.use_cases.again import again
from chat_app.use_cases.paging import Page, page_of
from chat_app.use_cases.views import Views

BATCH = 50
_PLAIN = ("strategy", "fallback_department_id", "max_queue", "max_wait_seconds")


@dataclass(frozen=True)
class NewDepartment:
    """What an admin says of a new department."""

    name: str
    strategy: Strategy = "least_busy"
    agent_ids: Sequence[str] = ()
    fallback_department_id: str | None = None
    max_queue: int | None = None
    max_wait_seconds: int | None = None


class Departments:
    """Every agent may read; changing is for admins. Raises NotFound, Forbidden or Validation."""

    def __init__(self, uow: UnitOfWorkFactory, views: Views, ids: Ids, clock: Clock) -> None:
        self._uow = uow
        self._views = views
        self._ids = ids
        self._clock = clock

    def list(self, actor: Actor, cursor: Cursor | None = None, limit: int = 25) -> Page[Membership]:
        """All departments, in the order of their making."""
        require_agent(actor)
        with self._uow.reading() as uow:
            page = page_of(uow.departments.page(cursor, limit + 1), limit)
            members = uow.departments.members([one.id for one in page.items])
        items = [Membership(one, tuple(members[one.id])) for one in page.items]
        return Page(items, page.next_cursor)

    def read(self, actor: Actor, department_id: str) -> Membership:
        """One department."""
        require_agent(actor)
        with self._uow.reading() as uow:
            return _membership(uow, _known(uow.departments.get(department_id)))

    def create(self, actor: Actor, new: NewDepartment) -> Membership:
        """Add a department."""
        require_admin(actor)
        department = Department(
            id=self._ids.new(),
            name=new.name,
            created_at=self._clock.now(),
            strategy=new.strategy,
            fallback_department_id=new.fallback_department_id,
            max_queue=new.max_queue,
            max_wait_seconds=new.max_wait_seconds,
        )
        with self._uow() as uow:
            _check_name(uow, department.id, new.name)
            _check_fallback(uow, department.id, new.fallback_department_id)
            _check_agents(uow, new.agent_ids)
            uow.departments.add(department)
            uow.departments.set_members(department.id, new.agent_ids)
            uow.commit(DepartmentChanged(department.id))
            return _membership(uow, department)

    def change(self, actor: Actor, department_id: str, changes: Mapping[str, Any]) -> Membership:
        """Change what `changes` names: fields of NewDepartment with new values."""
        require_admin(actor)
        with self._uow() as uow:
            fallback_id = changes.get("fallback_department_id")
            wanted = [department_id, fallback_id] if fallback_id else [department_id]
            department = _known(uow.departments.locked(wanted).get(department_id))
            _check_fallback(uow, department_id, fallback_id)
            if "name" in changes:
                _check_name(uow, department_id, changes["name"])
                department.rename(changes["name"])
            for name in _PLAIN:
                if name in changes:
                    setattr(department, name, changes[name])
            if "agent_ids" in changes:
                _check_agents(uow, changes["agent_ids"])
                uow.departments.set_members(department_id, changes["agent_ids"])
            uow.commit(*[DepartmentChanged(department_id)] if changes else ())
            return _membership(uow, department)

    def delete(self, actor: Actor, department_id: str) -> None:
        """End a department and its hours; its open sessions go to its fallback, or belong to none."""
        require_admin(actor)
        with self._uow() as uow:
            department = _known(uow.departments.locked([department_id]).get(department_id))
            department.delete(self._clock.now())
            uow.departments.detach(department_id)
            uow.business_hours.remove_of(department_id)
            uow.commit(DepartmentDeleted(department_id))
        again(lambda: self._move_some(department_id))

    def empty(self, department_id: str) -> int:
        """Move the open sessions of a deleted department; return how many.

        The first of them were moved with the deletion; a worker does the rest.
        """
        moved = 0
        while count := again(lambda: self._move_some(department_id)):
            moved += count
        return moved

    def _move_some(self, department_id: str) -> int:
        with self._uow() as uow:
            department = uow.departments.among([department_id]).get(department_id)
            if department is None or department.deleted_at is None:
                return 0
            fallback_id = department.fallback_department_id
            fallback = uow.departments.locked([fallback_id]) if fallback_id else {}
            sessions = uow.sessions.open_in(department_id, BATCH)
            now = self._clock.now()
            for session in sessions:
                session.move(fallback_id if fallback_id in fallback else None, now)
            uow.flush()
            events: list[Event] = []
            for view in self._views.of(uow, sessions):
                events.append(SessionLeftDepartment(view.session, department_id))
                events.append(SessionUpdated(view))
                if view.session.status == "queued":
                    events.append(SessionQueued(view))
            uow.commit(*events)
            return len(sessions)


def _membership(uow: UnitOfWork, department: Department) -> Membership:
    members = uow.departments.members([department.id])
    return Membership(department, tuple(members[department.id]))


def _known(department: Department | None) -> Department:
    if department is None:
        raise NotFound("There is no such department")
    return department


def _check_name(uow: UnitOfWork, department_id: str, name: str) -> None:
    other = uow.departments.by_name(name)
    if other is not None and other.id != department_id:
        raise Validation.of("name", "belongs to another department")


def _check_fallback(uow: UnitOfWork, department_id: str, fallback_id: str | None) -> None:
    """Refuse what does not exist, and a chain that leads back to where it begins."""
    passed = {department_id}
    next_id = fallback_id
    while next_id is not None:
        if next_id in passed:
            raise Validation.of("fallback_department_id", "leads back to this department")
        passed.add(next_id)
        found = uow.departments.get(next_id)
        if found is None:
            raise Validation.of("fallback_department_id", "there is no such department")
        next_id = found.fallback_department_id


def _check_agents(uow: UnitOfWork, ids: Collection[str]) -> None:
    known = [one for one in uow.agents.among(ids).values() if one.deleted_at is None]
    if len(known) < len(set(ids)):
        raise Validation.of("agent_ids", "there is no such agent")
