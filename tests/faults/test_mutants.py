"""F33: with a protection broken on purpose, a named test fails; without, it passes."""

import os
import subprocess
import sys

import pytest

from tests.faults.mutants import MUTANTS
from tests.processes import ROOT

KILLERS = {
    "no_deduplication": "tests/infrastructure/test_concurrency.py"
    "::test_the_same_message_sent_at_once_is_stored_once",
    "no_row_lock": "tests/infrastructure/test_concurrency.py"
    "::test_everybody_who_speaks_at_once_gets_a_number_of_its_own",
    "no_order": "tests/infrastructure/test_contract_messages.py::test_forwards",
    "no_resume": "tests/delivery/http/test_messages.py",
    "no_sweep": "tests/infrastructure/test_contract_outbox.py"
    "::test_a_lock_that_ran_out_frees_the_work",
}


def run(killer: str, mutant: str | None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "tests.faults.mutants", killer],
        cwd=ROOT,
        env={**os.environ, **({"MUTANT": mutant} if mutant else {})},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_every_mutant_has_a_killer() -> None:
    assert KILLERS.keys() == MUTANTS.keys()


@pytest.mark.parametrize("mutant", sorted(KILLERS))
def test_a_broken_protection_makes_its_test_fail(mutant: str) -> None:
    result = run(KILLERS[mutant], mutant)
    assert result.returncode == 1, result.stdout[-2000:]
    assert "failed" in result.stdout


def test_the_killers_pass_when_nothing_is_broken() -> None:
    for killer in set(KILLERS.values()):
        result = run(killer, None)
        assert result.returncode == 0, result.stdout[-2000:]
