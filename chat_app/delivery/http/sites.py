"""`GET /api/chat/sites/{site_key}`: what anybody may know of a site."""

from typing import Any

from flask import make_response
from marshmallow import Schema, fields
from werkzeug.wrappers import Response

from chat_app.delivery.http.parsing import Blueprint
from chat_app.delivery.schemas.fields import Moment
from chat_app.use_cases.sites import Sites

FRESH_SECONDS = 30


class PublicSiteSchema(Schema):
    """The widget's settings."""

    key = fields.String()
    name = fields.String()
    locale = fields.String()
    theme = fields.Dict()
    prechat_fields = fields.List(fields.String())
    agents_online = fields.Boolean()
    open = fields.Boolean()
    opens_at = Moment(allow_none=True)
    bot = fields.Boolean()


class PublicSiteEnvelope(Schema):
    """One site in its name."""

    site = fields.Nested(PublicSiteSchema)


def create_blueprint(sites: Sites) -> Blueprint:
    """Build the route around its use case."""
    api = Blueprint("sites", __name__, url_prefix="/api/chat/sites", description="Websites")
    schema = PublicSiteEnvelope()

    @api.get("/<string:site_key>")
    @api.alt_response(200, schema=PublicSiteEnvelope)
    def read_site(site_key: str) -> Response:
        """The widget's settings and whether somebody is there; may be cached for a moment."""
        body: dict[str, Any] = schema.dump({"site": sites.public(site_key)})
        response = make_response(body)
        response.headers["Cache-Control"] = f"public, max-age={FRESH_SECONDS}"
        return response

    return api
