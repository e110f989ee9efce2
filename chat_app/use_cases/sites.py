"""Websites that embed the widget."""

from chat_app.domain.business_hours import applying, is_open, opens_at
from chat_app.domain.errors import NotFound
from chat_app.domain.ports import Clock, Ids
from chat_app.domain.repositories import Duplicate, UnitOfWorkFactory
from chat_app.domain.site import PublicSite, Site

DEFAULT_KEY = "default"


class Sites:
    """What the widget and the operator ask about sites."""

    def __init__(self, uow: UnitOfWorkFactory, ids: Ids, clock: Clock) -> None:
        self._uow = uow
        self._ids = ids
        self._clock = clock

    def public(self, site_key: str | None = None) -> PublicSite:
        """A site's widget settings, the default site's without a key; raise NotFound."""
        with self._uow.reading() as uow:
            site = uow.sites.by_key(site_key) if site_key else uow.sites.default()
            if site is None:
                raise NotFound("There is no such site")
            online = bool(uow.agents.candidates(site.department_id))
            hours = applying(uow.business_hours.of(site.id, site.department_id))
        now = self._clock.now()
        return PublicSite(
            key=site.key,
            name=site.name,
            locale=site.locale,
            theme=site.theme,
            allowed_origins=tuple(site.allowed_origins),
            prechat_fields=tuple(site.prechat_fields),
            agents_online=online,
            open=is_open(hours, now),
            opens_at=opens_at(hours, now),
            bot=site.bot is not None,
        )

    def origins(self) -> list[list[str]]:
        """The allowed origins of every site, for CORS; an empty list means any."""
        with self._uow.reading() as uow:
            return uow.sites.all_origins()

    def origins_of(self, site_id: str) -> list[str]:
        """The allowed origins of one site."""
        with self._uow.reading() as uow:
            site = uow.sites.get(site_id)
            return list(site.allowed_origins) if site else []

    def create(self, name: str, key: str | None = None) -> Site:
        """Add a site with fresh keys."""
        site = Site(
            id=self._ids.new(),
            key=key or self._ids.secret()[:20],
            name=name,
            created_at=self._clock.now(),
            identity_secret=self._ids.secret(),
        )
        with self._uow() as uow:
            uow.sites.add(site)
            uow.flush()
            uow.commit()
        return site

    def ensure_default(self) -> None:
        """Make the site that is meant where no key is given; later calls change nothing."""
        with self._uow.reading() as uow:
            if uow.sites.default() is not None:
                return
        try:
            self.create("Demo shop", DEFAULT_KEY)
        except Duplicate:
            return
