"""How wire shapes look on a page: initials, colours, waiting, groups of bubbles.

The scripts draw the same things from the same shapes (`src/presentation.ts`); this is the first
paint, which must not jump when they take over.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_datetime

from chat_app.delivery.dashboard.language import Words

WAITING_TARGET: Final = timedelta(minutes=2)
GROUP_GAP: Final = timedelta(minutes=5)
CLOSE_REASONS: Final = ("solved", "no_reply", "spam")
_STRATEGIES: Final = ("least_busy", "round_robin", "last_agent")
_TONES: Final = 8
_BABEL_LOCALES: Final = {"en": "en_GB", "zh-CN": "zh_Hans_CN"}
# By language: in this year, and in another one.
_WITH_WEEKDAY: Final = {
    "en": ("EEE, d MMM", "EEE, d MMM y"),
    "zh-CN": ("M月d日EEE", "y年M月d日EEE"),
}
_SHORT: Final = {"en": ("d MMM", "d MMM y"), "zh-CN": ("M月d日", "y年M月d日")}

Wire = Mapping[str, Any]


@dataclass(frozen=True)
class Bubble:
    """A message and its place in a run of messages of one sender.

    `mark` says how far our newest reply has come; other messages have none.
    """

    message: Wire
    day: date | None
    first: bool
    last: bool
    mark: str | None


def zone_named(name: str | None) -> tzinfo:
    """The reader's time zone as its browser told us last time, else UTC."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def present() -> datetime:
    """The moment in which a page is drawn."""
    return datetime.now(UTC)  # noqa: TID251 - what is shown is not decided by it


def moment(text: str) -> datetime:
    """A time of the wire as an aware datetime."""
    return datetime.fromisoformat(text)


def tone(identifier: str) -> int:
    """One of eight avatar colours, always the same for the same id."""
    total = 0
    for character in identifier:
        total = (total * 31 + ord(character)) % 9973
    return total % _TONES


def initials(name: str) -> str:
    """One or two characters for an avatar: first letters, or the first Chinese character."""
    words = [word for word in name.split() if word[0].isalnum()]
    if not words:
        return "?"
    if not words[0][0].isascii():
        return words[0][0]
    last = words[-1][0] if len(words) > 1 and words[-1][0].isalpha() else ""
    return (words[0][0] + last).upper()


def visitor_name(visitor: Wire, t: Words) -> str:
    """The visitor's name, or a number made of its id."""
    name: str | None = visitor.get("name")
    return name or t("visitor.unnamed", number=str(visitor["id"])[-4:].upper())


def waiting_since(session: Wire) -> datetime | None:
    """Since when the visitor has been waiting; None when it is not.

    In the queue it waits since it came there, unless it left a message and went; with an agent,
    since its last message if that has no answer.
    """
    if session["status"] == "queued" and session["left_message"]:
        return None
    if session["status"] == "queued":
        return moment(session["waiting_since"] or session["created_at"])
    last = session["last_message"]
    asked = session["status"] == "active" and last and last["sender_kind"] == "visitor"
    return moment(last["created_at"]) if asked else None


def waiting_level(since: datetime | None, now: datetime) -> str:
    """`none`, `calm`, `late` after the target, `very-late` after twice the target."""
    if since is None:
        return "none"
    waited = now - since
    if waited >= 2 * WAITING_TARGET:
        return "very-late"
    return "late" if waited >= WAITING_TARGET else "calm"


def in_hands(session: Wire, me: Wire) -> bool:
    """True for what `me` may act on: one's own, nobody's, anybody's for those who oversee."""
    agent = session["agent"]
    return agent is None or agent["id"] == me["id"] or me["role"] != "agent"


