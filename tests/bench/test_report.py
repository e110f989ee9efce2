"""Tables and plots say what the runs say, and the documents say what the tables say."""

import json
import re
import xml.etree.ElementTree as ET
from typing import Any

from bench import report, svg
from bench.aims import AIMS, standing
from bench.figures import books, median, ratio
from bench.run import HELD, KNEE, Results, chosen, dumped
from bench.scenes import SCENES
from bench.stage import OURS, REFERENCE
from bench.tables import TABLES
from tests.processes import ROOT


def run(server: str, rate: float, **more: Any) -> dict[str, Any]:
    return {"server": server, "messages_per_s": rate, "ack_p99_ms": 10.0, "lost": 0, **more}


def results(*runs: dict[str, Any], scene: str = "50 pairs", table: str = "messages") -> Any:
    return {"machine": {"cores": "2"}, "scenes": {scene: {"table": table, "runs": list(runs)}}}


def test_a_ratio_is_the_median_of_turns_not_of_servers() -> None:
    """The machine is three times slower in the second turn; the programs are the same."""
    turns = [run(OURS, 300), run(REFERENCE, 200), run(OURS, 100), run(REFERENCE, 66),
             run(OURS, 300), run(REFERENCE, 400)]  # fmt: skip
    assert ratio(turns, "messages_per_s") == 1.5
    assert median(turns[::2], "messages_per_s") == 300


def test_books_are_sums_and_not_medians() -> None:
    runs = [run(OURS, 1), run(OURS, 1, lost=2), run(OURS, 1, doubled=1)]
    assert books(runs) == "2/1/0/0/0"
    assert "2/1/0/0/0" in TABLES["messages"](results(*runs))


def test_an_aim_is_met_or_missed_and_never_both() -> None:
    fast = results(run(OURS, 160), run(REFERENCE, 100))
    slow = results(run(OURS, 140), run(REFERENCE, 100))
    assert "| 1.60 | met |" in next(standing(fast))
    assert "| 1.40 | **missed** |" in next(standing(slow))
    assert "not measured" in next(standing(results(scene="none")))


def test_whatever_goes_wrong_below_the_knee_misses_the_aim() -> None:
    right = dict.fromkeys(("lost", "doubled", "disordered", "changed", "foreign", "holes"), 0)
    aim = AIMS[-1]
    for fault in right:
        pushed = run(OURS, 1) | right | {fault: 1, "stored": right}
        stored = run(OURS, 1) | right | {"stored": right | {fault: 1}}
        for wrong in (pushed, stored):
            value = aim.measure(results(wrong, scene=HELD, table="held"))
            assert value is not None
            assert not aim.met(value)


def test_every_scene_has_a_table() -> None:
    assert {scene.table for scene in SCENES.values()} <= set(TABLES)


def test_scenes_are_asked_for_by_name_or_table() -> None:
    assert chosen(["rest", "500 pairs"]) == ["500 pairs", "open sessions", "post messages"]
    assert chosen(None)[-1] == KNEE
    assert "10,000 idle" not in chosen(None)


def test_results_are_kept_and_added_to(tmp_path: Any) -> None:
    file = tmp_path / "results.json"
    first = Results(file)
    first.begin("50 pairs", "messages", more=False)
    first.add("50 pairs", run(OURS, 1))
    second = Results(file)
    second.begin("50 pairs", "messages", more=True)
    second.begin("500 pairs", "messages", more=False)
    second.add("50 pairs", run(OURS, 2))
    kept = json.loads(file.read_text())["scenes"]
    assert [one["messages_per_s"] for one in kept["50 pairs"]["runs"]] == [1, 2]
    assert kept["500 pairs"]["runs"] == []


def test_the_kept_results_are_written_as_the_program_writes_them() -> None:
    text = report.RESULTS.read_text(encoding="utf-8")
    assert dumped(json.loads(text)) == text


def test_the_document_and_its_plots_show_the_kept_results() -> None:
    """After a measurement: python -m bench.report"""
    kept = json.loads(report.RESULTS.read_text(encoding="utf-8"))
    document = report.DOCUMENT.read_text(encoding="utf-8")
    assert report.filled(document, kept) == document
    for name, drawn in report.plots(kept).items():
        assert (report.IMAGES / name).read_text(encoding="utf-8") == drawn
        assert f"images/{name}" in document


def test_pictures_are_well_formed_small_and_know_the_dark() -> None:
    pictures = sorted((ROOT / "docs" / "images").glob("*.svg"))
    assert pictures
    for path in pictures:
        text = path.read_text(encoding="utf-8")
        ET.fromstring(text)  # noqa: S314 - our own; raises on what is not XML
        assert "prefers-color-scheme: dark" in text
        assert "<script" not in text
        assert "site-packages" not in text
        assert len(text) < 300_000


def test_bars_are_as_long_as_their_values() -> None:
    drawn = svg.bars("t", [svg.Pair("one", 50, 100, 0.5, "x")], ("a", "b"))
    widths = re.findall(r'width="([\d.]+)" height="16"', drawn)
    assert len(widths) == 2
    assert float(widths[0]) * 2 == float(widths[1])
