"""A message on the wire: what each side is shown of it."""

import pytest

from chat_app.delivery.schemas.message import dump_for_visitor, dump_message
from chat_app.domain.actor import SYSTEM, Actor
from chat_app.domain.message import Message
from chat_app.domain.session import Session
from tests.builders import NOON, agent_actor, make_draft, make_session, visitor_actor


def posted(session: Session, kind: str) -> Message:
    writer = visitor_actor(id=session.visitor_id) if kind == "visitor" else agent_actor()
    session.post(agent_actor(), make_draft(kind="note"), "note", NOON)
    return session.post(writer, make_draft(client_msg_id="a"), kind, NOON)


@pytest.mark.parametrize("kind", ["visitor", "agent"])
@pytest.mark.parametrize("changed", ["edited", "recalled", "as it was"])
def test_what_the_visitor_sees_follows_from_what_agents_see(kind: str, changed: str) -> None:
    session = make_session(status="active")
    message = posted(session, kind)
    if changed == "edited":
        message.edit("better", NOON)
    elif changed == "recalled":
        message.recall(NOON)
    seen = dump_message(message, session, SYSTEM)
    visitor = Actor(kind="visitor", id=session.visitor_id)
    assert dump_for_visitor(message, seen) == dump_message(message, session, visitor)
    assert seen["seq"] == 2  # and agents still see their own numbers
    assert dump_for_visitor(message, seen)["seq"] == 1
