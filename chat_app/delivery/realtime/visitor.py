"""`/visitor`: the widget, and clients that sites write themselves."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema

from chat_app.delivery.origins import Origins, origin_of
from chat_app.delivery.realtime.namespace import ChatNamespace, Handler, Payload, token_in
from chat_app.delivery.realtime.plain import PlainRooms
from chat_app.delivery.realtime.rooms import VISITORS
from chat_app.delivery.schemas import event as events
from chat_app.domain.actor import Actor
from chat_app.domain.errors import Forbidden, Unauthorized
from chat_app.domain.ports import Ids
from chat_app.domain.visitor import Page
from chat_app.use_cases.services import Services


class VisitorNamespace(ChatNamespace):
    """A visitor token is always needed; a page must belong to the visitor's site."""

    def __init__(self, services: Services, ids: Ids, plain: PlainRooms, origins: Origins) -> None:
        self._origins = origins
        super().__init__(VISITORS, services, ids, plain)

    def own_handlers(self) -> Mapping[str, tuple[Schema, Handler]]:
        """What visitors may tell besides."""
        return {"view_page": (events.ViewPageSchema(), self.on_view_page)}

    def on_view_page(self, actor: Actor, data: Payload) -> Payload:
        """Let agents see which page of the site the visitor looks at."""
        self._services.whereabouts.view_page(actor, Page(data["url"], data["title"]))
        return {}

    def identify(self, environ: dict[str, Any], auth: object) -> Actor:
        """The visitor behind `auth.token`."""
        token = token_in(auth)
        if token is None:
            raise Unauthorized("auth.token is needed")
        actor = self._services.authentication.visitor_by_token(token)
        origin = origin_of(environ)
        if origin is None or self._origins.is_own(origin):
            return actor
        allowed = self._services.sites.origins_of(actor.site_id or "")
        if not self._origins.may_be_site(origin, allowed):
            raise Forbidden("This site does not allow chats from there")
        return actor
