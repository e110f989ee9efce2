"""Many at once on real databases: numbers without holes, one of what may be one."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import pytest
from sqlalchemy import Engine, event

from chat_app.domain.actor import SYSTEM, Actor
from chat_app.domain.limits import Limits
from chat_app.domain.repositories import SessionFilter
from chat_app.domain.session import Session
from chat_app.infrastructure.blocking import DirectBlocking
from chat_app.infrastructure.clock import SystemClock
from chat_app.infrastructure.ids import RandomIds
from chat_app.infrastructure.recent import NoRecentMessages
from chat_app.infrastructure.redis.presence import LocalVisitorPresence
from chat_app.infrastructure.redis.rate_limits import NoLimits
from chat_app.infrastructure.tokens import HashedTokens
from chat_app.use_cases.arriving import CLIENT_SESSION_LIFETIME, Arriving, OpenRequest
from chat_app.use_cases.assignment import Assigning
from chat_app.use_cases.beginning import Beginning, Opened
from chat_app.use_cases.bots import Bots
from chat_app.use_cases.handing_off import HandingOff
from chat_app.use_cases.hands import Hands
from chat_app.use_cases.left_messages import LeftMessages
from chat_app.use_cases.message_log import MessageLog
from chat_app.use_cases.messages import Messages
from chat_app.use_cases.opening import Opening
from chat_app.use_cases.posting import Posting
from chat_app.use_cases.storing import Sent, Storing
from chat_app.use_cases.views import Views
from tests.builders import agent_actor, make_agent, make_draft, make_entry, new_id, visitor_actor
from tests.infrastructure.bench import Bench
from tests.infrastructure.databases import WITH_ROW_LOCKS, opened
from tests.use_cases.gathering import at_once

T = TypeVar("T")
THREADS = 8
EACH = 15


class Chat:
    """The use cases over the real database."""

    def __init__(self, bench: Bench) -> None:
        ids, clock, limits = RandomIds(), SystemClock(), Limits()
        views = Views(LocalVisitorPresence(), clock)
        posting = Posting(ids, clock, limits.message_characters)
        self.messages = Messages(
            bench.uow,
            MessageLog(Storing(bench.uow, posting, bench.shortcut), DirectBlocking()),
            NoRecentMessages(),
            bench.realtime,
            NoLimits(),
            limits,
        )
        hands = Hands(views, ids, clock)
        left_messages = LeftMessages(hands, clock)
        handing_off = HandingOff(bench.uow, views, hands, left_messages, clock)
        self.bots = Bots(bench.uow, handing_off, ids, clock)
        self.opening = Opening(
            bench.uow,
            Arriving(HashedTokens(), ids, clock),
            Beginning(posting, views, left_messages, self.bots, HashedTokens(), ids, clock),
            NoLimits(),
            limits,
            DirectBlocking(),
        )
        self.assigning = Assigning(bench.uow, hands, bench.realtime)


@pytest.fixture
def chat(real_bench: Bench) -> Chat:
    return Chat(real_bench)


def side_by_side(work: Callable[[int], T], threads: int = THREADS) -> list[T]:
    """Run `work(0…)` in threads that begin at the same moment; their answers in order."""
    barrier = threading.Barrier(threads)

    def begin(number: int) -> T:
        barrier.wait(timeout=20)
        return work(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(begin, range(threads)))


def numbers(bench: Bench, session: Session) -> tuple[list[int], list[int | None]]:
    """All numbers of a session, as agents and as its visitor see them."""
    with bench.uow.reading() as uow:
        everything = uow.messages.after(session.id, "agent", 0, 10_000)
        shown = uow.messages.after(session.id, "visitor", 0, 10_000)
        stored = uow.sessions.get(session.id)
    assert stored is not None
    assert (stored.last_seq, stored.last_visitor_seq) == (len(everything), len(shown))
    return [one.seq for one in everything], [one.visitor_seq for one in shown]


def test_everybody_who_speaks_at_once_gets_a_number_of_its_own(
    real_bench: Bench,
) -> None:
    visitor = real_bench.visitor()
    session = real_bench.session(visitor)
    # One process stores one group after the other; only several can get in one another's way.
    processes = [Chat(real_bench) for _ in range(4)]
    speakers: list[Actor] = [
        visitor_actor(visitor) if number % 2 else agent_actor() for number in range(THREADS)
    ]

    def speak(number: int) -> list[int]:
        actor = speakers[number]
        kind = "note" if number == 0 else "text"
        sent = [
            processes[number % 4].messages.send(actor, session.id, make_draft(str(one), kind=kind))
            for one in range(EACH)
        ]
        return [one.message.seq for one in sent]

    given = side_by_side(speak)
    everything, shown = numbers(real_bench, session)
    assert everything == list(range(1, THREADS * EACH + 1))
    assert shown == list(range(1, (THREADS - 1) * EACH + 1))
    assert all(mine == sorted(mine) for mine in given), "each one's own order is kept"
    assert len(real_bench.realtime.events) == THREADS * EACH


def test_the_same_message_sent_at_once_is_stored_once(real_bench: Bench) -> None:
    visitor = real_bench.visitor()
    processes = [Chat(real_bench) for _ in range(4)]
    session, draft = real_bench.session(visitor), make_draft("once", client_msg_id="same")

    def send(number: int) -> Sent:
        return processes[number % 4].messages.send(visitor_actor(visitor), session.id, draft)

    sent = side_by_side(send)
    assert sorted(one.duplicate for one in sent) == [False] + [True] * (THREADS - 1)
    assert len({one.message.id for one in sent}) == 1
    assert numbers(real_bench, session) == ([1], [1])


def test_a_client_that_opens_at_once_gets_one_session(real_bench: Bench) -> None:
    key, draft = new_id(), make_draft("first")
    # In one process the second would wait for the first.
    processes = [Chat(real_bench) for _ in range(4)]

    def begin(number: int) -> Opened:
        request = OpenRequest(site_key=real_bench.site.key, client_session_id=key, message=draft)
        return processes[number].opening.open(None, request, "::1")

    opened = side_by_side(begin, 4)
    assert len({one.view.session.id for one in opened}) == 1
    assert len({one.visitor.id for one in opened}) == 1
    assert [one.created for one in opened].count(True) == 1
    assert len({one.token for one in opened}) == 4
    assert numbers(real_bench, opened[0].view.session) == ([1], [1])


def test_a_client_that_comes_back_after_a_day_gets_another_session(
    real_bench: Bench, chat: Chat
) -> None:
    key = new_id()

    def begin() -> Opened:
        request = OpenRequest(client_session_id=key, message=make_draft("back"))
        return chat.opening.open(None, request, "::1")

    first = begin()
    with real_bench.uow() as uow:
        session = uow.sessions.locked(first.view.session.id)
        assert session is not None
        session.created_at -= CLIENT_SESSION_LIFETIME
        uow.commit()
    second, third = begin(), begin()
    assert (second.created, third.created) == (True, False)
    assert first.view.session.id != second.view.session.id == third.view.session.id


def test_a_visitor_that_opens_at_once_gets_one_session(real_bench: Bench, chat: Chat) -> None:
    actor = visitor_actor(real_bench.visitor())

    def begin(_: int) -> Opened:
        return chat.opening.open(actor, OpenRequest(site_key=real_bench.site.key), "::1")

    opened = side_by_side(begin, 4)
    assert len({one.view.session.id for one in opened}) == 1
    assert [one.created for one in opened].count(True) == 1


def test_many_workers_never_overfill_an_agent(real_bench: Bench, chat: Chat) -> None:
    agents = [make_agent(capacity=capacity) for capacity in (1, 2, 3)]
    real_bench.keep(*agents)
    with real_bench.uow() as uow:
        for agent in agents:
            uow.leases.take(f"of {agent.id}", agent.id, 60)
        uow.commit()
    for _ in range(9):
        real_bench.session()

    assert sum(side_by_side(lambda _: chat.assigning.assign_waiting(), 4)) == 6
    with real_bench.uow.reading() as uow:
        found = uow.sessions.page_for(SYSTEM, SessionFilter(status="active"), None, 50)
        loads = {one.agent_id: one.load for one in uow.agents.candidates(None)}
    assert [one.assign_epoch for one in found] == [1] * 6
    assert [one.last_seq for one in found] == [1] * 6
    assert loads == {agent.id: agent.capacity for agent in agents}


def test_a_locked_session_waits_and_is_read_anew(real_bench: Bench) -> None:
    session = real_bench.session()
    seen: list[str | None] = []

    def follow() -> None:
        with real_bench.uow() as uow:
            found = uow.sessions.locked(session.id)
            seen.append(found.subject if found else None)

    follower = threading.Thread(target=follow)
    with real_bench.uow() as uow:
        found = uow.sessions.locked(session.id)
        assert found is not None
        follower.start()
        follower.join(0.2)
        assert seen == []
        found.subject = "new"
        uow.commit()
    follower.join(10)
    assert seen == ["new"]


# --- What only a database with row locks can show ------------------------------------------------


@pytest.fixture(scope="module", params=WITH_ROW_LOCKS)
def locking_engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """A database in which two transactions write at the same time."""
    with opened(request, tmp_path_factory.mktemp("database")) as engine:
        yield engine


@pytest.fixture
def rows(locking_engine: Engine) -> Bench:
    return Bench(locking_engine)


def test_a_session_that_somebody_works_on_is_passed_over(rows: Bench) -> None:
    first, second = rows.session(), rows.session()
    with rows.uow() as one, rows.uow() as other:
        mine, theirs = one.sessions.next_waiting(()), other.sessions.next_waiting(())
        assert mine is not None
        assert theirs is not None
        assert {mine.id, theirs.id} == {first.id, second.id}
        with rows.uow() as third:
            assert third.sessions.next_waiting(()) is None


def test_a_lock_reads_anew_what_was_known_before(rows: Bench) -> None:
    session, agent = rows.session(), make_agent(capacity=1)
    rows.keep(agent)
    with rows.uow() as one:
        assert one.sessions.get(session.id) is not None
        assert one.agents.get(agent.id) is not None
        with rows.uow() as other:
            theirs, colleague = other.sessions.locked(session.id), other.agents.locked(agent.id)
            assert theirs is not None
            assert colleague is not None
            theirs.last_seq, colleague.capacity = 7, 2
            other.commit()
        mine, locked = one.sessions.locked(session.id), one.agents.locked(agent.id)
        assert mine is not None
        assert locked is not None
        assert (mine.last_seq, locked.capacity) == (7, 2)


def test_two_workers_claim_different_work(rows: Bench) -> None:
    rows.keep(*(make_entry() for _ in range(4)))
    with rows.uow() as one, rows.uow() as other:
        mine = {entry.id for entry in one.outbox.claim(2, "one", 60)}
        theirs = {entry.id for entry in other.outbox.claim(9, "other", 60)}
        assert (len(mine), len(theirs), mine & theirs) == (2, 2, set())


def test_two_sweeps_do_not_wait_for_each_other(rows: Bench) -> None:
    agent = make_agent()
    rows.keep(agent)
    with rows.uow() as uow:
        uow.leases.take("dead", agent.id, -1)
        uow.commit()
    with rows.uow() as one, rows.uow() as other:
        assert len(one.leases.drop_expired()) == 1
        one.flush()
        assert other.leases.drop_expired() == []


def test_a_wish_is_not_lost_to_a_worker_that_begins_meanwhile(rows: Bench) -> None:
    pending = make_entry(dedupe_key="mail:1")
    rows.keep(pending)
    with rows.uow() as sending:
        sending.outbox.add(make_entry(dedupe_key="mail:1"))  # "one is pending already"
        with rows.uow() as working:
            # Were it claimed now, its worker would not see what `sending` is about to commit.
            assert working.outbox.claim(9, "t", 60) == []
            working.commit()
        sending.commit()
    with rows.uow() as uow:
        assert [one.id for one in uow.outbox.claim(9, "t", 60)] == [pending.id]


def test_reading_does_not_wait_for_a_writer(real_bench: Bench) -> None:
    session = real_bench.session(subject="old")
    with real_bench.uow() as writing:
        found = writing.sessions.locked(session.id)
        assert found is not None
        found.subject = "new"
        writing.flush()
        with real_bench.uow.reading() as reading:
            seen = reading.sessions.get(session.id)
            assert seen is not None
            assert seen.subject == "old"


def test_strangers_who_come_at_once_ask_the_database_as_often_as_one(
    real_bench: Bench, chat: Chat
) -> None:
    engine, asked = real_bench.engine, list[str]()
    assert engine is not None
    requests = [OpenRequest(client_session_id=new_id(), message=make_draft()) for _ in range(6)]

    def note(_: object, __: object, statement: str, *___: object) -> None:
        asked.append(statement)

    def costs(*some: OpenRequest) -> int:
        """How many statements these have sent, after which all are open."""
        asked.clear()
        works = (partial(chat.opening.open, None, one, "::1") for one in some)
        opened = at_once(chat.opening._strangers, *works)
        assert [getattr(one, "created", one) for one in opened] == [True] * len(some)
        return len(asked)

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert costs(requests[0]) == costs(*requests[1:])
    finally:
        event.remove(engine, "before_cursor_execute", note)
    if engine.dialect.name == "postgresql":
        stored = [one for one in asked if one.startswith("INSERT")]
        assert [one.count("INSERT INTO") for one in stored] == [4, 1], "each one round trip"
