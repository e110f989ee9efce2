"""What the system itself says in a conversation, in the session's language."""

from datetime import datetime
from typing import Final, Literal

SystemLine = Literal[
    "assigned",
    "requeued",
    "transferred",
    "sent_to_department",
    "reopened",
    "handed_off",
    "out_of_hours_until",
    "out_of_hours",
    "queue_full",
    "waited_too_long",
    "closed_by_agent",
    "closed_by_visitor",
    "closed_idle",
]

_CHINESE: Final[dict[SystemLine, str]] = {
    "assigned": "{name} 加入了会话",
    "requeued": "{name} 已离开会话，正在为你安排其他客服",
    "transferred": "{name} 将继续为你服务",
    "sent_to_department": "会话已转接到{name}，请稍候",
    "reopened": "{name} 重新打开了会话",
    "handed_off": "正在为你转接人工客服，请稍候",
    "out_of_hours_until": "现在是非营业时间，{name}恢复服务。请留言，届时我们会回复你。",
    "out_of_hours": "现在是非营业时间。请留言，我们会尽快回复你。",
    "queue_full": "现在客服都在忙。请留言，我们会尽快回复你。",
    "waited_too_long": "等待时间比平时长。请留言，我们会尽快回复你。",
    "closed_by_agent": "{name} 结束了会话",
    "closed_by_visitor": "会话已结束",
    "closed_idle": "会话因长时间没有消息已自动结束",
}
_ENGLISH: Final[dict[SystemLine, str]] = {
    "assigned": "{name} joined the conversation",
    "requeued": "{name} left the conversation; somebody else will take over",
    "transferred": "{name} will help you from here",
    "sent_to_department": "You are being passed on to {name}",
    "reopened": "{name} opened the conversation again",
    "handed_off": "You are in the queue for a person",
    "out_of_hours_until": (
        "We are closed now and open again {name}. Leave your message, we will answer then."
    ),
    "out_of_hours": (
        "We are closed now. Leave your message, we will answer as soon as we are back."
    ),
    "queue_full": (
        "Everybody is busy right now. Leave your message, we will answer as soon as we can."
    ),
    "waited_too_long": (
        "This takes longer than usual. Leave your message, we will answer as soon as we can."
    ),
    "closed_by_agent": "{name} closed the conversation",
    "closed_by_visitor": "The conversation was ended",
    "closed_idle": "The conversation was closed after a long time without messages",
}
_CHINESE_DAYS: Final = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_ENGLISH_DAYS: Final = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)


def is_chinese(locale: str | None) -> bool:
    """True for every variant of Chinese: zh, zh-CN, zh_Hans …"""
    return (locale or "").lower().startswith("zh")


def system_line(line: SystemLine, locale: str | None, name: str = "") -> str:
    """The sentence for `line` in Chinese or English; `name` says who, or when, it is about."""
    words = _CHINESE if is_chinese(locale) else _ENGLISH
    return words[line].replace("{name}", name)


def weekday_and_time(moment: datetime, locale: str | None) -> str:
    """`moment` on the clock of its own zone, which is named, as in "Monday 09:00 (UTC+8)"."""
    zone = moment.strftime("%z")
    hours, minutes = int(zone[1:3]), zone[3:5]
    offset = f"{zone[0]}{hours}" + (f":{minutes}" if minutes != "00" else "")
    zone = "UTC" if offset in ("+0", "-0") else f"UTC{offset}"
    if is_chinese(locale):
        return f"{_CHINESE_DAYS[moment.weekday()]} {moment:%H:%M}（{zone}）"
    return f"{_ENGLISH_DAYS[moment.weekday()]} {moment:%H:%M} ({zone})"
