"""Who sees which session: one table."""

import pytest

from chat_app.domain.actor import SYSTEM, Actor, Role
from chat_app.domain.errors import Forbidden, NotFound, Unauthorized
from chat_app.use_cases.access import may_see, require_agent, side_of, visible_session
from tests.builders import agent_actor, make_agent, make_session, new_id, visitor_actor
from tests.use_cases.world import World

SALES, SUPPORT = new_id(), new_id()
ME, ANOTHER = new_id(), new_id()


def agent(role: Role, *departments: str) -> Actor:
    return agent_actor(make_agent(id=ME, role=role, department_ids=list(departments)))


@pytest.mark.parametrize(
    ("actor", "session", "seen"),
    [
        # department of the session, its agent; may the actor see it?
        (agent("agent", SALES), (SALES, None), True),
        (agent("agent", SALES), (SALES, ANOTHER), True),
        (agent("agent", SALES), (SUPPORT, None), False),
        (agent("agent", SALES), (SUPPORT, ANOTHER), False),
        (agent("agent", SALES), (SUPPORT, ME), True),
        (agent("agent", SALES), (None, None), True),
        (agent("agent"), (None, ANOTHER), True),
        (agent("agent"), (SALES, None), False),
        (agent("supervisor"), (SALES, None), True),
        (agent("supervisor"), (SUPPORT, ANOTHER), True),
        (agent("admin"), (SUPPORT, ANOTHER), True),
        (SYSTEM, (SUPPORT, ANOTHER), True),
        (visitor_actor(), (None, None), False),
        (visitor_actor(role="admin"), (SALES, None), False),
        (visitor_actor(department_ids=frozenset({SALES})), (SALES, None), False),
    ],
)
def test_who_sees_what(
    world: World, actor: Actor, session: tuple[str | None, str | None], *, seen: bool
) -> None:
    department_id, agent_id = session
    stored = world.add_session(department_id=department_id, agent_id=agent_id)
    assert may_see(actor, stored) is seen
    for lock in (False, True):
        with world.db() as uow:
            if seen:
                assert visible_session(uow, actor, stored.id, lock=lock).id == stored.id
            else:
                with pytest.raises(NotFound):
                    visible_session(uow, actor, stored.id, lock=lock)


def test_a_visitor_sees_its_own_sessions_only(world: World) -> None:
    visitor = world.add_visitor()
    mine, foreign = make_session(visitor, department_id=SALES, agent_id=ANOTHER), make_session()
    assert may_see(visitor_actor(visitor), mine)
    assert not may_see(visitor_actor(visitor), foreign)


def test_an_agent_with_a_visitors_id_sees_nothing_by_it(world: World) -> None:
    session = make_session(department_id=SALES)
    assert not may_see(agent_actor(make_agent(id=session.visitor_id)), session)


def test_what_is_not_there_and_what_is_foreign_look_the_same(world: World) -> None:
    foreign, details = world.add_session().id, []
    for session_id in (foreign, new_id()):
        with world.db.reading() as uow, pytest.raises(NotFound) as refused:
            visible_session(uow, visitor_actor(), session_id)
        details.append(refused.value.detail)
    assert details[0] == details[1]


def test_everybody_reads_in_the_numbers_of_its_side() -> None:
    assert side_of(visitor_actor()) == "visitor"
    assert side_of(agent_actor()) == side_of(SYSTEM) == "agent"


def test_agents_only() -> None:
    actor = agent_actor()
    assert require_agent(actor) is actor
    with pytest.raises(Unauthorized):
        require_agent(None)
    for other in (visitor_actor(), SYSTEM):
        with pytest.raises(Forbidden):
            require_agent(other)
