"""`make bench`: this program and the Node reference, side by side on one machine, in turns.

Each server gets one core, the generator, PostgreSQL (which waits for its disk at every commit)
and Valkey share another. A figure alone says how busy the machine was; the ratio of runs that
took turns says something about the programs. See docs/performance.md.
"""

import argparse
import json
import os
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.servers import PASSWORD, Server, node_reference, program  # noqa: E402
from chat_app.infrastructure.embedded.postgres import EmbeddedPostgres  # noqa: E402
from chat_app.infrastructure.embedded.valkey import EmbeddedValkey  # noqa: E402

Result = dict[str, Any]
REFERENCE: Final = "node"
# name → words for the generator
SCENES: Final[Mapping[str, Sequence[str]]] = {
    "50 pairs": ("--pairs", "50"),
    "500 pairs": ("--pairs", "500"),
    "50 pairs, 500/s": ("--pairs", "50", "--rate", "500"),
    "2,000 idle": ("--pairs", "50", "--idle", "2000"),
    "10,000 idle": ("--pairs", "50", "--idle", "10000"),
}
SHORT: Final = ("50 pairs", "500 pairs", "50 pairs, 500/s")


def cores() -> tuple[list[int], list[int]]:
    """The core of the servers, and those of everything else; the same where there is only one."""
    usable = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]
    return usable[:1], usable[1:] or usable


def pinned(words: Sequence[str], to: Sequence[int]) -> list[str]:
    """A command that stays on some cores, where the machine can do that."""
    if shutil.which("taskset") is None:
        return list(words)
    return ["taskset", "-c", ",".join(map(str, to)), *words]


def load(server: Server, words: Sequence[str], seconds: int) -> Result:
    """Load one server once."""
    argv = ["node", str(ROOT / "bench" / "load.mjs"), "--url", server.url, "--password", PASSWORD]
    argv += ["--seconds", str(seconds), *words]
    spent: dict[str, float] = {}
    held: dict[str, int] = {}
    with subprocess.Popen(pinned(argv, cores()[1]), stdout=subprocess.PIPE, text=True) as generator:
        for line in generator.stdout or ():
            if line.startswith("{"):
                seen: Result = json.loads(line)
            else:
                spent[line.strip()] = server.cpu_seconds()
                held[line.strip()] = server.memory_bytes()
    if generator.returncode:
        raise SystemExit(f"the generator failed on {server.name}")
    seen["cpu_us"] = round((spent["end"] - spent["begin"]) / max(1, seen["acked"]) * 1e6)
    if "idle" in seen:
        seen["socket_kb"] = round((held["full"] - held["empty"]) / seen["idle"] / 1000, 1)
    return {"server": server.name, **seen}


def measured(server: Server, words: Sequence[str], seconds: int) -> Result:
    """As `load`; where sockets only listen also without them, each on a process of its own.

    What earlier sockets have left in a process would hide how much memory the next ones take.
    """
    if "--idle" not in words:
        return load(server, words, seconds)
    server.restart()
    without = load(server, words[: words.index("--idle")], seconds)["messages_per_s"]
    server.restart()
    among = load(server, words, seconds)
    kept = round(among["messages_per_s"] / without, 3)
    return among | {"messages_per_s_without": without, "kept": kept}


