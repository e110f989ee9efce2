"""Reading what a page shows: one part of a list, or all of it for a choice."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from flask import request

from chat_app.delivery.schemas.page import dump_list
from chat_app.delivery.schemas.session import read_cursor
from chat_app.domain.errors import NotFound
from chat_app.domain.identity import is_id
from chat_app.domain.repositories import Cursor
from chat_app.use_cases.paging import Page

T = TypeVar("T")
Dumped = dict[str, Any]

PAGE_LIMIT: Final = 50
_CHOICE_LIMIT: Final = 100
# A choice that is longer would be of no use to a person.
_MOST_CHOICES: Final = 2_000


def part_of(read: Callable[[Cursor | None, int], Page[T]], dump: Callable[[T], Dumped]) -> Dumped:
    """The part of a list that `?cursor=` of the page asks for, as `{items, next_cursor}`."""
    cursor = read_cursor(request.args.get("cursor"))
    return dump_list(read(cursor, PAGE_LIMIT), dump)


def all_of(
    read: Callable[[Cursor | None, int], Page[T]], dump: Callable[[T], Dumped]
) -> list[Dumped]:
    """Every item of a list, for a choice among them."""
    items: list[Dumped] = []
    cursor: Cursor | None = None
    while len(items) < _MOST_CHOICES:
        page = read(cursor, _CHOICE_LIMIT)
        items += map(dump, page.items)
        cursor = page.next_cursor
        if cursor is None:
            break
    return items


def known_id(text: str) -> str:
    """The id in an address; raise NotFound for what is none: databases differ in what they do."""
    if not is_id(text):
        raise NotFound
    return text
