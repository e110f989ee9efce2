"""What is counted of messages never changes without the revision, which stands for all of it."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from chat_app.domain.session import POST_READS, POST_WRITES, Session
from tests.builders import (
    NOON,
    after,
    agent_actor,
    make_draft,
    make_message,
    make_session,
    new_id,
    visitor_actor,
)

COUNTED = {
    "last_seq", "last_visitor_seq", "visitor_revision", "visitor_said", "agent_said",
    "last_message", "mail_next_at",
}  # fmt: skip


def post(session: Session) -> None:
    actor = visitor_actor(id=session.visitor_id)
    session.ask_for_mail(session.post(actor, make_draft(), new_id(), NOON).created_at)


def note(session: Session) -> None:
    session.post(agent_actor(), make_draft(kind="note"), new_id(), NOON)


def reopen(session: Session) -> None:
    session.close(None, NOON)
    session.reopen(after(1))


CHANGES: dict[str, Callable[[Session], Any]] = {
    "post": post,
    "post a note": note,
    "announce": lambda one: one.announce("Somebody joined", new_id(), NOON),
    "answer": lambda one: one.answer("bot", "Momo", "Hello", new_id(), new_id(), NOON),
    "revise": lambda one: one.revise(make_message(session_id=one.id, seq=one.last_seq)),
    "revise a note": lambda one: one.revise(make_message(session_id=one.id, kind="note")),
    "touch": lambda one: one.touch(after(60)),
    "leave_message": lambda one: one.leave_message(),
    "assign": lambda one: one.assign(new_id(), None, NOON),
    "hand_off": lambda one: one.hand_off(NOON),
    "requeue": lambda one: one.requeue(NOON),
    "snooze": lambda one: one.snooze(after(60), NOON),
    "reopen": reopen,
    "move": lambda one: one.move(new_id(), NOON),
    "close": lambda one: one.close(None, NOON),
    "move_read": lambda one: one.move_read("agent", 2, 2, 2),
    "move_delivered": lambda one: one.move_delivered("visitor", 2, 2),
}
CHANGE_NOTHING = {
    "check_open", "check_epoch", "check_acceptable", "last_for", "revision_for", "said_to",
    "heard_by", "unread", "read_mark", "read_seq", "delivered_mark", "message_status",
}  # fmt: skip
PART_OF_POSTING = {"ask_for_mail"}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_counted_changes_with_the_revision_only(name: str) -> None:
    session = make_session(agent_id=new_id())
    for _ in range(3):
        post(session)
    before = dict(vars(session))
    CHANGES[name](session)
    changed = {field for field, value in vars(session).items() if value != before[field]}
    assert not changed & COUNTED or session.revision > before["revision"], changed


def test_every_change_is_looked_at_here() -> None:
    methods = {
        name
        for name, one in inspect.getmembers(Session, inspect.isfunction)
        if not name.startswith("_")
    }
    assert methods - set(CHANGES) - CHANGE_NOTHING - PART_OF_POSTING == set()


def test_the_counted_are_what_a_message_writes_and_nobody_compares() -> None:
    times = {"updated_at", "listed_at", "visitor_updated_at"}
    assert set(POST_WRITES) - set(POST_READS) - times == COUNTED
