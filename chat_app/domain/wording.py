"""Texts as a bot compares them: words where they are spaced, pairs of characters where not."""

import functools
import itertools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["unspaced", "word", "sign", "gap"]

# Chinese, Japanese, Korean, Thai, Lao, Burmese and Khmer put no spaces where we would need them.
_UNSPACED: Final = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x3005, 0x3007),
    (0x3040, 0x30FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7AF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
_FILLERS: Final = frozenset({
    "a", "an", "and", "are", "can", "could", "do", "does", "for", "how", "i", "in", "is", "it",
    "me", "my", "of", "on", "or", "our", "please", "the", "to", "what", "when", "where",
    "which", "with", "would", "you", "your",
})  # fmt: skip
_ASKING: Final = re.compile("请问|怎么样|怎么|怎样|如何|吗|呢|吧|呀")
_QUOTES: Final = str.maketrans({"\u2018": "'", "\u2019": "'"})


@dataclass(frozen=True)
class Part:
    """A word, a sign, or a stretch of characters without spaces, and what stands for it."""

    text: str
    kind: Kind

    @property
    def features(self) -> tuple[str, ...]:
        """What is looked for: the word, or each pair of neighbouring characters."""
        if self.kind != "unspaced" or len(self.text) == 1:
            return (self.text,)
        return tuple(map("".join, itertools.pairwise(self.text)))


def normal(text: str) -> str:
    """Without differences of capitals, width and invisible characters."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(filter(_is_visible, folded)).translate(_QUOTES)


def parts_of(text: str) -> list[Part]:
    """The parts of a text in their order; words lose the s of their plural."""
    found: list[Part] = []
    for kind, characters in itertools.groupby(normal(text), _kind):
        run = "".join(characters)
        if kind == "sign":
            found += [Part(sign, kind) for sign in run]
        elif kind != "gap":
            found.append(Part(_singular(run) if kind == "word" else run, kind))
    return found


def features_of(text: str) -> frozenset[str]:
    """Everything in a text that a keyword may ask for."""
    parts = parts_of(text)
    pairs = itertools.chain.from_iterable(part.features for part in parts)
    single = (character for part in parts if part.kind == "unspaced" for character in part.text)
    return frozenset(itertools.chain(pairs, single))


@functools.lru_cache(maxsize=10_000)
def keyword_parts(keyword: str) -> tuple[Part, ...]:
    """What a keyword asks for: itself without words that every question has, unless that is all."""
    parts = parts_of(keyword)
    telling = tuple(itertools.chain.from_iterable(map(_telling, parts)))
    return telling or tuple(parts)


def found_in(keyword: str, features: frozenset[str]) -> tuple[float, frozenset[str]]:
    """How much of a keyword a text has, from 0 to 1, and which of its features."""
    found: set[str] = set()
    size = covered = 0
    for part in keyword_parts(keyword):
        there = [feature in features for feature in part.features]
        found |= set(itertools.compress(part.features, there))
        size += _size(part)
        covered += _covered(part, there)
    return (covered / size if size else 0.0), frozenset(found)


def _covered(part: Part, there: list[bool]) -> int:
    """How much of the part lies in features that are there; each pair covers two characters."""
    if len(there) == 1:
        return _size(part) if there[0] else 0
    return sum(before or after for before, after in itertools.pairwise([False, *there, False]))


def _size(part: Part) -> int:
    return len(part.text) if part.kind == "unspaced" else 2


def _telling(part: Part) -> Iterator[Part]:
    if part.kind == "word":
        if part.text not in _FILLERS:
            yield part
        return
    pieces = [piece for piece in _ASKING.split(part.text) if piece]
    # A single character that is left over would be found in words that mean something else.
    if part.kind == "sign" or any(len(piece) == 1 for piece in pieces):
        yield part
        return
    for piece in pieces:
        yield Part(piece, part.kind)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _is_visible(character: str) -> bool:
    """False for formatting characters, and for those that choose how an emoji looks."""
    return unicodedata.category(character) != "Cf" and not "\ufe00" <= character <= "\ufe0f"


@functools.lru_cache(maxsize=20_000)
def _kind(character: str) -> Kind:
    number, category = ord(character), unicodedata.category(character)
    if any(first <= number <= last for first, last in _UNSPACED):
        return "unspaced"
    if category[0] in "LNM":
        return "word"
    return "sign" if category[0] == "S" else "gap"
