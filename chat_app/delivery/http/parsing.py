"""Reads requests strictly: real JSON, known keys, documented errors."""

import json
from typing import Any, NoReturn

from flask import Request
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import RAISE, Schema, ValidationError
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import RequestEntityTooLarge

from chat_app.delivery.errors import invalid
from chat_app.domain.errors import BadJson, TooLarge, UnsupportedMediaType

# What webargs calls "unknown" is refused in bodies and in query strings alike.
_UNKNOWN_KEYS: dict[str, str | None] = {"json": RAISE, "query": RAISE}


class StrictParser(FlaskParser):
    """Refuses unknown keys, other media types and JSON that is none."""

    DEFAULT_UNKNOWN_BY_LOCATION = _UNKNOWN_KEYS

    def load_json(self, req: Request, schema: Any) -> Any:
        """The request's JSON value; an absent body counts as an empty object."""
        try:
            body = req.get_data(cache=True)
        except RequestEntityTooLarge:
            raise TooLarge("The body is too large") from None
        if not body:
            return {}
        if not req.is_json:
            raise UnsupportedMediaType
        try:
            return json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            raise BadJson from None

    def handle_error(self, error: ValidationError, req: Request, schema: Any, **_: Any) -> NoReturn:
        """Turn what marshmallow says into our error, without the name of the location."""
        messages = error.messages
        if isinstance(messages, dict) and len(messages) == 1:
            messages = next(iter(messages.values()))
        raise invalid(ValidationError(messages)) from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


class Blueprint(SmorestBlueprint):
    """A blueprint whose arguments are read strictly."""

    ARGUMENTS_PARSER = StrictParser()

    def arguments(self, schema: type[Schema], **options: Any) -> Any:
        """Read a request by a schema that is made once: making it costs more than reading."""
        return super().arguments(schema(), **options)
