"""`/api/sites`: websites, kept by admins, read by supervisors too."""

from typing import Any

from chat_app.delivery.auth import Caller
from chat_app.delivery.http.parsing import Blueprint
from chat_app.delivery.schemas.page import PageQuerySchema, dump_list
from chat_app.delivery.schemas.session import read_cursor
from chat_app.delivery.schemas.site import (
    IdentitySecretSchema,
    NewSiteSchema,
    SiteChangeSchema,
    SiteEnvelope,
    SiteListSchema,
    dump_site,
)
from chat_app.use_cases.site_settings import NewSite, SiteSettings


def create_blueprint(settings: SiteSettings, caller: Caller) -> Blueprint:
    """Build the routes around their use cases."""
    api = Blueprint("site_settings", __name__, url_prefix="/api/sites", description="Websites")

    @api.get("")
    @api.arguments(PageQuerySchema, location="query")
    @api.response(200, SiteListSchema)
    def list_sites(query: dict[str, Any]) -> dict[str, Any]:
        """All sites, in the order of their making."""
        cursor = read_cursor(query["cursor"])
        return dump_list(settings.list(caller.agent(), cursor, query["limit"]), dump_site)

    @api.post("")
    @api.arguments(NewSiteSchema)
    @api.response(201, SiteEnvelope)
    def create_site(data: dict[str, Any]) -> dict[str, Any]:
        """Add a site; its `key` names it in the embed snippet."""
        return {"site": dump_site(settings.create(caller.agent(), NewSite(**data)))}

    @api.get("/<uuid:site_id>")
    @api.response(200, SiteEnvelope)
    def read_site(site_id: object) -> dict[str, Any]:
        """One site."""
        return {"site": dump_site(settings.read(caller.agent(), str(site_id)))}

    @api.patch("/<uuid:site_id>")
    @api.arguments(SiteChangeSchema)
    @api.response(200, SiteEnvelope)
    def change_site(data: dict[str, Any], site_id: object) -> dict[str, Any]:
        """Change a site."""
        return {"site": dump_site(settings.change(caller.agent(), str(site_id), data))}

    @api.delete("/<uuid:site_id>")
    @api.response(204)
    def delete_site(site_id: object) -> None:
        """Take a site away; its open conversations may still be ended."""
        settings.delete(caller.agent(), str(site_id))

    @api.post("/<uuid:site_id>/identity-secret")
    @api.response(201, IdentitySecretSchema)
    def renew_identity_secret(site_id: object) -> dict[str, Any]:
        """Replace the secret that signs identity tokens; it is shown this once."""
        secret = settings.renew_identity_secret(caller.agent(), str(site_id))
        return {"identity_secret": secret}

    return api
