"""The shortcut stores what rests on sessions as they are, and nothing else."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from chat_app.domain.events import MessageSent
from chat_app.domain.message import Message
from chat_app.domain.outbox import OutboxEntry
from chat_app.domain.session import Session
from chat_app.domain.shortcut import Supposed
from chat_app.use_cases.after_commit import MISSED
from tests.builders import NOON, make_draft, new_id, visitor_actor
from tests.infrastructure.bench import Bench
from tests.infrastructure.databases import under_contract

CHANGES: dict[str, Callable[[Session], None]] = {
    "status": lambda one: setattr(one, "status", "snoozed"),
    "epoch": lambda one: setattr(one, "epoch", "another"),
    "assign_epoch": lambda one: setattr(one, "assign_epoch", 7),
    "revision": lambda one: setattr(one, "revision", 7),
}


@pytest.fixture(
    scope="module",
    params=["fake", pytest.param("postgresql", marks=pytest.mark.services)],
)
def quick_engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine | None]:
    """The databases that have a shortcut."""
    with under_contract(request, tmp_path_factory) as engine:
        yield engine


@pytest.fixture
def quick(quick_engine: Engine | None) -> Bench:
    return Bench(quick_engine)


def posted(
    bench: Bench, session: Session, client_msg_id: str = "a", mail_in: int | None = None
) -> Supposed:
    """A message posted on the session as it was last seen."""
    supposed = bench.shortcut.supposed(session.id)
    assert supposed is not None
    actor, on = visitor_actor(id=session.visitor_id), supposed.session
    at = NOON + timedelta(minutes=1)
    message = on.post(actor, make_draft(client_msg_id=client_msg_id), new_id(), at)
    supposed.events = [MessageSent(on, message, mail_in=mail_in)]
    bench.shortcut.write(supposed)
    return supposed


def seen(bench: Bench) -> Session:
    session = bench.session(status="active")
    with bench.uow() as uow:
        bench.shortcut.seen(uow.sessions.locked_among([session.id])[session.id])
    return session


def said(bench: Bench, session: Session) -> list[Message]:
    with bench.uow.reading() as uow:
        return list(uow.messages.after(session.id, "agent", 0, 50))


def test_a_message_is_stored_with_its_numbers(quick: Bench) -> None:
    session = seen(quick)
    assert quick.shortcut.append([posted(quick, session)]) == {session.id}
    assert quick.shortcut.append([posted(quick, session, "b")]) == {session.id}
    assert [(one.seq, one.client_msg_id) for one in said(quick, session)] == [(1, "a"), (2, "b")]
    with quick.uow.reading() as uow:
        stored = uow.sessions.get(session.id)
    assert stored is not None
    assert (stored.last_seq, stored.revision, stored.updated_at) == (
        2,
        2,
        NOON + timedelta(minutes=1),
    )
    assert (stored.visitor_said, stored.agent_said) == (2, 0)
    assert stored.last_message is not None
    assert stored.last_message["seq"] == 2


@pytest.mark.parametrize("column", CHANGES)
def test_nothing_is_stored_in_a_session_that_has_changed(quick: Bench, column: str) -> None:
    changed, same = seen(quick), seen(quick)
    events = [posted(quick, changed), posted(quick, same)]
    with quick.uow() as uow:
        CHANGES[column](uow.sessions.locked_among([changed.id])[changed.id])
        uow.commit()
    assert quick.shortcut.append(events) == {same.id}
    assert said(quick, changed) == []
    assert len(said(quick, same)) == 1
    assert quick.shortcut.supposed(changed.id) is None


def test_a_message_that_is_there_already_is_not_stored_again(quick: Bench) -> None:
    session = seen(quick)
    assert quick.shortcut.append([posted(quick, session)])
    assert not quick.shortcut.append([posted(quick, session)])
    assert len(said(quick, session)) == 1


def test_a_blocked_visitor_writes_nothing(quick: Bench) -> None:
    visitor = quick.visitor(blocked=True)
    session = quick.session(visitor, status="active")
    quick.shortcut.seen(session)
    assert not quick.shortcut.append([posted(quick, session)])
    assert said(quick, session) == []


def pending(bench: Bench) -> Sequence[OutboxEntry]:
    """The work that is due within a minute, as a worker takes it."""
    with bench.uow() as uow:
        return uow.outbox.claim(10, "token", 60)


def test_work_is_left_behind_with_the_message_that_asks_for_it(quick: Bench) -> None:
    asking, silent = seen(quick), seen(quick)
    events = [posted(quick, asking, mail_in=0), posted(quick, silent)]
    assert quick.shortcut.append(events) == {asking.id, silent.id}
    (entry,) = pending(quick)
    assert (entry.topic, entry.payload, entry.attempts) == (MISSED, {"session_id": asking.id}, 1)
    assert quick.wakeup.nudges == 1


def test_work_is_due_in_the_databases_time(quick: Bench) -> None:
    """The application's clock is years behind here."""
    asking = seen(quick)
    assert quick.shortcut.append([posted(quick, asking, mail_in=3)])
    assert pending(quick) == []


def test_no_work_is_left_behind_where_nothing_is_stored(quick: Bench) -> None:
    session = seen(quick)
    event = posted(quick, session, mail_in=0)
    with quick.uow() as uow:
        CHANGES["revision"](uow.sessions.locked_among([session.id])[session.id])
        uow.commit()
    assert not quick.shortcut.append([event])
    assert pending(quick) == []
    assert quick.wakeup.nudges == 0


def test_work_that_may_be_pending_already_goes_the_long_way(quick: Bench) -> None:
    session = quick.session(status="bot")
    with quick.uow() as uow:
        quick.shortcut.seen(uow.sessions.locked_among([session.id])[session.id])
    assert not quick.shortcut.append([posted(quick, session)])
    assert said(quick, session) == []


def test_what_was_committed_counts_more_than_what_was_read(quick: Bench) -> None:
    session = seen(quick)
    with quick.uow.reading() as uow:
        read = uow.sessions.among([session.id])[session.id]
    assert quick.shortcut.append([posted(quick, session)])
    quick.shortcut.noticed(read)
    assert quick.shortcut.append([posted(quick, session, "b")]) == {session.id}


def test_a_session_that_was_only_read_can_be_written_to(quick: Bench) -> None:
    session = quick.session(status="active")
    with quick.uow.reading() as uow:
        quick.shortcut.noticed(uow.sessions.among([session.id])[session.id])
    assert quick.shortcut.append([posted(quick, session)]) == {session.id}


def test_others_marks_stay_as_they_are(quick: Bench) -> None:
    session = seen(quick)
    with quick.uow() as uow:
        found = uow.sessions.locked_among([session.id])[session.id]
        found.tags, found.agent_heard = ["vip"], 7
        uow.commit()
    assert quick.shortcut.append([posted(quick, session)]) == {session.id}
    with quick.uow.reading() as uow:
        stored = uow.sessions.get(session.id)
    assert stored is not None
    assert (stored.tags, stored.agent_heard) == (["vip"], 7)
