"""What is kept of a measurement."""

import json

import pytest

from bench import costs
from bench.gauges import Moment
from bench.machine import Reading
from bench.prices import prices


def moment(at: float, web: float, wal: float) -> Moment:
    return Moment(Reading(at, {"web": web, "idle": 1.0}, {"web": 1}), {"wal_bytes": wal})


def test_what_lies_between_two_moments_is_what_has_grown() -> None:
    grown = moment(15.0, 3.25, 900.0).since(moment(10.0, 2.0, 100.0))
    assert grown == {"wal_bytes": 800.0, "cpu web": 1.25, "cpu idle": 0.0, "seconds": 5.0}


def test_the_kept_costs_are_written_as_the_program_writes_them() -> None:
    text = costs.KEPT.read_text(encoding="utf-8")
    assert costs.dumped(json.loads(text)) == text


def test_a_load_stands_on_a_line_of_its_own() -> None:
    kept = {"recent": 5, "loads": [{"a": 1}, {"a": 2}]}
    text = costs.dumped(kept)
    assert json.loads(text) == kept
    assert '{"a": 1},\n' in text


def test_work_of_several_processes_beyond_that_of_one_is_hearing() -> None:
    kept = json.loads(costs.KEPT.read_text(encoding="utf-8"))
    before = prices(kept)
    for load in kept["loads"]:
        if load["processes"] == 2:
            load["cpu web"] += 0.0001 * load["messages"] / 2
    after = prices(kept)
    assert after.hearing >= before.hearing
    assert after.hearing - before.hearing == pytest.approx(0.0001) or before.hearing == 0
    assert after.web == before.web
