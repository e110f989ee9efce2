"""How the shapes of the settings look on a page."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from markupsafe import escape

from chat_app.delivery.dashboard.language import Words

Wire = Mapping[str, Any]
DEFAULT_ACCENT: Final = "#2f5bea"


def presence_of(agent: Wire) -> str:
    """How others meet an agent: `disabled`, `unconnected` (no window open), else its status."""
    if agent["disabled"]:
        return "disabled"
    if agent["status"] != "offline" and not agent["connected"]:
        return "unconnected"
    return str(agent["status"])


def options(items: Iterable[Wire], without: str | None = None) -> list[tuple[str, str]]:
    """Id and name of each, for a list to choose from."""
    return [(one["id"], one["name"]) for one in items if one["id"] != without]


def picks(
    items: Iterable[Wire], chosen: Sequence[str] = (), second: str | None = None
) -> list[tuple[str, str, str]]:
    """Id, name and a second text of each, for boxes to tick; those that are come first."""
    ordered = sorted(items, key=lambda one: one["id"] not in chosen)
    return [(one["id"], one["name"], one[second] if second else "") for one in ordered]


def minutes(seconds: int | None) -> str:
    """Seconds as the minutes of a number field; empty for none."""
    return "" if seconds is None else f"{seconds / 60:.4f}".rstrip("0").rstrip(".")


def greeting(theme: Wire, language: str) -> str:
    """The greeting of a site in one language; one line may serve all."""
    given = theme.get("greeting") or ""
    return str(given.get(language, "")) if isinstance(given, Mapping) else str(given)


def snippet(public_url: str, site: Wire) -> str:
    """What a website embeds. The launcher is drawn before anything is asked, so its look is in it."""
    theme = site["theme"]
    words = [f'src="{escape(public_url)}/widget.js"', f'data-site="{escape(site["key"])}"']
    if (accent := theme.get("accent", DEFAULT_ACCENT)) != DEFAULT_ACCENT:
        words.append(f'data-accent="{escape(accent)}"')
    if theme.get("position") == "left":
        words.append('data-position="left"')
    return f"<script {' '.join(words)} async></script>"


def week(intervals: Sequence[Wire], t: Words) -> list[str]:
    """The hours of a week in short lines; days in a row that are alike share one."""
    texts = [_day(intervals, weekday) for weekday in range(7)]
    lines, first = [], 0
    for last in range(7):
        if last < 6 and texts[last + 1] == texts[first]:
            continue
        if texts[first]:
            ends = [t(f"weekday.short.{day}") for day in sorted({first, last})]
            lines.append(f"{'–'.join(ends)} {texts[first]}")
        first = last + 1
    return lines


def _day(intervals: Sequence[Wire], weekday: int) -> str:
    ours = sorted((one["opens"], one["closes"]) for one in intervals if one["weekday"] == weekday)
    return ", ".join(f"{opens}–{closes}" for opens, closes in ours)


def clock(time: str) -> str:
    """A time as a field for times holds it: 24:00 is the next day's 00:00, which means the same."""
    return "00:00" if time == "24:00" else time
