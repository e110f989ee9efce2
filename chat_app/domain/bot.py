"""A bot: it answers first, from a list of keywords, and leads to a person."""

from dataclasses import dataclass
from typing import Final, TypedDict

from chat_app.domain.wishes import asks_for_person, hints_at_person
from chat_app.domain.wording import features_of, found_in, keyword_parts

MOST_ENTRIES: Final = 200
MOST_KEYWORDS: Final = 20
MOST_KEYWORD: Final = 60
MOST_ANSWER: Final = 4_000
# All of a bot as JSON: with the rest of its site it fits into a body of the usual size.
MOST_BYTES: Final = 48_000
# How much of a keyword a text must have: all of a short one, of a long one all but a little.
THRESHOLD: Final = 0.8
MOST_MISSES: Final = 2


class BotEntry(TypedDict):
    """What the bot says to texts that have one of the keywords."""

    keywords: list[str]
    answer: str


class Bot(TypedDict):
    """It says `greeting` first, `fallback` when it knows no answer."""

    name: str
    greeting: str
    fallback: str
    entries: list[BotEntry]


@dataclass(frozen=True)
class Reply:
    """What the bot says; None: a person is needed. `missed`: it knew no answer."""

    body: str | None
    missed: bool = False


def reply(bot: Bot, text: str, misses: int) -> Reply:
    """The bot's reply to a text, after `misses` texts in a row that it had no answer to.

    A plain wish for a person comes before every answer; the second miss in a row leads to a
    person, too.
    """
    if asks_for_person(text):
        return Reply(None)
    answer = answer_to(bot, text)
    if answer is not None:
        return Reply(answer)
    if hints_at_person(text) or misses + 1 >= MOST_MISSES:
        return Reply(None)
    return Reply(bot["fallback"], missed=True)


def answer_to(bot: Bot, text: str) -> str | None:
    """The answer of the entry that has most in common with the text; the first of equals."""
    features = features_of(text)
    scores = [_score(entry, features) for entry in bot["entries"]]
    best = max(scores, default=0)
    return bot["entries"][scores.index(best)]["answer"] if best else None


def is_keyword(text: str) -> bool:
    """True if a text could have it: a letter, a figure or a sign."""
    return bool(keyword_parts(text))


def _score(entry: BotEntry, features: frozenset[str]) -> int:
    """How much the text has of the entry's keywords; none of those it has too little of."""
    found: set[str] = set()
    for keyword in entry["keywords"]:
        share, those = found_in(keyword, features)
        if share >= THRESHOLD:
            found |= those
    return sum(min(len(feature), 2) for feature in found)
