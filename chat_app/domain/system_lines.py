"""What the system itself says in a conversation, in the session's language."""

from typing import Final, Literal

SystemLine = Literal[
    "assigned",
    "requeued",
    "transferred",
    "sent_to_department",
    "reopened",
    "closed_by_agent",
    "closed_by_visitor",
    "closed_idle",
]

_CHINESE: Final[dict[SystemLine, str]] = {
    "assigned": "{name} 加入了会话",
    "requeued": "{name} 已离开会话，正在为您安排其他客服",
    "transferred": "{name} 将继续为您服务",
    "sent_to_department": "会话已转接到{name}，请稍候",
    "reopened": "{name} 重新打开了会话",
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
    "closed_by_agent": "{name} closed the conversation",
    "closed_by_visitor": "The conversation was ended",
    "closed_idle": "The conversation was closed after a long time without messages",
}


def is_chinese(locale: str | None) -> bool:
    """True for every variant of Chinese: zh, zh-CN, zh_Hans …"""
    return (locale or "").lower().startswith("zh")


def system_line(line: SystemLine, locale: str | None, name: str = "") -> str:
    """The sentence for `line` in Chinese or English."""
    words = _CHINESE if is_chinese(locale) else _ENGLISH
    return words[line].replace("{name}", name)
