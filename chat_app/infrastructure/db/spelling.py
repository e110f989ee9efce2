"""How terms are written in the languages of full-text searches.

Signs have a meaning there and quotes would have to be quoted: so an ASCII sign is written as a
character of the private use area, which no term holds. What is left are letters.
"""

from collections.abc import Sequence

from chat_app.domain.searching import Phrase, terms_of

_PRIVATE = 0xE000
_SIGNS = {code: _PRIVATE + code for code in range(128) if not chr(code).isalnum()}
MOST_PLACES = 16_383
"""PostgreSQL counts places in 14 bits."""


def postgres_document(text: str) -> str:
    """A `tsvector`: every term with its place, from 1."""
    placed = enumerate(_spelled(terms_of(text)[:MOST_PLACES]), 1)
    return " ".join(f"'{term}':{place}" for place, term in placed)


def postgres_query(phrases: Sequence[Phrase]) -> str:
    """A `tsquery`: all phrases, each as terms in a row."""
    return " & ".join(f"({_postgres_phrase(one)})" for one in phrases)


def _postgres_phrase(phrase: Phrase) -> str:
    return " <-> ".join(f"'{term}'" for term in _spelled(phrase.terms)) + ":*" * phrase.begins


def sqlite_document(text: str) -> str:
    """What FTS5's tokeniser cuts at spaces again."""
    return " ".join(_spelled(terms_of(text)))


def sqlite_query(phrases: Sequence[Phrase]) -> str:
    """FTS5's language: all phrases, each as terms in a row."""
    return " AND ".join(f'"{" ".join(_spelled(one.terms))}"' + " *" * one.begins for one in phrases)


def sqlite_runs(phrases: Sequence[Phrase]) -> list[str]:
    """What stands in a document with spaces around it that has all phrases."""
    return [f" {' '.join(_spelled(one.terms))}" + " " * (not one.begins) for one in phrases]


def _spelled(terms: Sequence[str]) -> list[str]:
    return [term.translate(_SIGNS) for term in terms]
