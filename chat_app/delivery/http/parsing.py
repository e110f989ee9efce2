"""Reads requests strictly: real JSON, known keys, documented errors; and documents answers."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, NoReturn

from flask import Request, Response, jsonify
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import RAISE, Schema, ValidationError
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import RequestEntityTooLarge

from chat_app.delivery.errors import invalid
from chat_app.domain.errors import BadJson, TooLarge, UnsupportedMediaType

# What webargs calls "unknown" is refused in bodies and in query strings alike.
_UNKNOWN_KEYS: dict[str, str | None] = {"json": RAISE, "query": RAISE}


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_JSON: Final = json.JSONDecoder(parse_constant=_refuse_constant)


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
            return _JSON.decode(body.decode("utf-8"))
        except (ValueError, RecursionError):
            raise BadJson from None

    def handle_error(self, error: ValidationError, req: Request, schema: Any, **_: Any) -> NoReturn:
        """Turn what marshmallow says into our error, without the name of the location."""
        messages = error.messages
        if isinstance(messages, dict) and len(messages) == 1:
            messages = next(iter(messages.values()))
        raise invalid(ValidationError(messages)) from None


class Blueprint(SmorestBlueprint):
    """A blueprint whose arguments are read strictly."""

    ARGUMENTS_PARSER = StrictParser()

    def arguments(self, schema: type[Schema], **options: Any) -> Any:
        """Read a request by a schema that is made once: making it costs more than reading."""
        return super().arguments(schema(), **options)

    def answers(self, status: int, schema: type[Schema]) -> Any:
        """Document what a view answers that writes out the keys of `schema` itself.

        The view returns them, perhaps with a status; they are not dumped once more.
        """
        document = super().response(status, schema)

        def decorator(view: Callable[..., Any]) -> Any:
            @wraps(view)
            def answering(*args: Any, **kwargs: Any) -> Response:
                found = view(*args, **kwargs)
                body, code = found if isinstance(found, tuple) else (found, status)
                response = jsonify(body)
                response.status_code = code
                return response

            return document(answering)

        return decorator
