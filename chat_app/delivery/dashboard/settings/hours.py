"""When people are there to answer: supervisors may read the hours, only admins change them."""

from collections.abc import Sequence

from flask import g

from chat_app.delivery.dashboard.services import DashboardServices
from chat_app.delivery.dashboard.settings.painter import Painter
from chat_app.delivery.dashboard.settings.reading import Dumped, all_of, known_id
from chat_app.delivery.schemas.business_hours import dump_schedule
from chat_app.delivery.schemas.department import dump_department
from chat_app.delivery.schemas.site import dump_site
from chat_app.use_cases.access import require_admin

# What most people would choose for a start.
_USUAL = [{"weekday": day, "opens": "09:00", "closes": "18:00"} for day in range(5)]


class Hours:
    """The pages about business hours."""

    def __init__(self, services: DashboardServices, painter: Painter) -> None:
        self._hours = services.business_hours
        self._sites = services.site_settings
        self._departments = services.departments
        self._painter = painter

    def hours(self) -> str:
        """GET …/hours: who has hours, and which."""
        return self._render("hours", self._all_sites())

    def new_schedule(self) -> str:
        """GET …/hours/new: give a site or a department its hours."""
        require_admin(g.actor)
        return self._render("schedule", self._all_sites(), schedule={"intervals": _USUAL})

    def schedule(self, schedule_id: str) -> str:
        """GET …/hours/<id>: the hours of one site or department."""
        sites = self._all_sites()
        schedule = dump_schedule(self._hours.read(g.actor, known_id(schedule_id)))
        return self._render("schedule", sites, schedule=schedule)

    def _render(self, template: str, sites: Sequence[Dumped], **content: Dumped) -> str:
        departments = all_of(
            lambda cursor, limit: self._departments.list(g.actor, cursor, limit), dump_department
        )
        schedules = all_of(
            lambda cursor, limit: self._hours.list(g.actor, cursor, limit), dump_schedule
        )
        taken = {one["site_id"] or one["department_id"] for one in schedules}
        return self._painter.render(
            template,
            "hours",
            departments,
            schedules=schedules,
            sites=sites,
            owners={one["id"]: one["name"] for one in (*sites, *departments)},
            taken=taken,
            **content,
        )

    def _all_sites(self) -> list[Dumped]:
        return all_of(lambda cursor, limit: self._sites.list(g.actor, cursor, limit), dump_site)
