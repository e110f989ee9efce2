"""When somebody is there: on the clock of a zone, also where it is put forward or back."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat_app.domain.business_hours import Schedule, applying, is_open, is_zone, opens_at
from tests.builders import make_schedule, new_id

MONDAY, SATURDAY, SUNDAY = 0, 5, 6
MINUTE = timedelta(minutes=1)
# Of an hour, of half an hour, of a day, twice in two months, and none.
CHANGES = {
    "Europe/Berlin": ("2026-03-29T01:00", "2026-10-25T01:00"),
    "America/New_York": ("2026-03-08T07:00", "2026-11-01T06:00"),
    "Australia/Lord_Howe": ("2026-04-04T15:00", "2026-10-03T15:30"),
    "Africa/Casablanca": ("2026-02-15T02:00", "2026-03-22T02:00"),
    "Pacific/Apia": ("2011-12-30T10:00",),
    "Asia/Shanghai": ("2026-03-01T00:00",),
    "Asia/Kathmandu": ("2026-03-01T00:00",),
    "UTC": ("2026-12-31T23:59",),
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def berlin(*intervals: tuple[int, str, str]) -> Schedule:
    return make_schedule(*intervals, time_zone="Europe/Berlin")


def found(schedule: Schedule, moment: str) -> str | None:
    """When it opens, in UTC."""
    opening = opens_at(schedule, at(moment))
    return opening.astimezone(UTC).strftime("%Y-%m-%dT%H:%M") if opening else None


# --- The ordinary week ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-23T07:59:59", False),  # Monday; Berlin is an hour ahead of UTC
        ("2026-11-23T08:00", True),
        ("2026-11-23T16:59:59.999", True),
        ("2026-11-23T17:00", False),
        ("2026-11-24T12:00", False),
    ],
)
def test_it_is_open_from_opening_until_just_before_closing(moment: str, expected: bool) -> None:
    assert is_open(berlin((MONDAY, "09:00", "18:00")), at(moment)) is expected


def test_a_break_at_noon() -> None:
    schedule = make_schedule((MONDAY, "09:00", "12:00"), (MONDAY, "13:30", "18:00"))
    assert not is_open(schedule, at("2026-11-23T12:00"))
    assert found(schedule, "2026-11-23T12:00") == "2026-11-23T13:30"


def test_over_midnight_and_over_the_end_of_the_week() -> None:
    schedule = make_schedule((SUNDAY, "22:00", "02:00"))
    for moment, expected in (("21:59", False), ("22:00", True), ("23:59", True)):
        assert is_open(schedule, at(f"2026-11-22T{moment}")) is expected
    for moment, expected in (("00:00", True), ("01:59", True), ("02:00", False)):
        assert is_open(schedule, at(f"2026-11-23T{moment}")) is expected


@pytest.mark.parametrize("closes", ["00:00", "24:00"])
def test_a_whole_day(closes: str) -> None:
    schedule = make_schedule((SATURDAY, "00:00", closes))
    assert [is_open(schedule, at(f"2026-11-{day}T{time}")) for day, time in (
        (20, "23:59"), (21, "00:00"), (21, "23:59"), (22, "00:00"),
    )] == [False, True, True, False]  # fmt: skip


def test_equal_times_are_a_day_and_night() -> None:
    schedule = make_schedule((SATURDAY, "08:00", "08:00"))
    assert is_open(schedule, at("2026-11-22T07:59"))
    assert not is_open(schedule, at("2026-11-22T08:00"))


def test_it_opens_again_today_tomorrow_or_next_week() -> None:
    schedule = make_schedule((MONDAY, "09:00", "18:00"))
    assert found(schedule, "2026-11-23T08:59:59.5") == "2026-11-23T09:00"
    assert found(schedule, "2026-11-22T20:00") == "2026-11-23T09:00"
    assert found(schedule, "2026-11-23T18:00") == "2026-11-30T09:00"


def test_the_opening_is_told_on_the_clock_of_the_zone() -> None:
    opening = opens_at(berlin((MONDAY, "09:00", "18:00")), at("2026-11-22T20:00"))
    assert opening is not None
    assert opening.isoformat() == "2026-11-23T09:00:00+01:00"


def test_while_it_is_open_nothing_is_awaited() -> None:
    assert found(make_schedule((MONDAY, "09:00", "18:00")), "2026-11-23T09:00") is None


def test_without_intervals_it_never_opens() -> None:
    assert not is_open(make_schedule(), at("2026-11-23T12:00"))
    assert found(make_schedule(), "2026-11-23T12:00") is None


@pytest.mark.parametrize(
    "schedule",
    [None, make_schedule(enabled=False), make_schedule(time_zone="Europe/Nowhere")],
    ids=["none", "disabled", "a zone this machine does not know"],
)
def test_without_hours_it_is_always_open(schedule: Schedule | None) -> None:
    assert is_open(schedule, at("2026-11-23T03:00"))
    assert opens_at(schedule, at("2026-11-23T03:00")) is None


# --- The clock is put forward or back ------------------------------------------------------------


def test_an_opening_that_the_clock_skips_is_when_it_skips() -> None:
    schedule = berlin((SUNDAY, "02:30", "05:00"))
    assert found(schedule, "2026-03-29T00:00") == "2026-03-29T01:00"  # 02:00 becomes 03:00
    assert not is_open(schedule, at("2026-03-29T00:59:59"))


def test_an_interval_that_the_clock_skips_takes_place_a_week_later() -> None:
    schedule = berlin((SUNDAY, "02:15", "02:45"))
    assert found(schedule, "2026-03-28T12:00") == "2026-04-05T00:15"


def test_an_hour_that_the_clock_shows_twice_is_open_twice() -> None:
    schedule = berlin((SUNDAY, "02:00", "02:30"))
    assert found(schedule, "2026-10-24T20:00") == "2026-10-25T00:00"
    assert not is_open(schedule, at("2026-10-25T00:30"))
    assert found(schedule, "2026-10-25T00:30") == "2026-10-25T01:00"
    assert found(schedule, "2026-10-25T01:30") == "2026-11-01T01:00"


def test_an_opening_in_an_hour_that_comes_twice_equals_itself() -> None:
    opening = opens_at(berlin((SUNDAY, "02:15", "03:00")), at("2026-10-25T00:05"))
    assert opening == at("2026-10-25T00:15")


def test_a_day_that_was_left_out() -> None:
    schedule = make_schedule((4, "09:00", "17:00"), time_zone="Pacific/Apia")
    # Samoa went from Thursday to Saturday.
    assert found(schedule, "2011-12-30T09:00") == "2012-01-05T19:00"


# --- Against a walk from minute to minute --------------------------------------------------------


times = st.builds(lambda hour, minute: f"{hour:02}:{minute:02}", st.integers(0, 23),
                  st.sampled_from((0, 1, 15, 30, 59)))  # fmt: skip
intervals = st.tuples(st.integers(0, 6), times, st.one_of(times, st.just("24:00")))


@st.composite
def situations(draw: st.DrawFn) -> tuple[Schedule, datetime]:
    """Some hours, and a moment not far from a change of their clock."""
    zone = draw(st.sampled_from(sorted(CHANGES)))
    schedule = make_schedule(*draw(st.lists(intervals, max_size=4)), time_zone=zone)
    change = at(draw(st.sampled_from(CHANGES[zone])))
    return schedule, change + MINUTE * draw(st.integers(-3 * 1440, 1440))


def open_minutes(schedule: Schedule) -> set[int]:
    """Every open minute of a week, counted from Monday 00:00."""
    found = set()
    for one in schedule.intervals:
        minute, closes = (
            60 * int(text[:2]) + int(text[3:]) for text in (one["opens"], one["closes"])
        )
        minute += one["weekday"] * 1440
        while True:
            found.add(minute % (7 * 1440))
            minute += 1
            if (minute - closes) % 1440 == 0:
                break
    return found


def shown(moment: datetime, zone: ZoneInfo) -> int:
    """The minute of the week on the wall."""
    wall = moment.astimezone(zone)
    return wall.weekday() * 1440 + wall.hour * 60 + wall.minute


@given(situations())
@settings(max_examples=150)
def test_it_agrees_with_a_walk_from_minute_to_minute(
    situation: tuple[Schedule, datetime],
) -> None:
    schedule, moment = situation
    zone, minutes = ZoneInfo(schedule.time_zone), open_minutes(schedule)
    steps = (moment + number * MINUTE for number in range(15 * 1440))
    first = next((one for one in steps if shown(one, zone) in minutes), None)
    assert is_open(schedule, moment) == (first == moment)
    assert opens_at(schedule, moment) == (None if first == moment else first)


@given(situations(), st.floats(0, 59.999))
def test_a_part_of_a_minute_changes_nothing(
    situation: tuple[Schedule, datetime], seconds: float
) -> None:
    schedule, moment = situation
    later = moment + timedelta(seconds=seconds)
    assert is_open(schedule, later) == is_open(schedule, moment)
    opening = opens_at(schedule, moment)
    if opening is None or opening > later:
        assert opens_at(schedule, later) == opening


# --- Whose hours count ---------------------------------------------------------------------------


def test_the_departments_hours_come_before_the_sites() -> None:
    sites, departments = make_schedule(), make_schedule(department_id=new_id())
    assert applying([sites, departments]) is departments
    assert applying([departments, sites]) is departments
    assert applying([sites]) is sites
    assert applying([]) is None


def test_disabled_hours_count_as_if_they_were_not_there() -> None:
    sites = make_schedule()
    assert applying([make_schedule(department_id=new_id(), enabled=False), sites]) is sites
    assert applying([make_schedule(enabled=False)]) is None


@pytest.mark.parametrize("name", ["UTC", "Asia/Shanghai", "America/Argentina/Buenos_Aires"])
def test_a_zone_has_a_name(name: str) -> None:
    assert is_zone(name)


@pytest.mark.parametrize(
    "name",
    ["", "utc", "europe/berlin", "Europe", "Europe/Nowhere", "UTC+1", "localtime", "Factory",
     "../etc/passwd", "/etc/localtime", "posix/UTC", "right/UTC", "Europe/Berlin ", "北京"],
)  # fmt: skip
def test_other_names_are_none_of_a_zone(name: str) -> None:
    assert not is_zone(name)
