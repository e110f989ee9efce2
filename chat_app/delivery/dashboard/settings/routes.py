"""The addresses of the settings."""

from collections.abc import Callable

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from chat_app.delivery.dashboard.services import DashboardServices
from chat_app.delivery.dashboard.settings.hours import Hours
from chat_app.delivery.dashboard.settings.painter import Painter
from chat_app.delivery.dashboard.settings.people import People
from chat_app.delivery.dashboard.settings.websites import Websites
from chat_app.settings import Settings


def add_routes(blueprint: Blueprint, services: DashboardServices, settings: Settings) -> None:
    """Add the pages below /dashboard/settings to the dashboard."""
    painter = Painter(services)
    people = People(services, painter)
    websites = Websites(services, painter, settings)
    hours = Hours(services, painter)
    pages: dict[str, tuple[str, Callable[..., str | Response]]] = {
        "": ("settings", _first_page),
        "/account": ("settings_account", people.account),
        "/team": ("settings_team", people.team),
        "/team/new": ("settings_new_agent", people.new_agent),
        "/team/<agent_id>": ("settings_agent", people.agent),
        "/departments": ("settings_departments", people.departments),
        "/departments/new": ("settings_new_department", people.new_department),
        "/departments/<department_id>": ("settings_department", people.department),
        "/sites": ("settings_sites", websites.sites),
        "/sites/new": ("settings_new_site", websites.new_site),
        "/sites/<site_id>": ("settings_site", websites.site),
        "/hours": ("settings_hours", hours.hours),
        "/hours/new": ("settings_new_schedule", hours.new_schedule),
        "/hours/<schedule_id>": ("settings_schedule", hours.schedule),
    }
    for address, (endpoint, page) in pages.items():
        blueprint.add_url_rule(f"/settings{address}", endpoint, page)


def _first_page() -> Response:
    return redirect(url_for("dashboard.settings_account"))
