"""What is prepared ahead rests on a supposition, and is done again where that no longer stands."""

import pytest

from chat_app.domain.actor import Actor
from chat_app.domain.errors import SessionClosed
from chat_app.domain.session import Session
from chat_app.use_cases.storing import Send, Storing
from tests.builders import make_draft, visitor_actor
from tests.use_cases.world import World


@pytest.fixture
def storing(world: World) -> Storing:
    return Storing(world.db, world.posting, world.shortcut)


def seen(world: World) -> tuple[Session, Actor]:
    """A session that this process has seen, and its visitor."""
    session = world.add_session()
    world.shortcut.seen(session)
    return session, visitor_actor(world.visitor(session.visitor_id))


def send_of(session: Session, actor: Actor, client_msg_id: str) -> Send:
    return Send(actor, session.id, make_draft(client_msg_id=client_msg_id))


def number_of(send: Send) -> int:
    assert send.sent is not None
    return send.sent.message.seq


def test_what_was_prepared_is_stored_as_it_is(world: World, storing: Storing) -> None:
    session, actor = seen(world)
    sends = [send_of(session, actor, "a"), send_of(session, actor, "b")]
    storing.prepare(sends)
    prepared = [one.sent for one in sends]
    storing.store(sends)
    assert [one.sent for one in sends] == prepared
    assert [one.client_msg_id for one in world.said_in(session.id)] == ["a", "b"]


def test_what_others_outdated_meanwhile_is_prepared_anew(world: World, storing: Storing) -> None:
    session, actor = seen(world)
    early, late = send_of(session, actor, "early"), send_of(session, actor, "late")
    storing.prepare([early])
    storing.prepare([late])
    storing.store([early])
    storing.store([late])
    assert (number_of(early), number_of(late)) == (1, 2)
    assert late.supposed is not None  # it needed no long way


def test_what_was_prepared_in_vain_goes_the_long_way(world: World, storing: Storing) -> None:
    """Another process has written, of which this one has seen nothing."""
    session, actor = seen(world)
    mine, others = send_of(session, actor, "mine"), send_of(session, actor, "others")
    storing.prepare([mine])
    Storing(world.db, world.posting, type(world.shortcut)(world.db)).store([others])
    storing.store([mine])
    assert (number_of(others), number_of(mine)) == (1, 2)
    assert mine.supposed is None


def test_one_that_was_seen_only_since_then_is_prepared_in_time(
    world: World, storing: Storing
) -> None:
    session = world.add_session()
    send = send_of(session, visitor_actor(world.visitor(session.visitor_id)), "a")
    storing.prepare([send])
    assert send.sent is None
    world.shortcut.seen(session)
    storing.store([send])
    assert send.supposed is not None
    assert number_of(send) == 1


def test_nothing_is_left_of_what_was_prepared_for_a_session_that_ends(
    world: World, storing: Storing
) -> None:
    session, actor = seen(world)
    send = send_of(session, actor, "a")
    storing.prepare([send])
    world.close(session)
    world.shortcut.forget(session.id)
    storing.store([send])
    assert isinstance(send.error, SessionClosed)
    assert send.sent is None
