"""The doors of the web process, given their use cases."""

from flask import Flask

from chat_app.delivery.auth import Caller
from chat_app.delivery.dashboard.blueprint import create_blueprint as dashboard
from chat_app.delivery.dashboard.services import DashboardServices
from chat_app.delivery.http import (
    agents,
    business_hours,
    chat,
    departments,
    documents,
    handling,
    health,
    problems,
    site_settings,
    sites,
    staff,
)
from chat_app.delivery.http import metrics as measurements
from chat_app.delivery.http.around import Around
from chat_app.delivery.origins import Origins
from chat_app.delivery.widget.routes import create_blueprint as widget
from chat_app.domain.ports import Ids
from chat_app.infrastructure.metrics import CONTENT_TYPE, Metrics
from chat_app.settings import Settings
from chat_app.use_cases.services import Services


def install_doors(
    app: Flask, settings: Settings, services: Services, ids: Ids, metrics: Metrics
) -> None:
    """Register every route."""
    loopback = None if settings.production else settings.port
    origins = Origins(settings.public_origin, settings.allowed_origins, loopback)
    caller = Caller(services.authentication, origins)
    problems.install(app)
    Around(ids, services.sites, origins).install(app)
    api = documents.create_api(app)
    api.register_blueprint(chat.create_blueprint(services, caller, ids))
    api.register_blueprint(handling.create_blueprint(services, caller))
    api.register_blueprint(sites.create_blueprint(services.sites))
    api.register_blueprint(agents.create_blueprint(services, caller))
    api.register_blueprint(staff.create_blueprint(services.staff, caller))
    api.register_blueprint(departments.create_blueprint(services.departments, caller))
    api.register_blueprint(business_hours.create_blueprint(services.business_hours, caller))
    api.register_blueprint(site_settings.create_blueprint(services.site_settings, caller))
    app.register_blueprint(health.create_blueprint(services.health))
    app.register_blueprint(
        measurements.create_blueprint(metrics.page, CONTENT_TYPE, settings.metrics_token)
    )
    app.register_blueprint(widget(services.sites, settings))
    app.register_blueprint(
        dashboard(
            DashboardServices(
                services.authentication,
                services.agents,
                services.departments,
                services.sessions,
                services.messages,
                services.staff,
                services.site_settings,
                services.business_hours,
            ),
            settings,
        )
    )
