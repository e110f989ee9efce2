"""`make bench`: this program and the Node reference, side by side on one machine, in turns.

Each server gets one core; generator, PostgreSQL (which waits for its disk at every commit) and
Valkey share the others. A figure alone says how busy the machine was; the ratio of runs that took
turns says something about the programs. See docs/performance.md.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from bench import report
from bench.knee import Search
from bench.scenes import PAIRS, SCENES
from bench.stage import OURS, REFERENCE, Result, Stage, stage

ROOT: Final = Path(__file__).resolve().parent.parent

KNEE: Final = "knee"
HELD: Final = "80 % of the knee"
STEP_SECONDS: Final = 5
HELD_SECONDS: Final = 60
CHECKED: Final = (*PAIRS, "--answers")


class Results:
    """Every run, by scene; kept in a file that later calls add to."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        known = file is not None and file.exists()
        self.all: dict[str, Any] = (
            json.loads(file.read_text(encoding="utf-8")) if file and known else {}
        )
        self.all.setdefault("scenes", {})

    def machine(self, facts: dict[str, str]) -> None:
        """Note on what the runs that follow took place."""
        self.all["machine"] = facts

    def begin(self, scene: str, table: str, *, more: bool) -> None:
        """Start a scene: in place of its earlier runs, or beside them."""
        kept = self.all["scenes"].get(scene, {}).get("runs", []) if more else []
        self.all["scenes"][scene] = {"table": table, "runs": kept}

    def add(self, scene: str, result: Result) -> None:
        """Keep one run."""
        self.all["scenes"][scene]["runs"].append(result)
        print(scene, json.dumps(result), flush=True, file=sys.stderr)
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.write_text(dumped(self.all), encoding="utf-8")


def dumped(results: dict[str, Any]) -> str:
    """JSON with one run a line: short, and a change of one run is a change of one line."""
    scenes = []
    for name, scene in results["scenes"].items():
        runs = ",\n".join(f"  {json.dumps(one)}" for one in scene["runs"])
        head = f'{json.dumps(name)}: {{"table": {json.dumps(scene["table"])}, "runs": ['
        scenes.append(f"{head}\n{runs}\n]}}")
    machine = json.dumps(results.get("machine", {}))
    return f'{{"machine": {machine},\n"scenes": {{\n' + ",\n".join(scenes) + "\n}}\n"


def play(name: str, on: Stage, asked: argparse.Namespace, results: Results) -> None:
    """Play one scene in turns."""
    scene = SCENES[name]
    results.begin(name, scene.table, more=asked.more)
    servers = [*scene.servers, *asked.beside] if scene.keep else scene.servers
    for _ in range(asked.rounds or scene.rounds):
        for server in servers:
            seconds = asked.seconds or scene.seconds
            results.add(name, on.play(server, scene.words, seconds, fresh=scene.fresh))


def find_knee(on: Stage, results: Results, server: str) -> int:
    """Raise the rate until a server no longer keeps up."""
    search = Search(lambda rate: on.play(server, (*CHECKED, "--rate", str(rate)), STEP_SECONDS))
    found = search.knee()
    for step in search.steps:
        results.add(KNEE, step | {"knee": found})
    return found


def hold(on: Stage, results: Results, knee: int, seconds: int) -> None:
    """One minute at 80 % of the knee, and then every history read back."""
    results.begin(HELD, "held", more=False)
    words = (*CHECKED, "--read-back", "--rate", str(round(knee * 0.8)))
    results.add(HELD, on.play(OURS, words, seconds) | {"knee": knee})


def play_knee(on: Stage, results: Results, seconds: int | None) -> None:
    """Both knees, and ours held."""
    results.begin(KNEE, "knee", more=False)
    find_knee(on, results, REFERENCE)
    hold(on, results, find_knee(on, results, OURS), seconds or HELD_SECONDS)


def play_all(scenes: Sequence[str], asked: argparse.Namespace, results: Results) -> None:
    """Play scenes on the stages they need."""
    plain = [name for name in scenes if name != KNEE and SCENES[name].keep]
    loose = [name for name in scenes if name != KNEE and not SCENES[name].keep]
    if plain or KNEE in scenes:
        with stage() as on:
            results.machine(on.facts())
            for name in plain:
                play(name, on, asked, results)
            if KNEE in scenes:
                play_knee(on, results, asked.seconds)
    if loose:
        with stage(keep=False) as on:
            for name in loose:
                play(name, on, asked, results)


def chosen(asked: Iterable[str] | None) -> list[str]:
    """Scenes by name, or by the name of a table; without any what `make bench` plays."""
    if not asked:
        return [*(name for name, one in SCENES.items() if not one.long), KNEE]
    named = {one for word in asked for one in _named(word)}
    return [name for name in (*SCENES, KNEE) if name in named]


def _named(word: str) -> list[str]:
    found = [name for name, scene in SCENES.items() if word in {name, scene.table}]
    if word == KNEE:
        found.append(KNEE)
    if not found:
        tables = dict.fromkeys(scene.table for scene in SCENES.values())
        raise SystemExit(f"no scene {word!r}; there are {', '.join([*SCENES, KNEE, *tables])}")
    return found


def words() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(description="Measure this program against the Node reference.")
    parser.add_argument("--scene", action="append", help="only this one, or those of one table")
    parser.add_argument("--seconds", type=int, help="how long one run takes")
    parser.add_argument("--rounds", type=int, help="how many runs of each")
    parser.add_argument("--more", action="store_true", help="keep the earlier runs of a scene")
    parser.add_argument("--beside", action="append", default=[], help="another checkout of ours")
    parser.add_argument("--json", type=Path, help="where to keep every run; later ones are added")
    parser.add_argument("--plots", type=Path, help="a folder for the plots")
    return parser.parse_args()


def main() -> None:
    """Play everything in turns, print the tables, draw the plots."""
    asked = words()
    results = Results(asked.json)
    play_all(chosen(asked.scene), asked, results)
    print(report.every_table(results.all))
    if asked.plots:
        report.draw(results.all, asked.plots)


if __name__ == "__main__":
    main()
