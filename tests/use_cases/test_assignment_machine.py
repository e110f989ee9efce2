"""Random agents in memory, for a quarter of a minute: see tests/assignment_machine.py."""

import time

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.assignment_machine import AssignmentMachine
from tests.office import Office

SECONDS = 15
SETTINGS = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


class InMemory(AssignmentMachine):
    make_office = staticmethod(lambda: Office(None))


@pytest.mark.timeout(300)
def test_random_agents_break_no_promise() -> None:
    """Many rounds of few examples each, with other seeds, until the time is over."""
    until, rounds = time.monotonic() + SECONDS, 0
    while time.monotonic() < until:
        seed(time.time_ns())(InMemory)
        run_state_machine_as_test(InMemory, settings=SETTINGS)
        rounds += 1
    assert rounds > 1
