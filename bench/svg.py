"""Plots as SVG: bars beside bars, lines over a logarithmic axis, and flames.

Plain shapes and text without scripts, on a ground of their own: readable in light and in dark.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

WIDTH: Final = 760
STYLE: Final = """
svg { font: 13px system-ui, sans-serif; }
.ground { fill: #ffffff; } .text { fill: #1f2328; } .quiet { fill: #59636e; }
.grid { stroke: #d1d9e0; stroke-width: 1; fill: none; }
.a { fill: #0969da; } .b { fill: #8c959f; } .line { fill: none; stroke-width: 2; }
.line.a { stroke: #0969da; } .line.b { stroke: #8c959f; } .thin { stroke-dasharray: 3 4; }
.in { fill: #1f2328; font-size: 11px; }
.f0 { fill: #b6d4f2; } .f1 { fill: #f5d29a; } .f2 { fill: #bfe3c4; } .f3 { fill: #dccbf0; } .f4 { fill: #e3e6ea; }
@media (prefers-color-scheme: dark) {
.ground { fill: #0d1117; } .text { fill: #e6edf3; } .quiet { fill: #9198a1; }
.grid { stroke: #30363d; } .a { fill: #4493f8; } .b { fill: #7d8590; }
.line.a { stroke: #4493f8; } .line.b { stroke: #7d8590; } .in { fill: #e6edf3; }
.f0 { fill: #1f4d80; } .f1 { fill: #7a5518; } .f2 { fill: #235c2d; } .f3 { fill: #51357a; } .f4 { fill: #3a4048; }
}
"""


@dataclass(frozen=True)
class Pair:
    """One measure of two servers; the longer bar fills the width, the ratio stands beside."""

    label: str
    ours: float
    theirs: float
    ratio: float
    unit: str


@dataclass(frozen=True)
class Line:
    """Points (x, y) in rising x; `css` names its colour and whether it is dashed."""

    name: str
    css: str
    points: Sequence[tuple[float, float]]


def _document(height: float, title: str, body: Sequence[str], width: int = WIDTH) -> str:
    size = f'viewBox="0 0 {width} {height:.0f}" width="{width}" height="{height:.0f}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
    ground = f'<rect class="ground" width="{width}" height="{height:.0f}" rx="6"/>'
    named = f"<title>{escape(title)}</title><style>{STYLE}</style>"
    return "\n".join([head, named, ground, *body, "</svg>"]) + "\n"


def _text(x: float, y: float, words: str, css: str = "text", anchor: str = "start") -> str:
    where = f'x="{x:.1f}" y="{y:.1f}" class="{css}" text-anchor="{anchor}"'
    return f"<text {where}>{escape(words)}</text>"


def _bar(x: float, y: float, width: float, css: str) -> str:
    return f'<rect x="{x}" y="{y:.1f}" width="{max(1.0, width):.1f}" height="16" class="{css}" rx="2"/>'


def _legend(x: float, y: float, names: Sequence[tuple[str, str]]) -> Iterator[str]:
    for name, css in names:
        yield f'<rect x="{x:.0f}" y="{y - 10}" width="12" height="12" class="{css}" rx="2"/>'
        yield _text(x + 18, y, name)
        x += 40 + 7 * len(name)


def bars(title: str, pairs: Sequence[Pair], names: tuple[str, str]) -> str:
    """Pairs of bars with their values, and how many times the second the first is."""
    left, room, row = 190, 380, 52
    body = [_text(16, 26, title), *_legend(16, 50, [(names[0], "a"), (names[1], "b")])]
    body.append(_text(WIDTH - 16, 50, "ratio", "quiet", "end"))
    for index, pair in enumerate(pairs):
        top, longest = 68 + index * row, max(pair.ours, pair.theirs, 1e-9)
        body.append(_text(left - 12, top + 21, pair.label, anchor="end"))
        for line, (value, css) in enumerate(((pair.ours, "a"), (pair.theirs, "b"))):
            width, y = value / longest * room, top + line * 19
            body.append(_bar(left, y, width, css))
            body.append(_text(left + width + 8, y + 13, f"{value:,.0f} {pair.unit}", "quiet"))
        body.append(_text(WIDTH - 16, top + 23, f"{pair.ratio:.2f}", anchor="end"))
    return _document(76 + len(pairs) * row, title, body)


def _ticks(low: float, high: float) -> Iterator[float]:
    """1, 2, 5, 10 … within two values."""
    for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1):
        for step in (1, 2, 5):
            if low <= (value := step * 10.0**power) <= high:
                yield value


@dataclass(frozen=True)
class _Frame:
    """Where values lie: x straight, y logarithmic."""

    xs: tuple[float, float]
    ys: tuple[float, float]
    left: float = 60
    right: float = WIDTH - 24
    top: float = 76
    bottom: float = 376

    def at(self, x: float, y: float) -> tuple[float, float]:
        share_x = (x - self.xs[0]) / (self.xs[1] - self.xs[0] or 1)
        share_y = math.log(y / self.ys[0]) / (math.log(self.ys[1] / self.ys[0]) or 1)
        width, height = self.right - self.left, self.bottom - self.top
        return self.left + share_x * width, self.bottom - share_y * height


def lines(title: str, x_name: str, y_name: str, all_lines: Sequence[Line]) -> str:
    """Lines over a logarithmic axis of milliseconds."""
    points = [point for line in all_lines for point in line.points]
    xs, ys = [x for x, _ in points], [max(y, 0.1) for _, y in points]
    frame = _Frame((0, max(xs) * 1.02), (min(ys) / 1.3, max(ys) * 1.3))
    body = [_text(16, 26, title), *_legend(16, 50, [(one.name, one.css) for one in all_lines])]
    for value in _ticks(*frame.ys):
        _, y = frame.at(0, value)
        body.append(f'<path class="grid" d="M{frame.left} {y:.1f}H{frame.right}"/>')
        body.append(_text(frame.left - 8, y + 4, f"{value:g}", "quiet", "end"))
    for value in sorted(set(xs)):
        x, _ = frame.at(value, frame.ys[0])
        body.append(_text(x, frame.bottom + 20, f"{value:,.0f}", "quiet", "middle"))
    for line in all_lines:
        way = " L".join("{:.1f} {:.1f}".format(*frame.at(x, max(y, 0.1))) for x, y in line.points)
        body.append(f'<path class="line {line.css}" d="M{way}"/>')
    body.append(_text(frame.left, 70, y_name, "quiet"))
    body.append(_text(frame.right, frame.bottom + 42, x_name, "quiet", "end"))
    return _document(frame.bottom + 56, title, body)


@dataclass
class Flame:
    """A function in the tree of calls, how often it was seen, and whom it called."""

    name: str
    count: int = 0
    calls: "dict[str, Flame]" = field(default_factory=dict)

    def add(self, stack: Sequence[str], count: int) -> None:
        """Count one stack, outermost first."""
        self.count += count
        if stack:
            child = self.calls.setdefault(stack[0], Flame(stack[0]))
            child.add(stack[1:], count)


FLAME_WIDTH: Final = 1200
FLAME_ROW: Final = 18
NARROWEST: Final = 2.0


def flames(title: str, root: Flame, colours: Mapping[str, str]) -> str:
    """Callers above the called; the width is the share of all samples.

    `colours`: how the last word of a name begins → class; the others are libraries.
    """
    shapes, depth = list(_legend(10, 46, [*colours.items(), ("libraries", "f4")])), 0
    for flame, x, width, level in _placed(root, 0.0, FLAME_WIDTH, 0):
        depth = max(depth, level)
        shapes += list(_flame(flame, x, width, level, root.count, colours))
    return _document(
        72 + (depth + 1) * FLAME_ROW, title, [_text(10, 22, title), *shapes], FLAME_WIDTH
    )


def _placed(
    flame: Flame, x: float, width: float, level: int
) -> Iterator[tuple[Flame, float, float, int]]:
    yield flame, x, width, level
    for child in sorted(flame.calls.values(), key=lambda one: -one.count):
        share = width * child.count / flame.count
        if share >= NARROWEST:
            yield from _placed(child, x, share, level + 1)
        x += share


def _flame(
    flame: Flame, x: float, width: float, level: int, total: int, colours: Mapping[str, str]
) -> Iterator[str]:
    y, share = 60 + level * FLAME_ROW, flame.count / total * 100
    where = flame.name.rpartition(" ")[2]
    css = next((css for prefix, css in colours.items() if where.startswith(prefix)), "f4")
    place = f'x="{x:.1f}" y="{y}" width="{max(0.5, width - 0.5):.1f}" height="{FLAME_ROW - 1}"'
    told = escape(f"{flame.name}: {share:.1f} %")
    yield f'<rect {place} class="{css}"><title>{told}</title></rect>'
    if (room := int((width - 6) / 6.2)) >= 4:
        words = flame.name if len(flame.name) <= room else f"{flame.name[: room - 1]}…"
        yield _text(x + 3, y + 13, words, "in")
