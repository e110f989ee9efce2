"""Lists in parts on the wire."""

from collections.abc import Callable
from typing import Any, TypeVar

from marshmallow import Schema

from chat_app.delivery.schemas.fields import QueryNumber, Words
from chat_app.delivery.schemas.session import write_cursor
from chat_app.use_cases.paging import Page

T = TypeVar("T")


class PageQuerySchema(Schema):
    """Which part of a list is wanted."""

    cursor = Words(200, least=1, load_default=None)
    limit = QueryNumber(least=1, most=100, load_default=25)


def dump_list(page: Page[T], dump: Callable[[T], dict[str, Any]]) -> dict[str, Any]:
    """A page as `{items, next_cursor}`."""
    return {
        "items": [dump(item) for item in page.items],
        "next_cursor": write_cursor(page.next_cursor),
    }
