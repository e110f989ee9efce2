"""What a message, a session and a socket cost on this machine: the ground of bench/scale.py.

python -m bench.costs            measure all and keep it in bench/costs.json (three minutes)
python -m bench.costs --part messages --part sockets      only those
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import psycopg2

from bench.gauges import Moment, kept_of_a_session, moment
from bench.machine import Meter, Reading, ask_postgres
from bench.servers import START_SECONDS, Server
from bench.sizes import sizes
from bench.stage import OURS, ROOT, TWO, Stage, stage

KEPT: Final = ROOT / "bench" / "costs.json"
# Server, words for the generator; closed loops thrice, for they are what the simulation must meet.
CLOSED: Final = ((OURS, ("--pairs", "50")), (OURS, ("--pairs", "500")))
RATES: Final = (250, 500, 1000, 2000)
LOADS: Final[Sequence[tuple[str, Sequence[str]]]] = (
    *CLOSED,
    *((OURS, ("--pairs", "50", "--rate", str(rate))) for rate in RATES),
    *CLOSED,
    *CLOSED,
    *2 * ((TWO, ("--pairs", "200")),),
)
SECONDS: Final = 5
IDLE: Final = 2000
IDLE_SECONDS: Final = 30
ONLINE: Final = 8
OPENING_SECONDS: Final = 8
SETTLE_MS: Final = 15_000
WORKER: Final = ("-m", "celery", "-q", "-A", "celery_worker", "worker", "-P", "threads", "-c", "4", "-l", "INFO")  # fmt: skip
Figures = dict[str, Any]


def watched(on: Stage, name: str, words: Sequence[str], seconds: int) -> tuple[Figures, dict[str, Moment]]:  # fmt: skip
    """Load a server: what the generator saw, and the installation at each of its marks."""
    moments: dict[str, Moment] = {}

    def look(mark: str, reading: Reading) -> None:
        moments[mark] = moment(on.server(name), on.valkey.url, reading)

    seen = on.play(name, words, seconds, at=look)
    return seen, moments


def messages(on: Stage) -> Figures:
    """Each load: what was stored, and what every part has used for it."""
    found = []
    for server, words in LOADS:
        seen, moments = watched(on, server, words, SECONDS)
        shown = ("pairs", "rate", "messages_per_s", "ack_p50_ms", "ack_p99_ms")
        used = moments["end"].since(moments["begin"])
        processes = 2 if server == TWO else 1
        found.append({one: seen[one] for one in shown} | {"processes": processes} | used)
        print(json.dumps(found[-1]), file=sys.stderr, flush=True)
    return {
        "loads": found,
        "message": sizes(on.server(OURS).database)["message"],
        "recent": kept_of_a_session(on.server(OURS).env["REDIS_ADDR"]),
    }


def sockets(on: Stage) -> Figures:
    """Sockets that only listen: what it costs to come, and to stay."""
    on.server(OURS).restart()
    still, before = _still(on, ("--pairs", "1", "--rate", "1"), 10)
    empty = before["end"].reading.memory["web"]
    words = ("--pairs", "1", "--rate", "1", "--idle", str(IDLE))
    staying, moments = _still(on, words, IDLE_SECONDS)
    coming = moments["full"].since(moments["empty"])
    # From before their sessions were opened: what that has freed again would hide a part.
    grown = moments["full"].reading.memory["web"] - empty
    return {"sockets": {
        "count": IDLE,
        "bytes": round(grown / IDLE),
        "valkey_bytes": round(coming["valkey_memory"] / IDLE),
        "coming": coming,
        "staying": staying,
        "none": still,
    }}  # fmt: skip


def _still(on: Stage, words: Sequence[str], seconds: int) -> tuple[Figures, dict[str, Moment]]:
    _, moments = watched(on, OURS, words, seconds)
    return moments["end"].since(moments["begin"]), moments


def sessions(on: Stage) -> Figures:
    """Sessions that visitors open and the worker gives to agents."""
    server = on.server(OURS)
    worker = _worker(server, on.folder / "worker.log")
    try:
        meter = Meter({"worker": worker.pid})
        at: dict[str, Reading] = {}
        moments: dict[str, Moment] = {}

        def look(mark: str, reading: Reading) -> None:
            at[mark], moments[mark] = meter.read(), moment(server, on.valkey.url, reading)

        words = ("--open", "--pairs", "20", "--online", str(ONLINE), "--grace", str(SETTLE_MS))
        seen = on.play(OURS, words, OPENING_SECONDS, at=look)
    finally:
        worker.terminate()
        worker.wait(30)
    given = int(ask_postgres(server.database, "select count(*) from assignment"))
    return {"sessions": {
        "opened": seen["acked"],
        "assigned": given,
        "calls_per_s": seen["calls_per_s"],
        "cpu worker": round(at["settled"].used["worker"] - at["begin"].used["worker"], 3),
        "opening": moments["end"].since(moments["begin"]),
        "settling": moments["settled"].since(moments["end"]),
        "sizes": sizes(server.database),
    }}  # fmt: skip


# What a worker does for search in one sweep; its own CPU seconds without the start.
SWEEPS: Final = """
import time
from chat_app import create_app
sweep = create_app(role="worker").extensions["cland"].services.indexing.sweep
begun, found = time.process_time(), sweep()
print(found, time.process_time() - begun)
"""


def indexing(on: Stage) -> Figures:
    """Messages that search learns, behind their senders."""
    server = on.server(OURS)
    on.play(OURS, ("--pairs", "50"), SECONDS)
    meter = on.meter(server)
    before = moment(server, on.valkey.url, meter.read())
    argv = [sys.executable, "-c", SWEEPS]
    told = subprocess.run(argv, cwd=server.folder, env=dict(server.env), check=True, capture_output=True, text=True)  # fmt: skip
    after = moment(server, on.valkey.url, meter.read()).since(before)
    found, seconds = told.stdout.split()[-2:]
    return {"indexing": {
        "texts": int(found),
        "cpu worker": round(float(seconds), 3),
        "cpu PostgreSQL": after["cpu PostgreSQL"],
        "wal_bytes": after["wal_bytes"],
        "sizes": sizes(server.database)["search_document"],
    }}  # fmt: skip


def time_syncs(url: str) -> None:
    """Let PostgreSQL count how long it waits for the disk that holds its log."""
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("alter system set track_wal_io_timing = on")
            cursor.execute("select pg_reload_conf()")


def _worker(server: Server, log: Path) -> "subprocess.Popen[bytes]":
    """A Celery worker beside a web server, once it waits for work: its start is no session's cost."""
    quick = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    argv = [sys.executable, *WORKER, *quick]
    with log.open("wb") as out:
        process = subprocess.Popen(argv, cwd=server.folder, env=dict(server.env), stdout=out, stderr=out)  # fmt: skip
    deadline = time.monotonic() + START_SECONDS
    while " ready." not in log.read_text(encoding="utf-8", errors="replace"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"the worker did not start:\n{log.read_text()}")
        time.sleep(0.1)
    return process


def dumped(kept: Figures) -> str:
    """JSON with one part, and one load, a line."""
    parts = []
    for name, part in kept.items():
        each = ",\n ".join(map(json.dumps, part)) if isinstance(part, list) else None
        parts.append(f"{json.dumps(name)}: {json.dumps(part) if each is None else f'[{each}]'}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


PARTS: Final[Mapping[str, Callable[[Stage], Figures]]] = {
    "sessions": sessions,
    "messages": messages,
    "indexing": indexing,
    "sockets": sockets,
}


def main() -> None:
    """Measure, and keep."""
    parser = argparse.ArgumentParser(description="Measure what things cost on this machine.")
    parser.add_argument("--part", action="append", choices=PARTS, help="only this one")
    chosen = parser.parse_args().part or list(PARTS)
    kept: Figures = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    with stage() as on:
        time_syncs(on.postgres.url())
        for name in chosen:
            kept |= PARTS[name](on)
        kept["machine"] = on.facts()
    KEPT.write_text(dumped(kept), encoding="utf-8")


if __name__ == "__main__":
    main()
