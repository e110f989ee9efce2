"""Sites on the wire, as their admins see them."""

import re
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from chat_app.delivery.origins import normal
from chat_app.delivery.schemas.bot import BotField, BotSchema
from chat_app.delivery.schemas.fields import Id, Label, Moment, Number, Words
from chat_app.domain.site import Site

LOCALES = ("auto", "en", "zh-CN")
PRECHAT_FIELDS = ("name", "email", "subject")
MOST_RETENTION_DAYS = 36_500
_ORIGIN = re.compile(r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:(?P<port>[1-9][0-9]{0,4}))?")


class Origin(Label):
    """Scheme, host and port of a website as browsers send them, such as https://shop.example."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        origin = normal(super()._deserialize(value, attr, data, **kwargs).removesuffix("/"))
        match = _ORIGIN.fullmatch(origin)
        if match is None or int(match["port"] or 0) > 65_535:
            raise ValidationError("Must be an origin like https://shop.example.com.")
        return origin


class GreetingsSchema(Schema):
    """The first line of the chat, by language."""

    en = Words(500, least=1)
    zh_cn = Words(500, least=1, data_key="zh-CN")


class Greeting(fields.Field[Any]):
    """One line for everybody, or one for each language."""

    _one = Words(500, least=1)
    _many = GreetingsSchema()

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, dict):
            return self._one.deserialize(value)
        self._many.load(value)
        return value


class ThemeSchema(Schema):
    """How the widget looks: these keys and no others."""

    accent = fields.String(
        validate=validate.Regexp(r"#[0-9a-fA-F]{6}\Z", error="Must be a colour like #2f5bea.")
    )
    position = fields.String(validate=validate.OneOf(("left", "right")))
    greeting = Greeting()
    quick_replies = fields.List(Label(80), validate=validate.Length(max=6))


class SiteSchema(Schema):
    """A website that embeds the widget; never its secret."""

    id = fields.String()
    key = fields.String()
    name = fields.String()
    allowed_origins = fields.List(fields.String())
    locale = fields.String()
    theme = fields.Dict()
    department_id = fields.String(allow_none=True)
    prechat_fields = fields.List(fields.String())
    retention_days = fields.Integer(allow_none=True)
    bot = fields.Nested(BotSchema, allow_none=True)
    created_at = Moment()


class SiteEnvelope(Schema):
    """One site in its name."""

    site = fields.Nested(SiteSchema)


class SiteListSchema(Schema):
    """One page of sites."""

    items = fields.List(fields.Nested(SiteSchema))
    next_cursor = fields.String(allow_none=True)


class SiteChangeSchema(Schema):
    """What an admin may change; what is left out stays, null means none or for ever."""

    name = Label(120)
    allowed_origins = fields.List(Origin(300), validate=validate.Length(max=100))
    locale = fields.String(validate=validate.OneOf(LOCALES))
    theme = fields.Nested(ThemeSchema)
    department_id = Id(allow_none=True)
    prechat_fields = fields.List(fields.String(validate=validate.OneOf(PRECHAT_FIELDS)))
    retention_days = Number(least=1, most=MOST_RETENTION_DAYS, allow_none=True)
    bot = BotField(allow_none=True)


class NewSiteSchema(SiteChangeSchema):
    """A new site."""

    name = Label(120, required=True)


class IdentitySecretSchema(Schema):
    """What signs identity tokens, shown once."""

    identity_secret = fields.String()


_site = SiteSchema()


def dump_site(site: Site) -> dict[str, Any]:
    """The site as its admins see it."""
    dumped: dict[str, Any] = _site.dump(site)
    return dumped
