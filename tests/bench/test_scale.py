"""The simulation against what queueing theory knows, and against what was measured."""

import json
import math
import random
import statistics
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from bench import costs, growth, scale
from bench.installation import Installation, Plan
from bench.prices import Learning, Price, Prices, Session, Socket, fitted, prices
from bench.queues import Clock, Cores, Disk, Thread
from bench.scenarios import closed, knee, offered, quantile, storm

# A slow machine: few events until it is full.
PRICES = Prices(
    web=Price(0.005, 0.001), postgres=Price(0.005, 0.001), valkey=Price(1e-5, 1e-5), generator=1e-4,
    hearing=5e-4, flush=0.005, session=Session(0.01, 0.01, 0.01), learning=Learning(1e-4, 1e-4),
    socket=Socket(0.004, 0.001, 1e-6, 1e4, 500), wal_message=2000, bus_message=1000,
)  # fmt: skip
PLAN = Plan("four", web=4, cores=4, workers=2)
KEPT = json.loads(costs.KEPT.read_text(encoding="utf-8"))


def sojourn(load: float, servers: int, draw: Any, count: int = 60_000) -> float:
    """Mean time from arrival to end, in units of the mean work, when arrivals are random."""
    clock, chance = Clock(), random.Random(1)
    cores = Cores(clock, servers)
    server = Thread(cores) if servers == 1 else cores
    took: list[float] = []

    def arrive() -> None:
        begun = clock.now
        server.work(draw(chance), lambda: took.append(clock.now - begun))
        if len(took) < count:
            clock.after(chance.expovariate(load * servers), arrive)

    clock.after(0, arrive)
    clock.run(math.inf)
    return statistics.mean(took)


def erlang_c(load: float, servers: int) -> float:
    """The share of arrivals that must wait (M/M/c)."""
    work = load * servers
    full = work**servers / math.factorial(servers) / (1 - load)
    return full / (sum(work**n / math.factorial(n) for n in range(servers)) + full)


@pytest.mark.parametrize("load", [0.3, 0.6, 0.8])
def test_one_server_with_random_work_is_mm1(load: float) -> None:
    assert sojourn(load, 1, lambda chance: chance.expovariate(1)) == pytest.approx(
        1 / (1 - load), rel=0.06
    )


@pytest.mark.parametrize("load", [0.3, 0.6, 0.8])
def test_one_server_with_even_work_is_md1(load: float) -> None:
    expected = 1 + load / (2 * (1 - load))
    assert sojourn(load, 1, lambda _: 1.0) == pytest.approx(expected, rel=0.04)


@pytest.mark.parametrize(("load", "servers"), [(0.6, 2), (0.8, 4)])
def test_several_cores_are_mmc(load: float, servers: int) -> None:
    expected = 1 + erlang_c(load, servers) / (servers * (1 - load))
    found = sojourn(load, servers, lambda chance: chance.expovariate(1))
    assert found == pytest.approx(expected, rel=0.05)


def test_the_clock_does_what_is_due_in_order_and_stops() -> None:
    clock = Clock()
    done: list[tuple[str, float]] = []

    def note(name: str) -> None:
        done.append((name, clock.now))

    for name, seconds in (("late", 3.0), ("b", 1.0), ("c", 1.0), ("a", 0.5)):
        clock.after(seconds, partial(note, name))
    clock.run(2.0)
    assert done == [("a", 0.5), ("b", 1.0), ("c", 1.0)]
    assert clock.now == 2.0


def test_a_flush_serves_all_that_waited_when_it_began() -> None:
    clock, ends = Clock(), []
    disk = Disk(clock, lambda: 1.0)

    def note() -> None:
        ends.append(clock.now)

    disk.flush(note)
    for _ in range(5):
        clock.after(0.5, lambda: disk.flush(note))
    clock.run(10)
    assert ends == [1.0] + [2.0] * 5
    assert disk.flushes == 2


def test_a_thread_works_at_one_thing_and_a_machine_at_as_many_as_it_has_cores() -> None:
    clock = Clock()
    ends: list[float] = []
    cores = Cores(clock, 2)
    first, second, third = (Thread(cores) for _ in range(3))

    def note() -> None:
        ends.append(clock.now)

    for thread in (first, first, second, third):
        thread.work(1.0, note)
    clock.run(10)
    assert ends == [1.0, 1.0, 2.0, 2.0]
    assert cores.used == 4.0
    for _ in range(2):
        first.work(1.0, note)
    clock.run(20)
    assert ends[4:] == [11.0, 12.0], "the other core has nothing to do with it"


def test_every_message_is_acknowledged_and_delivered_once() -> None:
    room = Installation(PLAN, PRICES, seed=1)
    room.poisson(400, 5.0, lambda: room.message(room.random.choice(room.web)))
    room.clock.run(60)
    assert room.seen.sent > 1800
    assert len(room.seen.acks) == len(room.seen.deliveries) == room.seen.sent


def test_more_load_means_more_waiting_and_busier_parts() -> None:
    outcomes = [offered(PLAN, PRICES, rate) for rate in (50, 200, 600)]
    for name in ("ack_p50", "ack_p99"):
        values = [getattr(one, name) for one in outcomes]
        assert values == sorted(values)
    for part in ("web", "PostgreSQL", "workers", "Valkey"):
        values = [one.used[part] for one in outcomes]
        assert values == sorted(values)
    assert offered(PLAN, PRICES, 200) == outcomes[1], "the same seed, the same outcome"


