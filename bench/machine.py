"""The machine under measurement: its cores, who used them, and what runs on it."""

import os
import platform
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg2
import redis

PROC: Final = Path("/proc")
COUNTED: Final = (PROC / "self/stat").exists()


# Read once: a process that has moved itself to some cores can no longer tell what it began with.
USABLE: Final = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]


def split(usable: Sequence[int]) -> tuple[list[int], list[int]]:
    """The core of the servers, and those of everything else; the same where there is only one."""
    return list(usable[:1]), list(usable[1:] or usable)


SERVERS, OTHERS = split(USABLE)


def pinned(words: Sequence[str], to: Sequence[int]) -> list[str]:
    """A command that stays on some cores, where the machine can do that."""
    if shutil.which("taskset") is None:
        return list(words)
    return ["taskset", "-c", ",".join(map(str, to)), *words]


def family(pid: int) -> list[int]:
    """A process and everything that it has started and that still lives."""
    found = [pid]
    for one in found:
        try:
            children = (PROC / f"{one}/task/{one}/children").read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        found += map(int, children)
    return found


def cpu_seconds(pid: int) -> float:
    """What a process and its family have used of all cores so far, dead children included."""
    return sum(_ticks(one) for one in family(pid)) / os.sysconf("SC_CLK_TCK") if COUNTED else 0.0


def memory_bytes(pid: int) -> int:
    """What a process and its family hold of the machine's memory; 0 where nobody counts."""
    if not COUNTED:
        return 0
    return sum(_pages(one) for one in family(pid)) * os.sysconf("SC_PAGE_SIZE")


def _pages(pid: int) -> int:
    try:
        return int((PROC / f"{pid}/statm").read_text().split()[1])
    except (FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
        return 0


def _ticks(pid: int) -> int:
    try:
        fields = (PROC / f"{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(map(int, fields[11:15]))


def _idle_seconds() -> float:
    """How long the cores that we may use have had nothing to do."""
    ours = {f"cpu{one}" for one in USABLE}
    lines = (line.split() for line in (PROC / "stat").read_text().splitlines())
    ticks = sum(int(line[4]) + int(line[5]) for line in lines if line[0] in ours)
    return ticks / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Reading:
    """What each part had used of the cores at one moment."""

    at: float
    used: Mapping[str, float]
    memory: Mapping[str, int]


@dataclass(frozen=True)
class Meter:
    """Reads the parts of an installation: name → process."""

    parts: Mapping[str, int]

    def read(self) -> Reading:
        """The state now; nothing in it where the machine has no /proc."""
        if not COUNTED:
            return Reading(time.monotonic(), {}, {})
        used = {name: cpu_seconds(pid) for name, pid in self.parts.items()}
        memory = {name: memory_bytes(pid) for name, pid in self.parts.items()}
        return Reading(time.monotonic(), used | {"idle": _idle_seconds()}, memory)


def shares(before: Reading, after: Reading) -> dict[str, int]:
    """Per cent of one core that each part used between two readings, and what nobody did."""
    passed = after.at - before.at
    return {
        name: round((seconds - before.used[name]) / passed * 100)
        for name, seconds in after.used.items()
    }


def postgres_pid(url: str) -> int:
    """The process that all others of a PostgreSQL descend from."""
    return int(ask_postgres(url, "select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)"))


def valkey_pid(url: str) -> int:
    """The process of a Valkey or Redis."""
    return int(ask_valkey(url, "server")["process_id"])


def ask_postgres(url: str, question: str) -> str:
    """The first value of a query's first row."""
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(question)
        row = cursor.fetchone()
        return str(row[0]) if row else ""


def ask_valkey(url: str, section: str) -> dict[str, str]:
    """One section of what a Valkey tells of itself."""
    client = redis.Redis.from_url(url)
    with closing(client):
        return {str(name): str(value) for name, value in dict(client.info(section)).items()}


def facts(postgres: str, valkey: str) -> dict[str, str]:
    """On what everything ran, as the tables say it."""
    told = ask_valkey(valkey, "server")
    return {
        "cores": f"{len(USABLE)} ({_model()})",
        "server on core": _numbers(SERVERS),
        "generator, PostgreSQL, Valkey on": _numbers(OTHERS),
        "Python": platform.python_version(),
        "Node": _said("node", "--version").removeprefix("v"),
        "PostgreSQL": ask_postgres(postgres, "show server_version"),
        "Valkey": told.get("valkey_version") or told["redis_version"],
        "system": f"{platform.system()} {platform.machine()}",
    }


def _numbers(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers)) if shutil.which("taskset") else "any"


def _model() -> str:
    """The processor's name, as far as the system tells it."""
    info = PROC / "cpuinfo"
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _said(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()
