"""What agents write on a session: subject, tags, priority, department."""

from collections.abc import Mapping
from typing import Any

from chat_app.domain.actor import Actor
from chat_app.domain.events import (
    Event,
    QueueChanged,
    SessionLeftDepartment,
    SessionQueued,
    SessionUpdated,
    SessionView,
)
from chat_app.domain.ports import Clock
from chat_app.domain.repositories import UnitOfWorkFactory
from chat_app.domain.searching import subject_of
from chat_app.use_cases.access import named_department, require_agent, visible_session
from chat_app.use_cases.again import again
from chat_app.use_cases.views import Views

_PLAIN = ("subject", "tags", "priority")
_MOVES_THE_QUEUE = frozenset({"priority", "department_id"})


class Labelling:
    """Every agent who sees a session may do it, whoever has it."""

    def __init__(self, uow: UnitOfWorkFactory, views: Views, clock: Clock) -> None:
        self._uow = uow
        self._views = views
        self._clock = clock

    def change(self, actor: Actor, session_id: str, changes: Mapping[str, Any]) -> SessionView:
        """Change what `changes` names; a waiting session waits in its new department's queue.

        Raises NotFound, Forbidden (a visitor) or Validation.
        """
        return again(lambda: self._change(actor, session_id, changes))

    def _change(self, actor: Actor, session_id: str, changes: Mapping[str, Any]) -> SessionView:
        with self._uow() as uow:
            named_department(uow, changes.get("department_id"))
            session = visible_session(uow, actor, session_id, lock=True)
            require_agent(actor)
            before, now = session.department_id, self._clock.now()
            for name in _PLAIN:
                if name in changes:
                    setattr(session, name, changes[name])
            if "subject" in changes:
                uow.search.change(subject_of(session))
            if changes.get("department_id", before) != before:
                session.move(changes["department_id"], now)
            elif changes:
                session.touch(now)
            uow.flush()
            view = self._views.of_one(uow, session)
            uow.commit(*_events(view, before, changes))
            return view


def _events(view: SessionView, before: str | None, changes: Mapping[str, Any]) -> list[Event]:
    if not changes:
        return []
    now = view.session.department_id
    events: list[Event] = [SessionUpdated(view)]
    if before != now:
        events.insert(0, SessionLeftDepartment(view.session, before))
    if view.session.status == "queued" and _MOVES_THE_QUEUE & changes.keys():
        events += [SessionQueued(view), QueueChanged(now)]
        events += [QueueChanged(before)] if before != now else []
    return events
