"""When people are there to answer: weekly hours on the clock of a time zone.

What counts is what a clock on the wall of that zone shows. Where it is put forward, hours that it
skips do not take place; where it is put back, those that it shows twice take place twice.
"""

import functools
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, TypedDict

_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)
# A weekly hour that falls into a skipped one takes place a week later.
_LOOK_AHEAD_DAYS: Final = 15


class Interval(TypedDict):
    """From `opens` until just before `closes`, both HH:MM; `weekday` is 0 on Monday.

    A time of closing that is not after that of opening lies on the next day: 22:00 to 02:00 is
    four hours, 00:00 to 00:00 a whole day. 24:00 is the end of the day.
    """

    weekday: int
    opens: str
    closes: str


@dataclass(eq=False)
class Schedule:
    """The hours of one site or of one department. A disabled one counts as if it were not there.

    Without intervals it is never open.
    """

    id: str
    time_zone: str
    created_at: datetime
    intervals: list[Interval]
    site_id: str | None = None
    department_id: str | None = None
    enabled: bool = True

    @property
    def owner_id(self) -> str | None:
        """The site or the department whose hours these are."""
        return self.site_id or self.department_id


def is_zone(name: str) -> bool:
    """True for the IANA name of a time zone, written as IANA writes it."""
    return name in _zone_names()


def applying(found: Iterable[Schedule]) -> Schedule | None:
    """The schedule that counts among those of a department and its site: the department's first."""
    enabled = [one for one in found if one.enabled]
    return min(enabled, key=lambda one: one.department_id is None, default=None)


def is_open(schedule: Schedule | None, moment: datetime) -> bool:
    """Whether somebody is there at `moment`; without a schedule always."""
    zone = _zone_of(schedule)
    if schedule is None or zone is None:
        return True
    return _wait(schedule, moment.astimezone(zone).replace(tzinfo=None)) == timedelta()


def opens_at(schedule: Schedule | None, moment: datetime) -> datetime | None:
    """When it opens next, on the clock of its zone; None while it is open and if it never opens."""
    zone = _zone_of(schedule)
    if schedule is None or zone is None or is_open(schedule, moment):
        return None
    start, last = moment.astimezone(UTC), moment + _LOOK_AHEAD_DAYS * _DAY
    while start < last:
        end, offset = _even_stretch(zone, start)
        wait = _wait(schedule, start.replace(tzinfo=None) + offset)
        if wait is None:
            return None
        if start + wait < end:
            # Not `zone` itself: a time that it shows twice equals no other time in Python.
            return (start + wait).astimezone(timezone(offset))
        start = end
    return None


def _wait(schedule: Schedule, wall: datetime) -> timedelta | None:
    """How long until it is open, for a clock that shows `wall` and is never put forward or back."""
    monday = wall.replace(hour=0, minute=0, second=0, microsecond=0) - wall.weekday() * _DAY
    position = wall - monday
    waits = []
    for one in schedule.intervals:
        opens = one["weekday"] * _DAY + _time_of(one["opens"])
        length = (_time_of(one["closes"]) - _time_of(one["opens"])) % _DAY or _DAY
        inside = (position - opens) % _WEEK < length
        waits.append(timedelta() if inside else (opens - position) % _WEEK)
    return min(waits, default=None)


def _even_stretch(zone: zoneinfo.ZoneInfo, start: datetime) -> tuple[datetime, timedelta]:
    """Until when, at most a day, the zone keeps the distance from UTC that it has at `start`."""
    offset, end = _offset(zone, start), start + _DAY
    if _offset(zone, end) == offset:
        return end, offset
    same, other = int(start.timestamp()), int(end.timestamp())
    while other - same > 1:
        middle = (same + other) // 2
        if _offset(zone, datetime.fromtimestamp(middle, UTC)) == offset:
            same = middle
        else:
            other = middle
    return datetime.fromtimestamp(other, UTC), offset


def _offset(zone: zoneinfo.ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _time_of(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


def _zone_of(schedule: Schedule | None) -> zoneinfo.ZoneInfo | None:
    """None where nothing is known of the zone: a machine may have older data than another."""
    if schedule is None or not schedule.enabled:
        return None
    try:
        return zoneinfo.ZoneInfo(schedule.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, OSError, ValueError):
        return None


@functools.cache
def _zone_names() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones() - {"localtime", "Factory"})