def short_span(span: timedelta, t: Words) -> str:
    """A length of time in one unit: 40 s, 3 min, 2 h, 5 d."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < 60:
        return t("duration.seconds", seconds=seconds)
    if seconds < 3_600:
        return t("time.minutes", count=seconds // 60)
    if seconds < 86_400:
        return t("time.hours", count=seconds // 3_600)
    return t("duration.days", days=seconds // 86_400)


def day_label(day: date, today: date, t: Words) -> str:
    """Today, Yesterday, or the date, with its year when it is another."""
    if day == today:
        return t("time.today")
    if day == today - timedelta(days=1):
        return t("time.yesterday")
    pattern = _WITH_WEEKDAY[t.language][day.year != today.year]
    return format_date(day, pattern, locale=_BABEL_LOCALES[t.language])


def until_time(at: datetime, now: datetime, zone: tzinfo, t: Words) -> str:
    """A moment ahead: 15:20, tomorrow 09:00, Mon, 30 Nov 09:00."""
    there, today = at.astimezone(zone), now.astimezone(zone).date()
    clock = there.strftime("%H:%M")
    if there.date() == today:
        return clock
    if there.date() == today + timedelta(days=1):
        return t("time.tomorrow_at", time=clock)
    return f"{day_label(there.date(), today, t)} {clock}"


def status_text(session: Wire, now: datetime, zone: tzinfo, t: Words) -> str:
    """How it stands, with the time at which a snoozed one comes back."""
    until = session["snoozed_until"]
    if session["status"] == "snoozed" and until:
        return t("session.snoozed_until", time=until_time(moment(until), now, zone, t))
    left = session["status"] == "queued" and session["left_message"]
    return t("session.left_message" if left else f"session.{session['status']}")


def channel_of(session: Wire) -> str | None:
    """What sets a row apart: `left` a message, `snoozed`, with the `bot`."""
    if session["status"] == "queued":
        return "left" if session["left_message"] else None
    return session["status"] if session["status"] in ("snoozed", "bot") else None


def because_text(session: Wire, t: Words) -> str:
    """Why its agent got it: "Least busy of 3 online in Sales"; empty when a person chose."""
    because = session["assigned_because"]
    if not because or because["strategy"] not in _STRATEGIES:
        return ""
    if because["strategy"] == "last_agent":
        return t("because.last_agent")
    count, department = because["candidates"], session["department"]
    why = t("because.only") if count == 1 else t(f"because.{because['strategy']}", count=count)
    return t("because.in", why=why, name=department["name"]) if department else why


def reason_text(reason: str | None, t: Words) -> str:
    """Why it was closed: one of the usual reasons in words, else what was written."""
    return t(f"ending.{reason}") if reason in CLOSE_REASONS else reason or ""


def list_time(at: datetime, now: datetime, zone: tzinfo, t: Words) -> str:
    """The time on a row of the list: relative up to a day, then the date."""
    span = now - at
    if span < timedelta(minutes=1):
        return t("time.now")
    if span < timedelta(days=1):
        return short_span(span, t)
    day = at.astimezone(zone).date()
    pattern = _SHORT[t.language][day.year != now.astimezone(zone).year]
    return format_date(day, pattern, locale=_BABEL_LOCALES[t.language])


def full_time(at: datetime, zone: tzinfo, t: Words) -> str:
    """Date and time in full."""
    pattern = "d MMMM y 'at' HH:mm" if t.language == "en" else "y年M月d日 HH:mm"
    return format_datetime(at.astimezone(zone), pattern, locale=_BABEL_LOCALES[t.language])


def bubbles(messages: Sequence[Wire], zone: tzinfo) -> Iterator[Bubble]:
    """Group messages by sender and time, and mark where a new day begins."""
    replies = [message for message in messages if _is_reply(message)]
    for index, message in enumerate(messages):
        before = messages[index - 1] if index else None
        after = messages[index + 1] if index + 1 < len(messages) else None
        day = moment(message["created_at"]).astimezone(zone).date()
        new_day = before is None or moment(before["created_at"]).astimezone(zone).date() != day
        yield Bubble(
            message=message,
            day=day if new_day else None,
            first=new_day or not _together(before, message),
            last=not _together(message, after),
            mark=message["status"] if replies and message is replies[-1] else None,
        )


def is_line(message: Wire) -> bool:
    """True for what stands as a small line: system lines, and what was recalled."""
    return message["kind"] == "system" or message["recalled_at"] is not None


def line_of(message: Wire, name: str, own_id: str, t: Words) -> str:
    """What a line says; `name` is how the message's sender is called here."""
    if message["recalled_at"] is None:
        return str(message["body"])
    own = message["sender"]["id"] == own_id
    return t("message.recalled_you") if own else t("message.recalled", name=name)


def excerpt(last: Wire | None, t: Words) -> str:
    """The last line of a row of the list. No message is empty but those that were recalled."""
    if last is None:
        return t("row.empty")
    return str(last["excerpt"]) or t("row.file" if last["kind"] == "file" else "row.recalled")


def side_of(message: Wire) -> str:
    """Which kind of bubble a message gets: visitor, agent, bot, note or system."""
    if message["kind"] in ("note", "system"):
        return str(message["kind"])
    return str(message["sender"]["kind"])


def _together(one: Wire | None, other: Wire | None) -> bool:
    if one is None or other is None:
        return False
    same = (one["kind"] == "note") == (other["kind"] == "note") and all(
        one["sender"][key] == other["sender"][key] for key in ("kind", "id")
    )
    gap = moment(other["created_at"]) - moment(one["created_at"])
    return same and gap < GROUP_GAP and not is_line(one) and not is_line(other)


def _is_reply(message: Wire) -> bool:
    return side_of(message) == "agent" and not is_line(message)
