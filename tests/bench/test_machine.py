"""Who gets which core, and who used it."""

import os
import subprocess
import sys
import time

import pytest

from bench import machine
from bench.machine import COUNTED, Meter, shares, split
from tests.processes import ROOT

# By its own time, not by the clock: a busy machine gives it less.
BUSY = "import time\nwhile time.process_time() < 0.4: pass"


def test_servers_have_the_first_core_and_everything_else_the_others() -> None:
    assert split([3]) == ([3], [3])
    assert split([0, 1]) == ([0], [1])
    assert split([2, 4, 5, 7]) == ([2], [4, 5, 7])


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system pins nothing")
def test_moving_to_some_cores_does_not_move_the_servers() -> None:
    """What a process may use is asked once: afterwards it has left the servers' core itself."""
    program = (
        "import os\nfrom bench import machine\nbefore = machine.SERVERS, machine.USABLE\n"
        "os.sched_setaffinity(0, machine.OTHERS)\n"
        "from bench.stage import SERVERS, USABLE\nassert (SERVERS, USABLE) == before\n"
        "assert len(USABLE) == 1 or set(SERVERS).isdisjoint(machine.OTHERS)"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


@pytest.mark.skipif(not COUNTED, reason="this system has no /proc")
def test_a_part_is_charged_with_what_its_children_used_even_dead_ones() -> None:
    nested = f"import subprocess, sys, time\nsubprocess.run([sys.executable, '-c', {BUSY!r}])\ntime.sleep(30)"
    process = subprocess.Popen([sys.executable, "-c", nested])
    meter = Meter({"web": process.pid})
    before = meter.read()
    deadline = time.monotonic() + 20
    while machine.cpu_seconds(process.pid) < 0.35 and time.monotonic() < deadline:
        time.sleep(0.05)
    while len(machine.family(process.pid)) > 1 and time.monotonic() < deadline:
        time.sleep(0.05)
    after = meter.read()
    process.kill()
    process.wait()
    assert after.used["web"] - before.used["web"] >= 0.35
    assert 0 < shares(before, after)["web"] <= 110


@pytest.mark.skipif(not COUNTED, reason="this system has no /proc")
def test_a_process_that_has_ended_while_it_was_looked_for_counts_nothing() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert machine.memory_bytes(process.pid) == 0
    assert machine.cpu_seconds(process.pid) == 0
    assert machine.memory_bytes(os.getpid()) > 1_000_000
