"""What search knows, in memory: see fake_database.py.

Rows become visible in the order of their ids here, so that nothing is looked at twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from chat_app.domain.message import Message
from chat_app.domain.repositories import Source, Unread
from chat_app.domain.searching import (
    Phrase,
    SearchText,
    name_of,
    phrases_of,
    said_in,
    subject_of,
    terms_of,
)
from chat_app.domain.session import Session
from chat_app.domain.visitor import Visitor


class SearchedRows(Protocol):
    """The tables that are searched, and what is known of them."""

    visitors: list[Visitor]
    sessions: list[Session]
    messages: list[Message]
    search_texts: list[SearchText]


class FakeSearchIndex:
    def __init__(self, rows: SearchedRows) -> None:
        self._rows = rows

    def unread(self, source: Source, place: str | None, limit: int, *, late: bool) -> Unread | None:
        known = {one.id for one in self._rows.search_texts}
        new = [one for one in self._all(source) if one.id not in known and one.id > (place or "")]
        found = sorted(new, key=lambda one: one.id)[:limit]
        if late or not found:
            return None
        return Unread(found, found[-1].id, None, more=len(found) == limit)

    def learn(self, source: Source, found: Unread, *, late: bool) -> None:
        known = {one.id for one in self._rows.search_texts}
        self._rows.search_texts += [one for one in found.texts if one.id not in known]

    def change(self, *texts: SearchText) -> None:
        changed = {one.id for one in texts}
        kept = [one for one in self._rows.search_texts if one.id not in changed]
        self._rows.search_texts[:] = [*kept, *(replace(one) for one in texts)]

    def _all(self, source: Source) -> Iterator[SearchText]:
        if source == "message":
            texts = [said_in(one) for one in self._rows.messages]
        elif source == "session":
            texts = [subject_of(one) for one in self._rows.sessions]
        else:
            texts = [name_of(one) for one in self._rows.visitors]
        return (one for one in texts if one.text.strip())


def is_found(query: str, texts: Sequence[str | None]) -> bool:
    """Whether one of the texts has all phrases of the query."""
    phrases = phrases_of(query)
    rows = [terms_of(text or "") for text in texts]
    return bool(phrases) and any(all(_stands(one, row) for one in phrases) for row in rows)


def _stands(phrase: Phrase, row: Sequence[str]) -> bool:
    *firm, last = phrase.terms
    length = len(phrase.terms)
    for at in range(len(row) - length + 1):
        *before, end = row[at : at + length]
        fits = end.startswith(last) if phrase.begins else end == last
        if fits and before == firm:
            return True
    return False