def test_what_holds() -> None:
    good = offered(PLAN, PRICES, 100)
    assert good.holds
    for wrong in (
        replace(good, kept=0.94),
        replace(good, ack_p99=101.0),
        replace(good, used=good.used | {"workers": 0.99}),
        replace(good, used=good.used | {"Valkey": 0.99}),
    ):
        assert not wrong.holds


def test_groups_grow_with_the_load_so_that_a_message_becomes_cheaper() -> None:
    calm, busy = (offered(PLAN, PRICES, rate) for rate in (50, 800))
    assert busy.used["web"] / 800 < 0.5 * calm.used["web"] / 50


@pytest.mark.parametrize(
    ("first", "dear"),
    [
        ("web", replace(PRICES, web=Price(0.01, 0.02))),
        ("PostgreSQL", replace(PRICES, postgres=Price(0.01, 0.05))),
        ("disk", replace(PRICES, flush=0.1)),
        ("workers", replace(PRICES, session=Session(0.01, 0.01, 1.0))),
        ("Valkey", replace(PRICES, valkey=Price(0, 0.01))),
    ],
)
def test_the_first_limit_moves_to_what_becomes_dear(first: str, dear: Prices) -> None:
    before, after = offered(PLAN, PRICES, 100), offered(PLAN, dear, 100)
    assert after.first == first
    assert after.used[first] > 1.4 * before.used[first]


def test_the_knee_of_a_single_step_is_where_its_server_is_full() -> None:
    free, none_learned = Session(0, 0, 0), Learning(0, 0)
    none = Price(0, 0)
    only = replace(PRICES, web=Price(0, 0.005), postgres=none, valkey=none, hearing=0, flush=1e-9, session=free, learning=none_learned)  # fmt: skip
    one = Plan("one", web=1, cores=1)
    assert 160 <= knee(one, only).offered <= 200 / 0.95
    assert closed(replace(only, generator=1e-9), pairs=50) == pytest.approx(200, rel=0.02)


def test_more_web_processes_hold_more() -> None:
    two, four = Plan("two", web=2, cores=2), Plan("four", web=4, cores=4, workers=2)
    assert knee(four, PRICES).offered > 1.6 * knee(two, PRICES).offered


def test_sockets_that_come_back_take_the_time_of_their_work() -> None:
    told = storm(PLAN, PRICES, rate=100, returning=4000)
    assert told.last == pytest.approx(0.5 + 4000 * 0.004 / 4, rel=0.1)
    assert told.half < told.last
    fast = storm(PLAN, replace(PRICES, socket=replace(PRICES.socket, coming=0.002)), 100, 4000)
    assert fast.last < 0.7 * told.last


def test_prices_are_found_again_in_loads_made_of_them() -> None:
    loads = [
        {"groups": groups, "messages": messages, "cpu web": 0.0006 * groups + 0.0001 * messages}
        for groups, messages in ((1000, 1200), (900, 5000), (200, 20_000))
    ]
    found = fitted(loads, "web")
    assert (found.group, found.message) == pytest.approx((0.0006, 0.0001))
    assert found.of(10, 100) == pytest.approx(0.016)


def test_quantiles_are_in_milliseconds() -> None:
    values = [one / 1000 for one in range(100)]
    assert quantile(values, 0.5) == 50
    assert quantile(values, 0.99) == 99
    assert quantile([], 0.5) == math.inf


def test_an_index_grows_by_a_page_where_its_pages_no_longer_fit_into_one() -> None:
    assert growth.levels(10, 64) == 1
    assert growth.levels(1_000, 64) == 2
    depths = [growth.levels(10**power, 64) for power in range(1, 10)]
    assert depths == sorted(depths)
    assert growth.levels(10**9, 64) < growth.levels(10**9, 256) <= 7


def test_a_row_counts_its_body_once_and_a_day_its_messages() -> None:
    search = {"table": 60, "indexes": {"terms": 40}}
    sizes = {"body": 20, "table": 200, "indexes": {"a": 50, "b": 30}}
    row = growth.row(sizes, search, wal=1000, body=60)
    assert (row.table, row.search, row.stored, row.wal) == (240, 300, 620, 1040)
    year = growth.Year(86_400, row)
    assert year.peak == growth.PEAK
    assert year.daily_bytes == 86_400 * 620
    assert year.days_to(864_000) == 10


@pytest.mark.parametrize("pairs", [50, 500])
def test_the_simulation_meets_what_was_measured(pairs: int) -> None:
    measured, _ = scale.middle(KEPT, pairs)
    assert closed(prices(KEPT), pairs) == pytest.approx(measured["messages_per_s"], rel=0.25)


def test_the_middle_run_is_compared() -> None:
    run = {"processes": 1, "rate": 0, "pairs": 50, "seconds": 5.0, "cpu web": 3.0, "cpu idle": 6.0}
    loads = [run | {"messages_per_s": rate} for rate in (900, 100, 500)]
    loads.append(run | {"messages_per_s": 600, "pairs": 9})
    found, share = scale.middle({"machine": {"cores": "2 (of some kind)"}, "loads": loads}, 50)
    assert found["messages_per_s"] == 500
    assert share == pytest.approx(0.1)


def test_the_document_shows_what_the_kept_costs_say() -> None:
    """After a measurement: python -m bench.scale --write. Long simulations are not repeated here."""
    document = scale.DOCUMENT.read_text(encoding="utf-8")
    for name in scale.TABLES:
        assert f"<!-- scale: {name} -->" in document
    for made in (scale.costs, scale.checked, scale.sizes, scale.years):
        assert made(KEPT) in document
