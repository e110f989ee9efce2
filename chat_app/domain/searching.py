"""Words of texts, as search keeps and looks for them: the same rule for what is said and asked.

A text is a row of terms, in which each letter, digit and sign that can be seen has its place:

- a word (letters and digits) is one term, in small letters, without accents and vowel signs;
- scripts that put no spaces between words (Chinese, Japanese, Korean, Thai …) become overlapping
  pairs, and the last character of a run also stands for itself: 红色的鞋 is 红色 色的 的鞋 鞋;
- every other visible sign, such as %, @ or 😀, is a term of its own.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from chat_app.domain.message import Message
from chat_app.domain.session import Session
from chat_app.domain.visitor import Visitor

MOST_CHARACTERS: Final = 64
"""Of a word; what is longer is found by its beginning."""

_ACCENT: Final = re.compile("[\u0300-\u036f]")  # not those of kana, which make another letter
# Thai, Lao, Burmese, Khmer; kana, Bopomofo, Hangul, Han with its signs for repeating and zero.
_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3021-\u3029\u3031-\u3035"
    "\u3038-\u303b\u3041-\u3096\u3099-\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
_PIECES: Final = re.compile(
    rf"(?P<run>[{_UNSPACED}]+)|(?P<word>[^\W_{_UNSPACED}]+)|(?P<sign>\S)", re.UNICODE
)
# Control and format characters, private and unassigned ones, and marks on letters.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Mc", "Me"})


@dataclass(frozen=True)
class Phrase:
    """Terms that stand one after the other in a text; of the last one perhaps only the beginning."""

    terms: tuple[str, ...]
    begins: bool = False


@dataclass(frozen=True)
class SearchText:
    """A text that is found: of a message or a session's subject, or a visitor's name and e-mail.

    `id` is that of the message, session or visitor; `owner_id` that of the session it leads to,
    or of the visitor, which leads to all of its sessions.
    """

    id: str
    owner_id: str
    text: str


def said_in(message: Message) -> SearchText:
    """What a message is found by."""
    return SearchText(message.id, message.session_id, message.body)


def subject_of(session: Session) -> SearchText:
    """What a session is found by, besides its messages and its visitor."""
    return SearchText(session.id, session.id, session.subject or "")


def name_of(visitor: Visitor) -> SearchText:
    """What a visitor's sessions are found by."""
    return SearchText(visitor.id, visitor.id, f"{visitor.name or ''}\n{visitor.email or ''}")


def terms_of(text: str) -> list[str]:
    """The terms of a text, in their order."""
    return [term for piece in _pieces(text) for term in piece.terms]


def phrases_of(query: str) -> list[Phrase]:
    """What a text must have to be found, all of it: a phrase for each part between spaces.

    Whoever types is not done yet: the last word may be the beginning of one. Empty when there is
    nothing in the query that can be seen.
    """
    parts = [pieces for part in query.split() if (pieces := list(_pieces(part)))]
    return [_phrase(pieces, last=pieces is parts[-1]) for pieces in parts]


@dataclass(frozen=True)
class _Piece:
    kind: str
    text: str

    @property
    def terms(self) -> list[str]:
        if self.kind == "run":
            return [self.text[at : at + 2] for at in range(len(self.text))]
        return [self.text[:MOST_CHARACTERS]]


def _phrase(pieces: list[_Piece], *, last: bool) -> Phrase:
    terms = [term for piece in pieces for term in piece.terms]
    end = pieces[-1]
    if end.kind == "run":
        # In the text the run may go on: then its last character stands in a pair.
        alone = len(end.text) == 1
        return Phrase(tuple(terms if alone else terms[:-1]), begins=alone)
    return Phrase(tuple(terms), begins=last and end.kind == "word")


def _pieces(text: str) -> Iterator[_Piece]:
    for found in _PIECES.finditer(_folded(text)):
        yield _Piece(found.lastgroup or "", found.group())


def _folded(text: str) -> str:
    """One spelling for all that people take for the same, without what nobody sees."""
    plain = _ACCENT.sub("", unicodedata.normalize("NFKD", text).casefold())
    return "".join(one for one in unicodedata.normalize("NFKC", plain) if _is_seen(one))


def _is_seen(character: str) -> bool:
    if character.isalnum() or character.isspace():
        return True
    return unicodedata.category(character) not in _UNSEEN
