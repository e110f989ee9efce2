"""Websites as admins set them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chat_app.domain.actor import Actor
from chat_app.domain.bot import Bot
from chat_app.domain.errors import NotFound, Validation
from chat_app.domain.ports import Clock, Ids
from chat_app.domain.repositories import Cursor, UnitOfWork, UnitOfWorkFactory
from chat_app.domain.site import Site
from chat_app.use_cases.access import named_department, require_admin, require_overseer
from chat_app.use_cases.paging import Page, page_of

_PLAIN = (
    "name",
    "allowed_origins",
    "locale",
    "theme",
    "department_id",
    "prechat_fields",
    "retention_days",
    "bot",
)


@dataclass(frozen=True)
class NewSite:
    """What an admin says of a new website."""

    name: str
    allowed_origins: Sequence[str] = ()
    locale: str = "auto"
    theme: Mapping[str, Any] = field(default_factory=dict)
    department_id: str | None = None
    prechat_fields: Sequence[str] = ()
    retention_days: int | None = None
    bot: Bot | None = None


class SiteSettings:
    """Supervisors may read; changing is for admins. Raises NotFound, Forbidden or Validation."""

    def __init__(self, uow: UnitOfWorkFactory, ids: Ids, clock: Clock) -> None:
        self._uow = uow
        self._ids = ids
        self._clock = clock

    def list(self, actor: Actor, cursor: Cursor | None = None, limit: int = 25) -> Page[Site]:
        """All sites, in the order of their making."""
        require_overseer(actor)
        with self._uow.reading() as uow:
            return page_of(uow.sites.page(cursor, limit + 1), limit)

    def read(self, actor: Actor, site_id: str) -> Site:
        """One site."""
        require_overseer(actor)
        with self._uow.reading() as uow:
            site = uow.sites.get(site_id)
        if site is None or site.deleted_at is not None:
            raise NotFound("There is no such site")
        return site

    def create(self, actor: Actor, new: NewSite) -> Site:
        """Add a site with fresh keys."""
        require_admin(actor)
        site = Site(
            id=self._ids.new(),
            key=self._ids.secret()[:20],
            name=new.name,
            created_at=self._clock.now(),
            allowed_origins=[*new.allowed_origins],
            locale=new.locale,
            theme=dict(new.theme),
            department_id=new.department_id,
            prechat_fields=[*new.prechat_fields],
            retention_days=new.retention_days,
            bot=new.bot,
            identity_secret=self._ids.secret(),
        )
        with self._uow() as uow:
            named_department(uow, new.department_id)
            uow.sites.add(site)
            uow.commit()
        return site

    def change(self, actor: Actor, site_id: str, changes: Mapping[str, Any]) -> Site:
        """Change what `changes` names: fields of NewSite with new values."""
        require_admin(actor)
        with self._uow() as uow:
            named_department(uow, changes.get("department_id"))
            site = _locked(uow, site_id)
            for name in _PLAIN:
                if name in changes:
                    setattr(site, name, changes[name])
            uow.commit()
        return site

    def delete(self, actor: Actor, site_id: str) -> None:
        """Take a site away: its widget is gone; its open conversations may be ended."""
        require_admin(actor)
        with self._uow() as uow:
            site = _locked(uow, site_id)
            if len(uow.sites.page(None, 2)) == 1:
                raise Validation("The last site cannot be deleted")
            site.deleted_at = self._clock.now()
            uow.business_hours.remove_of(site_id)
            uow.commit()

    def renew_identity_secret(self, actor: Actor, site_id: str) -> str:
        """Replace the secret that signs identity tokens; tokens of the old one end at once."""
        require_admin(actor)
        with self._uow() as uow:
            site = _locked(uow, site_id)
            site.identity_secret = self._ids.secret()
            uow.commit()
            return site.identity_secret


def _locked(uow: UnitOfWork, site_id: str) -> Site:
    site = uow.sites.locked().get(site_id)
    if site is None:
        raise NotFound("There is no such site")
    return site
