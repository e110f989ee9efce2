"""What a sampling profiler has seen, by the rooms of the program and by libraries.

A line is `thread (id);function (file);function (file) count`, outermost first, as py-spy writes with
`--format raw --nolineno --full-filenames --threads`. Where a thread stands still it names the function
that waits, or none; those samples are no work and are left out. (py-spy leaves them out by itself
where the system tells it which threads sleep; not every one does.)
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.svg import Flame

ROOMS: Final = ("domain", "use_cases", "delivery", "infrastructure", "wiring")
LIBRARIES: Final = "libraries"
ELSE: Final = "all else"
OURS: Final = "this program"
_FRAME: Final = re.compile(r"^(?P<function>.*) \((?P<file>[^()]*)\)$")
_OURS: Final = re.compile(r"(?:^|/)(?:chat_app/(?P<path>.+)|(?P<door>wsgi))\.py$")
_LIBRARY: Final = re.compile(r"/(?:site|dist)-packages/(?P<name>\w+)(?P<rest>(?:/\w+)*)")
_THREAD: Final = re.compile(r"^thread \(")
_STANDARD: Final = re.compile(r"(?P<name>\w+)\.py$")


@dataclass(frozen=True)
class Frame:
    """A function: the room or library it lives in, and its module within."""

    owner: str
    module: str
    function: str
    ours: bool

    @property
    def label(self) -> str:
        """As a picture shows it."""
        return f"{self.function} {self.owner}/{self.module}".rstrip("/")


# Standing still: the hub until something is readable, threads of the pool until there is work.
WAITS: Final = frozenset({("eventlet", "Hub.do_poll"), ("python", "Condition.wait")})


@dataclass(frozen=True)
class Stack:
    """One way of calls, outermost first, and how often it was seen."""

    frames: Sequence[Frame]
    count: int


def frame(text: str) -> Frame:
    """One frame as py-spy writes it."""
    found = _FRAME.match(text)
    function, file = (found["function"], found["file"]) if found else (text, "")
    if ours := _OURS.search(file):
        room, _, module = (ours["path"] or f"wiring/{ours['door']}").partition("/")
        known = room in ROOMS
        return Frame(room if known else "wiring", module if known else room, function, ours=True)
    if library := _LIBRARY.search(file):
        return Frame(library["name"], library["rest"].strip("/"), function, ours=False)
    standard = _STANDARD.search(file)
    return Frame("python", standard["name"] if standard else "", function, ours=False)


def stacks(raw: str) -> Iterator[Stack]:
    """All stacks of a recording but those that wait or name no function."""
    for line in raw.splitlines():
        way, _, count = line.rpartition(" ")
        if way and count.isdigit():
            frames = [frame(one) for one in way.split(";") if not _THREAD.match(one)]
            if frames and (frames[-1].owner, frames[-1].function) not in WAITS:
                yield Stack(frames, int(count))


def tree(of: Iterable[Stack], name: str) -> Flame:
    """The tree of calls."""
    root = Flame(name)
    for stack in of:
        root.add([one.label for one in stack.frames], stack.count)
    return root


def room(one: Frame) -> str:
    """The room of ours, or that it is a library."""
    return one.owner if one.ours else LIBRARIES


def library(one: Frame) -> str:
    """The library's name; our own code under one name."""
    return OURS if one.ours else one.owner


def own(of: Iterable[Stack], key: Callable[[Frame], str]) -> dict[str, float]:
    """Share of the time spent in functions themselves, by a `key` of the innermost one."""
    seen: Counter[str] = Counter()
    for stack in of:
        seen[key(stack.frames[-1])] += stack.count
    return shares(seen)


def nearest(of: Iterable[Stack], steps: Mapping[str, str]) -> dict[str, float]:
    """Share of the time by step: each moment counts for the innermost function that begins one.

    `steps`: function → the step that begins with it; several may begin the same one.
    """
    seen: Counter[str] = Counter()
    for stack in of:
        found = (steps[one.function] for one in reversed(stack.frames) if one.function in steps)
        seen[next(found, ELSE)] += stack.count
    return shares(seen)


def shares(seen: Mapping[str, int]) -> dict[str, float]:
    """Counts as shares of 1, the largest first; equal ones by name."""
    total = sum(seen.values()) or 1
    ordered = sorted(seen.items(), key=lambda one: (-one[1], one[0]))
    return {name: count / total for name, count in ordered}
