"""Passing a session on, to a colleague or to a department."""

from dataclasses import dataclass

from chat_app.domain.actor import Actor
from chat_app.domain.agent import Agent
from chat_app.domain.department import Department
from chat_app.domain.errors import CapacityReached, Validation
from chat_app.domain.events import (
    Event,
    MessageSent,
    QueueChanged,
    SessionLeftDepartment,
    SessionView,
)
from chat_app.domain.message import Draft
from chat_app.domain.ports import Clock, Ids
from chat_app.domain.repositories import UnitOfWork, UnitOfWorkFactory
from chat_app.domain.session import Session
from chat_app.use_cases.access import check_force, check_hands, named_department, visible_session
from chat_app.use_cases.again import again
from chat_app.use_cases.hands import Given, Hands
from chat_app.use_cases.posting import Posting
from chat_app.use_cases.views import Views


@dataclass(frozen=True)
class Transfer:
    """Where a session goes: to an agent, a department, or an agent of that department.

    `note` is for the colleagues only; `force` lets supervisors send it to one who is full.
    """

    agent_id: str | None = None
    department_id: str | None = None
    note: str | None = None
    force: bool = False


class Transferring:
    """Agents pass on what is theirs or nobody's, supervisors what is anybody's."""

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        views: Views,
        hands: Hands,
        posting: Posting,
        ids: Ids,
        clock: Clock,
    ) -> None:
        self._uow = uow
        self._views = views
        self._hands = hands
        self._posting = posting
        self._ids = ids
        self._clock = clock

    def transfer(
        self, actor: Actor, session_id: str, assign_epoch: int, to: Transfer
    ) -> SessionView:
        """Give the session to an agent, or let it wait in a department; the note goes along.

        Raises Validation, StaleAssignment, SessionClosed, AlreadyAssigned, CapacityReached, or
        Forbidden for `force` of somebody else than a supervisor.
        """
        if to.agent_id is None and to.department_id is None:
            raise Validation.of("agent_id", "an agent or a department is needed")
        return again(lambda: self._transfer(actor, session_id, assign_epoch, to))

    def _transfer(
        self, actor: Actor, session_id: str, assign_epoch: int, to: Transfer
    ) -> SessionView:
        with self._uow() as uow:
            department = named_department(uow, to.department_id)
            session = visible_session(uow, actor, session_id, lock=True)
            check_hands(actor, session, assign_epoch)
            check_force(actor, force=to.force)
            agent = _agent(uow, to.agent_id, department)
            events: list[Event] = [QueueChanged(session.department_id)]
            if to.note is not None:
                events.append(self._noted(uow, session, actor, to.note))
            if department is not None:
                if department.id != session.department_id:
                    events.append(SessionLeftDepartment(session, session.department_id))
                session.move(department.id, self._clock.now())
            given = self._given(uow, session, agent, department, force=to.force)
            uow.commit(*events, *given.events)
            return given.view

    def _given(
        self,
        uow: UnitOfWork,
        session: Session,
        agent: Agent | None,
        department: Department | None,
        *,
        force: bool,
    ) -> Given:
        if agent is None:
            name = department.name if department else ""
            return self._hands.requeue(uow, session, name, "sent_to_department")
        if session.agent_id == agent.id and session.status == "active":
            uow.flush()
            return Given(self._views.of_one(uow, session), [])
        given = self._hands.give(uow, session, agent, "transfer", force=force, line="transferred")
        if given is None:
            raise CapacityReached
        return given

    def _noted(self, uow: UnitOfWork, session: Session, actor: Actor, note: str) -> MessageSent:
        draft = Draft(body=note, client_msg_id=self._ids.new(), kind="note")
        known = self._posting.look_up(uow, [(session.id, actor, draft)])
        result = self._posting.post(uow, session, actor, draft, known)
        return MessageSent(session, result.message)


def _agent(uow: UnitOfWork, agent_id: str | None, department: Department | None) -> Agent | None:
    if agent_id is None:
        return None
    found = uow.agents.locked(agent_id)
    if found is None or found.disabled:
        raise Validation.of("agent_id", "there is no such agent")
    if department is not None and department.id not in found.department_ids:
        raise Validation.of("agent_id", "does not serve this department")
    return found
