"""Whether somebody wishes to talk to a person, in English or Chinese."""

import re
from typing import Final

from chat_app.domain.wording import normal

_AROUND: Final = re.compile(r"^[\W_]+|[\W_]+$")
_POLITE: Final = re.compile(
    r"^(?:(?:hi|hello|hey|please|pls|an?|the|i want|i need|can i have)\b[\W_]*)+"
    r"|(?:[\W_]*\b(?:please|pls|now|thanks|thank you))+$"
    r"|^(?:(?:你好|您好|请|麻烦|帮我|给我|我要|我想)[\W_]*)+"
    r"|(?:[\W_]*(?:吧|啊|呀|呢|吗|谢谢|一下))+$"
)
# Said alone, these are a wish.
_ALONE: Final = re.compile(
    r"(?:(?:real|live) )?(?:human|person)|(?:(?:live|human|support) )?agent|operator"
    r"|rep(?:resentative)?|live chat|customer (?:service|support)"
    r"|(?:人工|真人|活人)(?:客服|服务|服務|坐席|座席)?|(?:在线|转|轉)?客服|[转轉]接"
)
_MOST_ALONE: Final = 100
_MOST_BEFORE: Final = 60

_WHO: Final = r"(?:person|human(?:\ being)?|people|agent|representative|rep|operator|advis[eo]r)"
_SOMEBODY: Final = rf"(?:{_WHO}|someone|somebody|staff|(?:customer\ )?(?:service|support))"
_WHICH: Final = (
    r"(?:(?:an?|the|your|one\ of\ your|some|any|another|real|live|actual|human|support|service"
    r"|customer|sales)\ )*"
)
_OVER: Final = (
    r"(?=\W*(?:$|[.,!?;:]|(?:please|pls|now|here|instead|right|today|asap|thanks|thank|who|to|for"
    r"|about|because|and|or|not|can|at|on|from|directly)\b))"
)
_ENGLISH: Final = re.compile(
    rf"""
    \b(?:talk(?:ing)?|speak(?:ing)?|chat(?:ting)?)\ (?:to|with)\ {_WHICH}{_SOMEBODY}{_OVER}
    |\b(?:connect|transfer|switch|put|pass|hand|forward|redirect|escalate)
        \ (?:(?:me|us|this|it)\ )?(?:over\ |through\ )?(?:to|with)\ {_WHICH}{_SOMEBODY}{_OVER}
    |\b(?:want|need|prefer|like|get\ me|give\ me|find\ me|i'd\ rather\ have)
        \ (?:an?|the|some|real|live|another|your)\ {_WHICH}{_WHO}{_OVER}
    """,
    re.VERBOSE,
)
_ENGLISH_HINT: Final = re.compile(
    r"\b(?:live (?:agent|person|support)|human (?:agent|support)|customer (?:service|support))\b"
)
_REFUSED: Final = re.compile(
    r"\b(?:not|never|without|don'?t|doesn'?t|didn'?t|no need to)(?: (?:really|want|need|have|like"
    r"|wish|to))*\s*$"
)

_PERSON: Final = "(?:人工|真人|活人|专人|專人)(?:客服|服务|服務|坐席|座席|专员|人员)?"
_ENDS: Final = "(?=$|\\W|[吧啊呀呢吗嗎么嘛了来接帮聊谈回解行好]|谢|处理|咨询|沟通|可以)"
_CHINESE: Final = re.compile(
    "(?:[转轉]接?|接|找|要|叫|换|联系|聯繫|呼叫|请求|申请|需要)(?:到|成|给|至)?(?:我)?"
    f"(?:一?[个個位名])?(?:一?下)?(?:你们的?)?{_PERSON}{_ENDS}"
    f"|[跟和与同](?:一?[个個位名])?{_PERSON}[聊说說谈談讲講沟溝对對交咨通直]"
)
_CHINESE_HINT: Final = re.compile(
    "(?:人工|真人)(?:客服|服务|服務|坐席|座席)"
    "|(?:有|有没有)(?:人工|真人)(?=$|\\W|[吗嗎么呢])"
    "|(?:[转轉]接?|找|联系|聯繫)(?:一?[个個位名])?(?:在线|你们的?)?客服"
)
_REFUSED_CHINESE: Final = re.compile("(?:不要|不用|不需要|不必|不想|无需|无须|别|勿|(?<!要)不)$")
_LOOSE: Final = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")


def asks_for_person(text: str) -> bool:
    """True for a plain wish: "talk to a human", 转人工; not for "I am a person who …"."""
    said = _said(text)
    if len(said) <= _MOST_ALONE and _ALONE.fullmatch(_alone(said)):
        return True
    return _wishes(_ENGLISH, _REFUSED, said) or _wishes(_CHINESE, _REFUSED_CHINESE, said)


def hints_at_person(text: str) -> bool:
    """True for what is a wish unless something else is known about it: 你们的人工客服几点上班."""
    said = _said(text)
    return _wishes(_ENGLISH_HINT, _REFUSED, said) or _wishes(_CHINESE_HINT, _REFUSED_CHINESE, said)


def _alone(said: str) -> str:
    """What is left without greetings and thanks."""
    return _AROUND.sub("", _POLITE.sub("", _AROUND.sub("", said)))


def _said(text: str) -> str:
    return _LOOSE.sub("", " ".join(normal(text).split()))


def _wishes(wish: re.Pattern[str], refused: re.Pattern[str], said: str) -> bool:
    starts = (found.start() for found in wish.finditer(said))
    return any(
        refused.search(said[max(0, start - _MOST_BEFORE) : start]) is None for start in starts
    )
