"""The only way from an id to an object: it hides what the caller may not see."""

from chat_app.domain.actor import Actor
from chat_app.domain.department import Department
from chat_app.domain.errors import AlreadyAssigned, Forbidden, NotFound, Unauthorized, Validation
from chat_app.domain.identity import is_id
from chat_app.domain.repositories import UnitOfWork
from chat_app.domain.session import Belonging, Session, Side


def may_see(actor: Actor, session: Session | Belonging) -> bool:
    """Visitors see their own sessions, agents those of their departments, overseers all."""
    if actor.is_visitor:
        return session.visitor_id == actor.id
    if actor.oversees:
        return True
    return (
        session.department_id is None
        or session.department_id in actor.department_ids
        or session.agent_id == actor.id
    )


def visible_session(
    uow: UnitOfWork, actor: Actor, session_id: str, *, lock: bool = False
) -> Session:
    """The session, with its row locked if asked; raise NotFound for a foreign one."""
    if not is_id(session_id):
        raise NotFound("There is no such session")
    session = uow.sessions.locked(session_id) if lock else uow.sessions.get(session_id)
    if session is None or not may_see(actor, session):
        raise NotFound("There is no such session")
    return session


def named_department(uow: UnitOfWork, department_id: str | None) -> Department | None:
    """The department a caller names, locked, so that it is not deleted meanwhile.

    Departments are locked before sessions and agents. Raises Validation for one that is not there.
    """
    if department_id is None:
        return None
    found = uow.departments.locked([department_id]).get(department_id)
    if found is None:
        raise Validation.of("department_id", "there is no such department")
    return found


def check_hands(actor: Actor, session: Session, assign_epoch: int | None) -> None:
    """Whether an agent may act on a session as it saw it, in its own hands or in nobody's.

    Supervisors may act on others' sessions. Raises Validation without an `assign_epoch`,
    StaleAssignment, SessionClosed or AlreadyAssigned.
    """
    require_agent(actor)
    if assign_epoch is None:
        raise Validation.of("assign_epoch", "is required")
    session.check_epoch(assign_epoch)
    session.check_open()
    if session.agent_id not in (None, actor.id) and not actor.oversees:
        raise AlreadyAssigned


def check_force(actor: Actor, *, force: bool) -> None:
    """Raise Forbidden unless the actor may fill an agent above its capacity."""
    if force and not actor.oversees:
        raise Forbidden("Only supervisors may force this")


def side_of(actor: Actor) -> Side:
    """Whose numbers the actor reads in."""
    return "visitor" if actor.is_visitor else "agent"


def require_agent(actor: Actor | None) -> Actor:
    """The actor if it is an agent; raise Unauthorized or Forbidden."""
    if actor is None:
        raise Unauthorized
    if not actor.is_agent:
        raise Forbidden("Only agents may do this")
    return actor


def require_overseer(actor: Actor) -> Actor:
    """The actor if it is a supervisor or an admin; raise Forbidden."""
    if not actor.oversees:
        raise Forbidden("Only supervisors and admins may do this")
    return actor


def require_admin(actor: Actor) -> Actor:
    """The actor if it is an admin; raise Forbidden."""
    if not actor.administers:
        raise Forbidden("Only admins may do this")
    return actor
