"""Greenlets do job after job, as many at once as there are, and one's failure is its own."""

import json
import subprocess
import sys
from typing import Any

from tests.processes import ROOT


def seen(scene: str) -> Any:
    """What a scene of crew_program.py tells."""
    argv = [sys.executable, "-m", "tests.realtime.crew_program", scene]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True, timeout=30)
    return json.loads(done.stdout.splitlines()[-1])


def test_jobs_wait_beside_each_other_and_the_next_ones_use_the_same_greenlets() -> None:
    assert seen("waves") == {
        "began at once": False,  # whoever asks goes on first
        "waited beside each other": [3, 4],
        "ended": [[0, 1, 2], [0, 1, 2, 3]],
        "greenlets": 4,
    }


def test_few_stand_by_after_many_were_needed() -> None:
    assert seen("standing_by") == {"living": 2}


def test_a_job_that_fails_ends_nobody() -> None:
    assert seen("failing") == {"done": 2, "greenlets": 1}
