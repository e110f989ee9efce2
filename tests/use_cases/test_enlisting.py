"""Served with others while nobody waits: `done` is called once, with what became of it."""

import threading
from collections.abc import Callable, Sequence
from functools import partial

import pytest

from chat_app.domain.errors import ChatError, NotFound, RateLimited, Unavailable
from chat_app.domain.events import MessageSent
from chat_app.infrastructure.blocking import DirectBlocking
from chat_app.use_cases.message_log import MessageLog, Outcome
from chat_app.use_cases.storing import Sent, Storing
from chat_app.use_cases.together import Together
from tests.builders import make_draft, new_id, visitor_actor
from tests.use_cases.world import World


class Jobs(DirectBlocking):
    """What is to be done soon is kept until the test does it."""

    def __init__(self) -> None:
        self.kept: list[Callable[[], object]] = []

    def soon(self, job: Callable[[], object]) -> None:
        self.kept.append(job)

    def do(self) -> None:
        while self.kept:
            self.kept.pop(0)()


class Served:
    """Notes who is served with whom, and who is told what."""

    def __init__(self, most: int = 4) -> None:
        self.jobs = Jobs()
        self.batches: list[list[str]] = []
        self.told: list[tuple[str, BaseException | None]] = []
        self.failing: BaseException | None = None
        self.meanwhile: Callable[[], object] = int
        self.together = Together(self.serve, self.jobs, most=most)

    def serve(self, names: Sequence[str]) -> None:
        self.batches.append(list(names))
        self.meanwhile()
        if self.failing is not None:
            raise self.failing

    def enlist(self, *names: str) -> None:
        for name in names:
            self.together.enlist(name, partial(self._tell, name))

    def _tell(self, name: str, error: BaseException | None) -> None:
        self.told.append((name, error))


@pytest.fixture
def served() -> Served:
    return Served()


def test_nobody_is_served_before_the_caller_goes_on(served: Served) -> None:
    served.enlist("a", "b")
    assert served.batches == []
    served.jobs.do()
    assert served.batches == [["a", "b"]]
    assert served.told == [("a", None), ("b", None)]


def test_they_are_told_when_the_next_ones_have_begun(served: Served) -> None:
    served.meanwhile = lambda: served.enlist("b") if len(served.batches) == 1 else None
    served.enlist("a")
    served.jobs.kept.pop(0)()
    leads, tells = served.jobs.kept
    leads()
    assert (served.batches, served.told) == ([["a"], ["b"]], [])
    tells()
    assert served.told == [("a", None)]
    served.jobs.kept.remove(leads)
    served.jobs.kept.remove(tells)
    served.jobs.do()
    assert served.told == [("a", None), ("b", None)]


def test_a_failure_is_told_to_those_who_were_served_with_it(served: Served) -> None:
    served.failing = ValueError("only once")
    served.enlist("a", "b")
    served.jobs.do()
    assert served.told == [("a", served.failing), ("b", served.failing)]


def test_unavailable_is_told_once_to_those_who_came_meanwhile(served: Served) -> None:
    served.failing = Unavailable(retry_after=2)
    served.meanwhile = lambda: served.enlist("b", "c")
    served.enlist("a")
    served.jobs.do()
    assert served.batches == [["a"]]
    assert sorted(name for name, _ in served.told) == ["a", "b", "c"]
    assert {error for _, error in served.told} == {served.failing}


def test_who_breaks_when_it_is_told_keeps_nothing_from_the_others(served: Served) -> None:
    def breaking(_: BaseException | None) -> None:
        raise ValueError("broken")

    served.enlist("a")
    served.together.enlist("b", breaking)
    served.enlist("c")
    with pytest.raises(ValueError, match="broken"):
        served.jobs.do()
    assert served.told == [("a", None), ("c", None)]


def test_who_waits_and_who_does_not_are_served_together() -> None:
    served, threads = Served(most=9), list[threading.Thread]()

    def come() -> None:
        if len(served.batches) > 1:
            return
        served.enlist("b")
        threads.append(threading.Thread(target=served.together.serve, args=("c",)))
        threads[0].start()
        while len(served.together._waiting) < 2:
            threads[0].join(0.001)

    served.meanwhile = come
    served.enlist("a")
    served.jobs.do()
    threads[0].join(5)
    assert not threads[0].is_alive()
    assert served.batches == [["a"], ["b", "c"]]
    assert served.told == [("a", None), ("b", None)]


def test_many_are_served_one_after_the_other_without_end_to_the_stack() -> None:
    served = Served(most=1)
    served.enlist(*map(str, range(2_000)))
    served.jobs.do()
    assert [name for name, _ in served.told] == [str(number) for number in range(2_000)]


class Outcomes:
    """Where a log's outcomes go."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.errors: list[ChatError] = []

    def take(self, outcome: Outcome) -> None:
        try:
            self.sent.append(outcome())
        except ChatError as error:
            self.errors.append(error)


def test_each_ones_error_is_its_own_and_the_others_hear_after_the_commit(world: World) -> None:
    jobs, outcomes = Jobs(), Outcomes()
    log = MessageLog(Storing(world.db, world.posting, world.shortcut), jobs)
    session = world.add_session()
    actor = visitor_actor(world.visitor(session.visitor_id))
    log.append_soon(actor, session.id, make_draft(body="hello"), outcomes.take)
    log.append_soon(actor, new_id(), make_draft(), outcomes.take)
    assert (outcomes.sent, world.realtime.of(MessageSent)) == ([], [])
    jobs.do()
    assert [one.message.body for one in outcomes.sent] == ["hello"]
    assert [type(error) for error in outcomes.errors] == [NotFound]
    assert [one.message.body for one in world.realtime.of(MessageSent)] == ["hello"]


def test_the_limit_refuses_before_anything_is_enlisted(world: World) -> None:
    session, outcomes = world.add_session(), Outcomes()
    actor = visitor_actor(world.visitor(session.visitor_id))
    world.limiter.hits["messages:visitor", actor.id] = 1_000
    with pytest.raises(RateLimited):
        world.messages.send_soon(actor, session.id, make_draft(), outcomes.take)
    assert world.said_in(session.id) == []
