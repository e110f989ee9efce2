"""What runs say together: medians, ratios of turns, books, and how they are written."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bench.stage import OURS, REFERENCE, TWO

Run = Mapping[str, Any]
Results = Mapping[str, Any]
BOOKS: Final = ("lost", "doubled", "disordered", "changed", "foreign")
STORED: Final = (*BOOKS, "holes")
LABELS: Final = {OURS: "this program", TWO: "two web processes", REFERENCE: "Node"}


def label(server: str) -> str:
    """A server as tables call it; another checkout by its folder."""
    return LABELS.get(server) or Path(server).name


def scenes(results: Results, table: str) -> Iterator[tuple[str, Sequence[Run]]]:
    """The scenes of one table, with their runs."""
    for name, scene in results["scenes"].items():
        if scene["table"] == table and scene["runs"]:
            yield name, scene["runs"]


def runs(results: Results, scene: str) -> Sequence[Run]:
    """The runs of a scene; none when it was not played."""
    found: Sequence[Run] = results["scenes"].get(scene, {}).get("runs", [])
    return found


def servers(of: Sequence[Run]) -> list[str]:
    """Who was loaded, in the order of the turns."""
    return list(dict.fromkeys(one["server"] for one in of))


def by(of: Sequence[Run], server: str) -> list[Run]:
    """One server's runs."""
    return [one for one in of if one["server"] == server]


def median(of: Sequence[Run], name: str) -> float | None:
    """The median of one figure; None when nobody tells it."""
    values = [one[name] for one in of if one.get(name) is not None]
    return statistics.median(values) if values else None


def ratio(of: Sequence[Run], name: str, mine: str = OURS, theirs: str = REFERENCE) -> float | None:
    """The median over the turns of one server's figure by the other's."""
    pairs = zip(by(of, mine), by(of, theirs), strict=False)
    found = [one[name] / two[name] for one, two in pairs if one.get(name) and two.get(name)]
    return statistics.median(found) if found else None


def books(of: Sequence[Run], names: Sequence[str] = BOOKS) -> str:
    """What went wrong in all runs: lost/doubled/…"""
    return "/".join(str(sum(one.get(name, 0) for one in of)) for name in names)


def shown(value: float | None, digits: int = 0) -> str:
    """A figure as a table shows it."""
    return "" if value is None else f"{value:,.{digits}f}"
