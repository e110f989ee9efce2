"""Strict fields: a wrong type is refused, never guessed."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from marshmallow import ValidationError, fields, validate

from chat_app.domain.identity import is_id

MOST_NUMBER = 2**53
CLIENT_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_WEB_ADDRESS = re.compile(r"https?://[^\s/?#\\\x00-\x1f\x7f][^\s\x00-\x1f\x7f]*", re.IGNORECASE)
_MOST_DEPTH = 5
_is_email = validate.Email()


def check_text(text: str) -> None:
    """Raise ValidationError for what no database and no peer can carry."""
    if "\x00" in text:
        raise ValidationError("Must not contain NUL.")
    if not is_unicode(text):
        raise ValidationError("Must be valid Unicode.")


def is_unicode(text: str) -> bool:
    """Whether UTF-8 can say it: there are no halves of characters in it."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


class Words(fields.String):
    """A string of valid Unicode, at most `most` characters, at least `least`."""

    def __init__(self, most: int | None = None, least: int = 0, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(min=least, max=most), **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        check_text(value)
        return value


class Label(Words):
    """One line that names something: 1 to `most` characters, without space around it."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs).strip()
        if not text:
            raise ValidationError("Must not be blank.")
        if any(ord(character) < 32 or ord(character) == 127 for character in text):
            raise ValidationError("Must be one line without control characters.")
        return text


class EmailAddress(Words):
    """An e-mail address."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(254, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs).strip()
        return _is_email(text)


class WebAddress(Words):
    """An address of the web: http or https, with a host."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not _WEB_ADDRESS.fullmatch(text):
            raise ValidationError("Must be an http or https address.")
        return text


class Id(fields.String):
    """The id of a thing; handed on in lower case."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or not is_id(value.lower()):
            raise ValidationError("Not a valid id.")
        return value.lower()


class ClientId(fields.String):
    """A client's own id of a message: 1 to 64 of `A-Z a-z 0-9 _ . : -`."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or not CLIENT_ID.fullmatch(value):
            raise ValidationError("1 to 64 of A-Z a-z 0-9 _ . : - are needed.")
        return value


class Number(fields.Integer):
    """A whole number from `least` to `most`; in JSON a number, not a string or a fraction."""

    def __init__(self, least: int = 0, most: int = MOST_NUMBER, **kwargs: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(least, most), **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.make_error("invalid")
        return value


class QueryNumber(fields.Integer):
    """A whole number in a query string."""

    def __init__(self, least: int = 0, most: int = MOST_NUMBER, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(least, most), **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]{1,20}", value):
            raise self.make_error("invalid")
        return int(value)


class Flag(fields.Boolean):
    """true or false and nothing that resembles them."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


@lru_cache(maxsize=4_096)
def moment(value: datetime | None) -> str | None:
    """A time on the wire: RFC 3339 in UTC with milliseconds, ending in Z.

    Remembered, because a message's is written several times, and those of a moment have the same.
    """
    if value is None:
        return None
    if value.tzinfo is not UTC:
        value = value.astimezone(UTC)
    return value.isoformat(timespec="milliseconds")[:-6] + "Z"


class Moment(fields.DateTime):
    """RFC 3339 in UTC with milliseconds, ending in Z."""

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> str | None:
        return moment(datetime.fromisoformat(value) if isinstance(value, str) else value)


class Instant(fields.DateTime):
    """A moment as RFC 3339 with its zone, cut to milliseconds."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        try:
            given = datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE) from None
        return given.replace(microsecond=given.microsecond // 1000 * 1000)


class Document(fields.Dict):
    """A small JSON object of a site's own: at most 50 keys, 10 kB, a few levels deep."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.make_error("invalid")
        if len(value) > 50:
            raise ValidationError("At most 50 keys.")
        if _weight(value, 0) > 10_000:
            raise ValidationError("At most 10 kB.")
        return value


def _weight(value: Any, depth: int) -> int:
    """About how many bytes a JSON value takes; checks every string in it."""
    if depth > _MOST_DEPTH:
        raise ValidationError(f"At most {_MOST_DEPTH} levels deep.")
    if isinstance(value, str):
        check_text(value)
        return len(value.encode()) + 2
    if isinstance(value, dict):
        return sum(_weight(key, depth) + _weight(item, depth + 1) for key, item in value.items())
    if isinstance(value, list):
        return sum(_weight(item, depth + 1) for item in value) + 2
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > MOST_NUMBER:
        raise ValidationError("Numbers must lie within 2^53.")
    if isinstance(value, float) and not abs(value) < float("inf"):
        raise ValidationError("Numbers must be finite.")
    return 8
