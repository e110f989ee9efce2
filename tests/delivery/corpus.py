"""What clients must not send, made from the schemas: every field, every way to get it wrong.

A case is JSON text, because much of it cannot be written in Python: numbers of 400 digits, lone
surrogates, 1e3.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from marshmallow import Schema, fields, validate

from chat_app.delivery.schemas.business_hours import TimeZone
from chat_app.delivery.schemas.fields import (
    ClientId,
    Document,
    EmailAddress,
    Flag,
    Id,
    Instant,
    Label,
    Number,
    QueryNumber,
    WebAddress,
)
from chat_app.delivery.schemas.site import Greeting, Origin

Case = tuple[str, str]  # the name of the field, and the JSON text of its value

NUL, SURROGATE = '"a\\u0000b"', '"a\\ud800b"'
HUGE = ("9007199254740993", "1" + "0" * 400, "-1" + "0" * 400)
NUMBERS = ("0", "-1", "1.0", "1.5", "1e3", "1e400", *HUGE)
TYPES = ("null", "true", "false", "0", "1.5", "[]", "{}", '"x"', '[""]', '{"$ne": 1}')
_HOLE = "@hole@"


def wrong_values(schema: Schema) -> Iterator[Case]:
    """Every field of a schema with every value that it must refuse."""
    for name, field in schema.fields.items():
        wrong = [text for text in _candidates(field) if not _right(field, text)]
        assert wrong, f"{name}: no way known to get it wrong"
        for text in wrong:
            yield name, text
        if isinstance(field, fields.Nested):
            example = _minimal(field.schema)
            for inner, text in wrong_values(field.schema):
                yield name, with_value(example, inner, text)
            yield name, with_value(example, "unknown", "1")
        if isinstance(field, fields.List) and isinstance(field.inner, fields.Nested):
            example = _minimal(field.inner.schema)
            for inner, text in wrong_values(field.inner.schema):
                yield name, f"[{with_value(example, inner, text)}]"


def wrong_queries(schema: Schema) -> Iterator[tuple[str, str]]:
    """Every field of a query string with every value that it must refuse."""
    for name, field in schema.fields.items():
        values = ["a\x00b"]
        if isinstance(field, QueryNumber):
            values += ["", "x", "1.0", "1e3", "-1", "+1", " 1", "0x1", "١", "true", "null"]
            values += ["9007199254740993", "1" + "0" * 400, "1,2"]
        elif isinstance(field, Id):
            values += ["", "x", "1", "null", "0190e7c4", "' OR 1=1"]
        elif _one_of(field):
            values += ["", "x", "None"]
        else:
            values += ["", "x" * 100_000]
        for value in values:
            yield name, value


def with_value(body: dict[str, Any], name: str, text: str) -> str:
    """The body as JSON with the value of one key replaced by `text`."""
    return json.dumps({**body, name: _HOLE}).replace(f'"{_HOLE}"', text)


def _minimal(schema: Schema) -> dict[str, Any]:
    return {name: "x" for name, field in schema.fields.items() if field.required}


def _candidates(field: fields.Field[Any]) -> Iterator[str]:
    yield from TYPES
    yield from NUMBERS
    yield from (NUL, SURROGATE, '""', '"' + "x" * 64_000 + '"')
    if isinstance(field, Id | ClientId):
        yield from ('"0190e7c4-7b3a"', '"0190e7c47b3a7cc18f1e5a2d9f0c4b11 "', '"a b"', '"é"')
        yield from (json.dumps("x" * 65), '"a\\n"', '"0190e7c4-7b3a-7cc1-8f1e-5a2d9f0c4b11\\n"')
    if isinstance(field, Document):
        yield json.dumps({str(number): 1 for number in range(51)})
        yield json.dumps({"a": "x" * 10_000})
        yield '{"a":' * 7 + "1" + "}" * 7
        yield from (f'{{"a": {text}}}' for text in (NUL, SURROGATE, *HUGE, "1e400", f"[{NUL}]"))
        yield '{"a\\u0000": 1}'
    elif isinstance(field, fields.Dict):
        yield '{"x": 1}'
        keys = (f"0190e7c4-7b3a-7cc1-8f1e-{number:012x}" for number in range(51))
        yield json.dumps(dict.fromkeys(keys, 0))
        one = "0190e7c4-7b3a-7cc1-8f1e-5a2d9f0c4b11"
        yield from (f'{{"{one}": {text}}}' for text in ("null", '"1"', *NUMBERS[1:]))
    if isinstance(field, Instant):
        yield from ('"2099-01-01"', '"2099-01-01T00:00:00"', '"2099-13-01T00:00:00Z"', '"now"')
    if isinstance(field, fields.List):
        yield from ('["x"]', "[1]", "[null]", "[[]]", f"[{NUL}]")
        if any(isinstance(one, validate.Length) for one in field.validators):
            yield json.dumps(["x"] * 1_001)


def _right(field: fields.Field[Any], text: str) -> bool:
    """True for what the field takes; told by its kind, not by asking it."""
    value = json.loads(text)
    if value is None:
        return field.allow_none
    for kind, judge in _JUDGES:
        if isinstance(field, kind):
            return judge(field, value)
    raise AssertionError(f"a new kind of field: {field!r}")


def _right_number(field: Any, value: Any) -> bool:
    bounds = next(one for one in field.validators if isinstance(one, validate.Range))
    return type(value) is int and bounds.min <= value <= bounds.max


def _right_list(field: Any, value: Any) -> bool:
    short = isinstance(value, list) and len(value) <= 1
    return short and all(_right(field.inner, json.dumps(item)) for item in value)


def _right_text(field: Any, value: Any) -> bool:
    if not isinstance(value, str) or isinstance(
        field, EmailAddress | Origin | TimeZone | WebAddress
    ):
        return False
    if isinstance(field, Label) and (not value.strip() or not value.isprintable()):
        return False
    if isinstance(field, ClientId):
        return value in ("x", "0190e7c4-7b3a")
    if isinstance(field, Id) or _one_of(field):
        return False
    if any(isinstance(one, validate.Regexp) for one in field.validators):
        return False
    length = next(one for one in field.validators if isinstance(one, validate.Length))
    within = (length.min or 0) <= len(value) <= (length.max or len(value))
    return within and "\x00" not in value and "\ud800" not in value


def _one_of(field: fields.Field[Any]) -> bool:
    return any(isinstance(one, validate.OneOf) for one in field.validators)


_JUDGES: list[tuple[type, Callable[[Any, Any], bool]]] = [
    (Flag, lambda _, value: isinstance(value, bool)),
    (Number, _right_number),
    (Instant, lambda _, __: False),
    (Document, lambda _, value: value in ({}, {"$ne": 1})),
    (Greeting, lambda _, value: value in ("x", {})),
    (fields.Nested, lambda field, value: value == {} and not _minimal(field.schema)),
    (fields.Dict, lambda _, value: value == {}),
    (fields.List, _right_list),
    (fields.String, _right_text),
]
