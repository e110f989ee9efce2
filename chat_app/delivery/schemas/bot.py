"""Bots on the wire, as part of their site."""

import json
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from chat_app.delivery.schemas.fields import Label, Words
from chat_app.domain.bot import (
    MOST_ANSWER,
    MOST_BYTES,
    MOST_ENTRIES,
    MOST_KEYWORD,
    MOST_KEYWORDS,
    is_keyword,
)
from chat_app.domain.errors import Validation
from chat_app.domain.message import check_body


class Speech(Words):
    """What a bot says: a message that can be seen."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(MOST_ANSWER, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            check_body(text, MOST_ANSWER)
        except Validation as error:
            raise ValidationError(error.detail.removeprefix("body: ")) from None
        return text


class Keyword(Label):
    """Words that a text may have."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(MOST_KEYWORD, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not is_keyword(text):
            raise ValidationError("Must contain a letter, a figure or a sign.")
        return text


class BotEntrySchema(Schema):
    """An answer, and the keywords of texts that it answers."""

    keywords = fields.List(
        Keyword(), required=True, validate=validate.Length(min=1, max=MOST_KEYWORDS)
    )
    answer = Speech(required=True)


class BotSchema(Schema):
    """A site's bot."""

    name = Label(120, required=True)
    greeting = Speech(required=True)
    fallback = Speech(required=True)
    entries = fields.List(
        fields.Nested(BotEntrySchema),
        required=True,
        validate=validate.Length(max=MOST_ENTRIES),
    )


class BotField(fields.Nested):
    """A bot that is, with all of its answers, no larger than it may be."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(BotSchema, **kwargs)

    def _deserialize(
        self, value: Any, attr: Any, data: Any, partial: Any = None, **kwargs: Any
    ) -> Any:
        bot = super()._deserialize(value, attr, data, partial, **kwargs)
        if len(json.dumps(bot, ensure_ascii=False).encode()) > MOST_BYTES:
            raise ValidationError(f"At most {MOST_BYTES // 1_000} kB in all.")
        return bot
