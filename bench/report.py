"""Tables and plots of what bench/run.py has measured.

python -m bench.report     refreshes docs/performance.md and its plots from bench/results.json
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench import marks, svg
from bench.figures import Results, by, label, median, ratio, scenes, servers
from bench.stage import OURS, REFERENCE
from bench.tables import TABLES

ROOT: Final = Path(__file__).resolve().parent.parent

RESULTS: Final = ROOT / "bench" / "results.json"
DOCUMENT: Final = ROOT / "docs" / "performance.md"
IMAGES: Final = ROOT / "docs" / "images"
# Table, figure, unit: what is compared by bars.
COMPARED: Final = (
    ("messages", "messages_per_s", "messages/s"),
    ("rest", "calls_per_s", "calls/s"),
    ("idle", "connects_per_s", "connects/s"),
)


def every_table(results: Results) -> str:
    """All tables that have lines."""
    return "\n\n".join(shown for one in TABLES.values() if (shown := one(results)))


def filled(document: str, results: Results) -> str:
    """A document with the tables between its marks made anew."""

    return marks.filled(document, "bench", {name: one(results) for name, one in TABLES.items()})


def _pairs(results: Results) -> Iterator[svg.Pair]:
    for table, figure, unit in COMPARED:
        for scene, of in scenes(results, table):
            ours, theirs = (median(by(of, one), figure) for one in (OURS, REFERENCE))
            beside = ratio(of, figure)
            if ours and theirs and beside and not median(of, "rate"):
                yield svg.Pair(scene, ours, theirs, beside, unit)


def _lines(results: Results) -> Iterator[svg.Line]:
    offered = [(runs[0]["rate"], runs) for _, runs in scenes(results, "offered")]
    present = [one for one in (OURS, REFERENCE) if any(one in servers(runs) for _, runs in offered)]
    for server in present:
        colour = "a" if server == OURS else "b"
        for figure, name, dashes in (("ack_p99_ms", "p99", ""), ("ack_p50_ms", "p50", " thin")):
            points = [(rate, median(by(runs, server), figure)) for rate, runs in offered]
            known = [(float(rate), value) for rate, value in points if value is not None]
            yield svg.Line(f"{label(server)}, {name}", colour + dashes, known)


def plots(results: Results) -> dict[str, str]:
    """File name → SVG, of what was measured."""
    made = {}
    if pairs := list(_pairs(results)):
        title = "On one core: this program beside a minimal Node server"
        made["bench-throughput.svg"] = svg.bars(title, pairs, (label(OURS), label(REFERENCE)))
    if lines := list(_lines(results)):
        title = "Time until a message is acknowledged, by offered rate"
        made["bench-latency.svg"] = svg.lines(title, "messages offered a second", "ms", lines)
    return made


def draw(results: Results, folder: Path) -> None:
    """Write the plots."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, drawn in plots(results).items():
        (folder / name).write_text(drawn, encoding="utf-8")


def main() -> None:
    """Bring document and plots up to the results that are kept."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    document = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(filled(document, results), encoding="utf-8")
    draw(results, IMAGES)


if __name__ == "__main__":
    main()
