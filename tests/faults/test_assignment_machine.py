"""Random agents on PostgreSQL, for ten minutes: see tests/assignment_machine.py."""

import time

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis.stateful import run_state_machine_as_test

from tests.assignment_machine import AssignmentMachine
from tests.infrastructure.bench import Bench, engine_of
from tests.office import Office

SECONDS = 600
SETTINGS = settings(
    max_examples=10,
    stateful_step_count=60,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.timeout(SECONDS + 600)
def test_random_agents_break_no_promise(postgres_url: str, seed: int) -> None:
    engine = engine_of(postgres_url)

    class OnPostgres(AssignmentMachine):
        @staticmethod
        def make_office() -> Office:
            Bench(engine).clear()
            return Office(engine)

    until, rounds = time.monotonic() + SECONDS, 0
    while time.monotonic() < until:
        seeded(seed + rounds)(OnPostgres)
        run_state_machine_as_test(OnPostgres, settings=SETTINGS)
        rounds += 1
    engine.dispose()
    print(f"{rounds} rounds of {SETTINGS.max_examples} sequences")  # noqa: T201 - a figure of the run
    assert rounds > 1
