"""What follows a commit, and in which order."""

import pytest

from chat_app.domain.agent import Agent
from chat_app.domain.department import Department
from chat_app.domain.session import Session
from chat_app.use_cases.transferring import Transfer
from tests.builders import agent_actor
from tests.use_cases.world import World


@pytest.fixture
def sales(world: World) -> Department:
    return world.add_department()


@pytest.fixture
def ada(world: World, sales: Department) -> Agent:
    return world.add_agent(department_ids=[sales.id])


@pytest.fixture
def session(world: World, ada: Agent, sales: Department) -> Session:
    """In Ada's hands, of her department."""
    queued = world.add_session(department_id=sales.id)
    world.sessions.accept(agent_actor(ada), queued.id, 0)
    assert world.followers.sifted == [], "nobody lost sight of it"
    return world.session(queued.id)


def test_who_may_not_see_a_session_is_parted_from_it_before_anything_is_pushed(
    world: World, ada: Agent, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    support = world.add_department()
    happened: list[str] = []
    monkeypatch.setattr(world.followers, "sift", lambda _: happened.append("sifted"))
    monkeypatch.setattr(world.realtime, "publish", lambda _: happened.append("pushed"))
    to = Transfer(department_id=support.id, note="Theirs")
    world.transferring.transfer(agent_actor(ada), session.id, session.assign_epoch, to)
    assert happened[0] == "sifted"
    assert set(happened[1:]) == {"pushed"}, "once a session, whatever it left at the same time"


def test_they_are_parted_by_whose_it_is_after_the_commit(
    world: World, ada: Agent, session: Session
) -> None:
    other = world.add_agent()
    to = Transfer(other.id)
    world.transferring.transfer(agent_actor(ada), session.id, session.assign_epoch, to)
    assert world.followers.sifted == [(session.id, world.session(session.id).belonging)]
    assert world.session(session.id).agent_id == other.id


def test_a_message_parts_nobody(world: World, ada: Agent, session: Session) -> None:
    world.say(agent_actor(ada), session.id)
    world.messages.mark_read(agent_actor(ada), session.id, 1)
    assert world.followers.sifted == []
