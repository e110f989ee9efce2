"""Websites and what their chat looks like: supervisors may read them, only admins change them."""

from flask import g

from chat_app.delivery.dashboard.services import DashboardServices
from chat_app.delivery.dashboard.settings.painter import Painter
from chat_app.delivery.dashboard.settings.reading import Dumped, all_of, known_id, part_of
from chat_app.delivery.schemas.department import dump_department
from chat_app.delivery.schemas.site import LOCALES, PRECHAT_FIELDS, dump_site
from chat_app.settings import Settings
from chat_app.use_cases.access import require_admin


class Websites:
    """The pages about sites."""

    def __init__(self, services: DashboardServices, painter: Painter, settings: Settings) -> None:
        self._sites = services.site_settings
        self._departments = services.departments
        self._painter = painter
        self._public_url = settings.public_url

    def sites(self) -> str:
        """GET …/sites: the websites."""
        page = part_of(lambda cursor, limit: self._sites.list(g.actor, cursor, limit), dump_site)
        return self._painter.render(
            "sites", "sites", page=page, departments=self._all_departments()
        )

    def new_site(self) -> str:
        """GET …/sites/new: add a website."""
        require_admin(g.actor)
        return self._site_page({})

    def site(self, site_id: str) -> str:
        """GET …/sites/<id>: one website."""
        return self._site_page(dump_site(self._sites.read(g.actor, known_id(site_id))))

    def _site_page(self, site: Dumped) -> str:
        return self._painter.render(
            "site",
            "sites",
            site=site,
            departments=self._all_departments(),
            locales=LOCALES,
            prechat_fields=PRECHAT_FIELDS,
            public_url=self._public_url,
        )

    def _all_departments(self) -> list[Dumped]:
        return all_of(
            lambda cursor, limit: self._departments.list(g.actor, cursor, limit), dump_department
        )
