"""A visitor whom nobody answers is mailed about, once."""

import pytest

from chat_app.domain.actor import Actor
from chat_app.domain.errors import Unavailable
from chat_app.domain.session import Session
from tests.builders import agent_actor, new_id, visitor_actor
from tests.use_cases.world import PUBLIC_URL, World


@pytest.fixture
def session(world: World) -> Session:
    world.add_agent(online=False, email="wang@example.com")
    return world.add_session(world.add_visitor(name="Ann"), locale="en")


@pytest.fixture
def visitor(world: World, session: Session) -> Actor:
    return visitor_actor(world.visitor(session.visitor_id))


def test_the_letter_says_what_the_visitor_said(
    world: World, session: Session, visitor: Actor
) -> None:
    world.say(visitor, session.id, "Is it in stock?")
    world.say(visitor, session.id, "Hello?")
    assert world.notifications.mail_missed(session.id)
    (mail,) = world.mailer.sent
    assert mail.to == ("wang@example.com",)
    assert "Is it in stock?\n\nHello?" in mail.body
    assert f"{PUBLIC_URL}/dashboard/sessions/{session.id}" in mail.body


def test_nothing_is_mailed_twice(world: World, session: Session, visitor: Actor) -> None:
    world.say(visitor, session.id, "First")
    assert world.notifications.mail_missed(session.id)
    assert not world.notifications.mail_missed(session.id)
    world.say(visitor, session.id, "Second")
    assert world.notifications.mail_missed(session.id)
    assert len(world.mailer.sent) == 2
    assert "First" not in world.mailer.sent[1].body


def test_a_letter_that_did_not_leave_is_tried_again(
    world: World, session: Session, visitor: Actor
) -> None:
    world.say(visitor, session.id, "Hello?")
    world.mailer.failure = Unavailable()
    with pytest.raises(Unavailable):
        world.notifications.mail_missed(session.id)
    world.mailer.failure = None
    assert world.notifications.mail_missed(session.id)
    assert len(world.mailer.sent) == 1


def test_no_letter_while_somebody_is_there(world: World, session: Session, visitor: Actor) -> None:
    world.say(visitor, session.id)
    world.add_agent()
    assert not world.notifications.mail_missed(session.id)
    assert world.mailer.sent == []


def test_no_letter_without_words_or_without_readers(world: World, session: Session) -> None:
    assert not world.notifications.mail_missed(session.id)
    assert not world.notifications.mail_missed(new_id())
    lonely = World()
    unheard = lonely.add_session()
    lonely.say(visitor_actor(lonely.visitor(unheard.visitor_id)), unheard.id)
    assert not lonely.notifications.mail_missed(unheard.id)


def test_no_letter_about_what_is_served_or_over(
    world: World, session: Session, visitor: Actor
) -> None:
    world.say(visitor, session.id)
    world.sessions.close(visitor, session.id)
    assert not world.notifications.mail_missed(session.id)


def test_a_departments_letter_goes_to_its_own_agents(world: World) -> None:
    sales = world.add_department()
    member = world.add_agent(online=False, department_ids=[sales.id])
    world.add_agent(online=False)
    world.add_agent(online=False, department_ids=[sales.id], disabled=True)
    session = world.add_session(department_id=sales.id)
    world.say(visitor_actor(world.visitor(session.visitor_id)), session.id)
    assert world.notifications.mail_missed(session.id)
    assert world.mailer.sent[0].to == (member.email,)


def test_notes_and_system_lines_are_not_in_the_letter(
    world: World, session: Session, visitor: Actor
) -> None:
    agent = agent_actor(world.add_agent(online=False))
    world.say(visitor, session.id, "From outside")
    world.say(agent, session.id, "From inside", kind="note")
    world.notifications.mail_missed(session.id)
    assert "From inside" not in world.mailer.sent[0].body
