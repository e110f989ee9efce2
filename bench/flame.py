"""Where the web process spends its time while 50 visitors write: a picture, and tables of shares.

python -m bench.flame            profile with py-spy, draw, and bring docs/performance.md up to date
python -m bench.flame --write    only the document, from the figures that are kept

Time in which a thread waits (for PostgreSQL, for something to read) is not in it: py-spy counts
what has work on the processor.
"""

import argparse
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from bench import marks, svg
from bench.machine import OTHERS, pinned
from bench.report import DOCUMENT, IMAGES
from bench.scenes import SCENES
from bench.stacks import Stack, library, nearest, own, room, stacks, tree
from bench.stage import OURS, ROOT, Result, Stage, stage
from bench.tables import table

KEPT: Final = ROOT / "bench" / "flame.json"
PICTURE: Final = "flame-hot-path.svg"
SCENE: Final = "50 pairs"
PER_SECOND: Final = 250
# Opening the sessions comes first and is not what is asked about.
WARM_SECONDS: Final = 5
LOOKED_SECONDS: Final = 15
COLOURS: Final = {"delivery": "f0", "infrastructure": "f1", "use_cases": "f2", "domain": "f3"}
SMALLEST: Final = 0.01
READING: Final = "reading what has arrived"
# Function → the step that begins with it, and ends where another one begins.
STEPS: Final[Mapping[str, str]] = {
    "BaseHub.run": "the event loop itself",
    "Line._readable": READING,
    "EngineLine._work": "dispatch: who is it, schema, acknowledgement",
    "Line._flush": "writing to sockets",
    "MessageLog.append_soon": "the group: gathering, leading",
    "Together._lead": "the group: gathering, leading",
    "_tell": "dispatch: who is it, schema, acknowledgement",
    "Storing.prepare": "the rule, on sessions as last seen",
    "Storing.store": "the rule, on sessions as last seen",
    "PostgresShortcut.append": "the one statement",
    "AfterCommit.follow": "what follows a commit",
    "RedisRecentMessages.remember": "newest messages, for Redis",
    "RedisRecentMessages._write": "newest messages, for Redis",
    "Outgoing._work": "pushes: dumping, sockets of this process, bus",
    "Pipe._send": "writing to Redis",
    "Refresh._tell": "inboxes",
    "Ear.listen": "hearing the bus, own publications among it",
    "Background._once": "heartbeats and sweeps",
}
Profile = Mapping[str, Any]


def summed(all_stacks: list[Stack]) -> dict[str, Any]:
    """The shares that the tables show."""
    return {
        "samples": sum(one.count for one in all_stacks),
        "rooms": own(all_stacks, room),
        "libraries": own(all_stacks, library),
        "steps": nearest(all_stacks, STEPS),
    }


def _rows(seen: Mapping[str, float], smallest: float = SMALLEST) -> list[str]:
    """The larger shares a line each, and what the others make together."""
    large = {name: share for name, share in seen.items() if share >= smallest}
    rows = [f"| {name} | {share * 100:.1f} |" for name, share in large.items()]
    if (rest := sum(seen.values()) - sum(large.values())) > 0.0005:
        rows.append(f"| all others | {rest * 100:.1f} |")
    return rows


TABLES: Final[Mapping[str, Callable[[Profile], str]]] = {
    "rooms": lambda kept: table("room, by its own functions | % of the time", _rows(kept["rooms"], 0)),
    "libraries": lambda kept: table("whose function it was | %", _rows(kept["libraries"])),
    "steps": lambda kept: table("step, with the libraries that it calls | %", _rows(kept["steps"])),
    "seen": lambda kept: (
        f"{kept['samples']:,} samples at work; meanwhile {kept['messages_per_s']:,} messages/s, "
        f"and the process used {kept['web']} % of its core. Waiting is left out."
    ),
}  # fmt: skip


def filled(document: str, kept: Profile) -> str:
    """The document with the shares of this profile."""
    return marks.filled(document, "flame", {name: one(kept) for name, one in TABLES.items()})


def drawn(all_stacks: list[Stack]) -> str:
    """The picture."""
    title = "The web process while 50 pairs write: width = share of its working time"
    return svg.flames(title, tree(all_stacks, "all"), COLOURS)


def recorded(on: Stage) -> tuple[str, Result]:
    """Load our server and look at it meanwhile: what py-spy wrote, and the generator."""
    server, raw = on.server(OURS), on.folder / "stacks"
    spy = [str(Path(sys.executable).parent / "py-spy"), "record", "--pid", str(server.pid)]
    spy += ["--format", "raw", "--nolineno", "--full-filenames", "--threads", "--output", str(raw)]
    spy += ["--rate", str(PER_SECOND), "--duration", str(LOOKED_SECONDS)]
    argv = pinned(spy, OTHERS)
    timer = threading.Timer(WARM_SECONDS, lambda: subprocess.run(argv, check=True))
    timer.start()
    result = on.play(OURS, SCENES[SCENE].words, WARM_SECONDS + LOOKED_SECONDS + 2)
    timer.join()
    return raw.read_text(encoding="utf-8"), result


def measure() -> None:
    """Profile, keep the shares, draw."""
    with stage() as on:
        raw, result = recorded(on)
    found = list(stacks(raw))
    kept = summed(found) | {
        "messages_per_s": result["messages_per_s"],
        "web": result["shares"]["web"],
    }
    KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    (IMAGES / PICTURE).write_text(drawn(found), encoding="utf-8")


def main() -> None:
    """Profile unless only the document is wanted; then bring that up to date."""
    parser = argparse.ArgumentParser(description="Profile the hot path.")
    parser.add_argument("--write", action="store_true", help="only the document, from what is kept")
    if not parser.parse_args().write:
        measure()
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    document = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(filled(document, kept), encoding="utf-8")


if __name__ == "__main__":
    main()
