"""Admins who act at the same moment, on real databases: what must stay, stays."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from chat_app.domain.actor import Actor
from chat_app.domain.agent import Agent
from chat_app.domain.errors import ChatError, NotFound, Validation
from chat_app.infrastructure.clock import SystemClock
from chat_app.infrastructure.ids import RandomIds
from chat_app.infrastructure.redis.presence import LocalVisitorPresence
from chat_app.use_cases.assignment import Assigning
from chat_app.use_cases.business_hours import BusinessHours, NewSchedule
from chat_app.use_cases.departments import Departments
from chat_app.use_cases.hands import Hands
from chat_app.use_cases.site_settings import SiteSettings
from chat_app.use_cases.staff import Staff
from chat_app.use_cases.views import Views
from tests.builders import agent_actor, make_agent, make_department, make_schedule, make_site
from tests.fakes import PlainPasswords
from tests.infrastructure.bench import Bench

ROUNDS = 5


class Office:
    """The use cases of admins over the real database."""

    def __init__(self, bench: Bench) -> None:
        ids, clock = RandomIds(), SystemClock()
        views = Views(LocalVisitorPresence(), clock)
        hands = Hands(views, ids, clock)
        self.staff = Staff(bench.uow, hands, PlainPasswords(), ids, clock)
        self.sites = SiteSettings(bench.uow, ids, clock)
        self.assigning = Assigning(bench.uow, hands, bench.realtime)
        self.departments = Departments(bench.uow, views, ids, clock)
        self.hours = BusinessHours(bench.uow, ids, clock)


@pytest.fixture
def office(real_bench: Bench) -> Office:
    return Office(real_bench)


def both(*work: Callable[[], object]) -> list[ChatError | None]:
    """Begin all at the same moment; what refused each."""
    barrier = threading.Barrier(len(work))

    def begin(one: Callable[[], object]) -> ChatError | None:
        barrier.wait(timeout=20)
        try:
            one()
        except ChatError as refused:
            return refused
        return None

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(begin, work))


def admins(bench: Bench) -> list[Agent]:
    with bench.uow() as uow:
        return list(uow.agents.locked_admins())


def boss(bench: Bench) -> Actor:
    agent = make_agent(role="admin")
    bench.keep(agent)
    return agent_actor(agent)


def test_two_admins_cannot_both_put_the_other_out(real_bench: Bench, office: Office) -> None:
    for _ in range(ROUNDS):
        real_bench.clear()
        one, other = boss(real_bench), boss(real_bench)
        refusals = both(
            lambda one=one, other=other: office.staff.delete(one, other.id),  # type: ignore[misc]  # bound per round
            lambda one=one, other=other: office.staff.change(other, one.id, {"role": "agent"}),  # type: ignore[misc]  # bound per round
        )
        assert [type(one) for one in refusals if one] == [Validation]
        assert len(admins(real_bench)) == 1


def test_two_admins_cannot_both_take_the_last_sites(real_bench: Bench, office: Office) -> None:
    for _ in range(ROUNDS):
        real_bench.clear()
        chief, sites = boss(real_bench), (make_site(), make_site())
        real_bench.keep(*sites)
        refusals = both(
            lambda: office.sites.delete(chief, sites[0].id),  # noqa: B023 - run within the round
            lambda: office.sites.delete(chief, sites[1].id),  # noqa: B023 - run within the round
        )
        assert [type(one) for one in refusals if one] == [Validation]
        with real_bench.uow.reading() as uow:
            assert uow.sites.default() is not None


def test_nobody_who_is_put_out_keeps_a_session(real_bench: Bench, office: Office) -> None:
    for _ in range(ROUNDS):
        chief, agent = boss(real_bench), make_agent(capacity=10)
        real_bench.keep(agent)
        with real_bench.uow() as uow:
            uow.leases.take(f"socket of {agent.id}", agent.id, 75)
            uow.commit()
        sessions = [real_bench.session() for _ in range(5)]
        refusals = both(
            office.assigning.assign_waiting,
            lambda: office.staff.change(chief, agent.id, {"disabled": True}),  # noqa: B023 - run within the round
        )
        assert refusals == [None, None]
        office.staff.requeue_sessions(agent.id)  # what the worker does after the commit
        with real_bench.uow.reading() as uow:
            for session in sessions:
                stored = uow.sessions.get(session.id)
                assert stored is not None
                assert (stored.status, stored.agent_id) == ("queued", None)
            assert uow.assignments.taken_slots(agent.id) == set()


def test_two_admins_cannot_both_give_a_department_its_hours(
    real_bench: Bench, office: Office
) -> None:
    for _ in range(ROUNDS):
        chief, sales = boss(real_bench), make_department()
        real_bench.keep(sales)
        new = NewSchedule("UTC", [], department_id=sales.id)
        refusals = both(
            lambda: office.hours.create(chief, new),  # noqa: B023 - run within the round
            lambda: office.hours.create(chief, new),  # noqa: B023 - run within the round
        )
        assert [type(one) for one in refusals if one] == [Validation]


def test_no_hours_stay_behind_of_a_department_that_is_deleted(
    real_bench: Bench, office: Office
) -> None:
    for _ in range(ROUNDS):
        chief, sales = boss(real_bench), make_department()
        real_bench.keep(sales)
        new = NewSchedule("UTC", [], department_id=sales.id)
        both(
            lambda: office.hours.create(chief, new),  # noqa: B023 - run within the round
            lambda: office.departments.delete(chief, sales.id),  # noqa: B023 - run within the round
        )
        with real_bench.uow.reading() as uow:
            assert uow.business_hours.of(sales.id) == []


def test_hours_that_are_forgotten_meanwhile_are_not_there(
    real_bench: Bench, office: Office
) -> None:
    for _ in range(ROUNDS):
        chief, sales = boss(real_bench), make_department()
        schedule = make_schedule(department_id=sales.id)
        real_bench.keep(sales, schedule)
        refusals = both(
            lambda: office.hours.delete(chief, schedule.id),  # noqa: B023 - run within the round
            lambda: office.hours.change(chief, schedule.id, {"enabled": False}),  # noqa: B023 - run within the round
        )
        assert {type(one) for one in refusals if one} <= {NotFound}
        with real_bench.uow.reading() as uow:
            assert uow.business_hours.of(sales.id) == []