@contextmanager
def servers(beside: Sequence[str], web: int) -> Iterator[list[Server]]:
    """The program, other checkouts of it, and the reference, all ready and all idle."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cland-bench-")))
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, cores()[1])  # what is started from here on inherits it
        postgres = EmbeddedPostgres()
        stack.callback(postgres.stop)
        postgres.start()
        valkey = EmbeddedValkey(folder)
        stack.callback(valkey.stop)
        valkey.start()
        made = []
        for name, checkout in [("cland", ROOT), *((Path(one).name, Path(one)) for one in beside)]:
            database = postgres.create_database(f"bench_{secrets.token_hex(4)}")
            made.append(program(name, checkout, database, valkey.url, folder / name, web))
        made.append(node_reference(postgres.create_database("reference"), valkey.url, folder))
        for server in made:
            stack.callback(server.stop)
            server.prefix = pinned([], cores()[0]) if web == 1 else []
            server.start()
        yield made


def median(results: Sequence[Result], name: str) -> float | None:
    """The median of one figure; None when the scene does not tell it."""
    values = [one[name] for one in results if one.get(name) is not None]
    return statistics.median(values) if values else None


def row(scene: str, server: str, mine: Sequence[Result], theirs: Sequence[Result]) -> str:
    """One line of the table."""
    rate, reference = median(mine, "messages_per_s"), median(theirs, "messages_per_s")
    names = ("ack_p50_ms", "ack_p99_ms", "delivery_p50_ms", "delivery_p99_ms")
    shown = " | ".join(f"{value:.1f}" if (value := median(mine, one)) else "" for one in names)
    books = "/".join(
        str(sum(one[key] for one in mine)) for key in ("lost", "doubled", "disordered")
    )
    ratio = f"{rate / reference:.2f}" if rate and reference else ""
    cost = median(mine, "cpu_us") or 0
    return f"| {scene} | {server} | {rate:.0f} | {ratio} | {cost:.0f} | {shown} | {books} |"


def idle_row(scene: str, server: str, mine: Sequence[Result], theirs: Sequence[Result]) -> str:
    """One line of the second table."""

    def beside(name: str) -> str:
        rate, reference = median(mine, name), median(theirs, name)
        return f"{rate or 0:.0f}" + (f" | {rate / reference:.2f}" if rate and reference else " |")

    doors = " | ".join(beside(one) for one in ("opens_per_s", "connects_per_s", "joins_per_s"))
    kept = " | ".join(
        f"{median(mine, one) or 0:.{digits}f}"
        for one, digits in (("messages_per_s_without", 0), ("messages_per_s", 0), ("kept", 2))
    )
    gone = sum(one["idle"] - one["idle_alive"] for one in mine)
    return f"| {scene} | {server} | {doors} | {kept} | {median(mine, 'socket_kb'):.1f} | {gone} |"


def table(results: Mapping[str, Sequence[Result]]) -> str:
    """All scenes in Markdown: those of messages, and those of sockets that only listen."""
    lines = [
        "| scene | server | messages/s | ratio | CPU µs/message | ack p50 ms | p99 | delivery p50 ms | p99 | lost/doubled/disordered |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    idle = [
        "",
        "| scene | server | sessions opened/s | ratio | connects/s | ratio | joins/s | ratio | messages/s without | among | kept | KB a socket | gone |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for scene, runs in results.items():
        theirs = [one for one in runs if one["server"] == REFERENCE]
        for server in dict.fromkeys(one["server"] for one in runs):
            mine = [one for one in runs if one["server"] == server]
            if "idle" in mine[0]:
                idle.append(idle_row(scene, server, mine, theirs))
            lines.append(row(scene, server, mine, theirs))
    return "\n".join(lines + (idle if len(idle) > 3 else []))


def words() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(description="Measure this program against the Node reference.")
    parser.add_argument("--seconds", type=int, default=8, help="how long one run takes")
    parser.add_argument("--rounds", type=int, default=5, help="how many runs of each")
    parser.add_argument("--scene", action="append", choices=list(SCENES), help="only this one")
    parser.add_argument("--beside", action="append", default=[], help="another checkout of ours")
    parser.add_argument("--web", type=int, default=1, help="web processes of the program")
    parser.add_argument("--json", type=Path, help="where to keep every run")
    return parser.parse_args()


def main() -> None:
    """Run everything in turns and print the table."""
    asked = words()
    results: dict[str, list[Result]] = {}
    with servers(asked.beside, asked.web) as running:
        for scene in asked.scene or SHORT:
            for _ in range(asked.rounds):
                for server in running:
                    result = measured(server, SCENES[scene], asked.seconds)
                    results.setdefault(scene, []).append(result)
                    print(scene, json.dumps(result), flush=True, file=sys.stderr)
    if asked.json:
        asked.json.write_text(json.dumps(results, indent=1))
    print(table(results))


if __name__ == "__main__":
    main()
