"""The agents' dashboard: pages rendered on the server, kept alive by its own scripts."""

from chat_app.delivery.dashboard.blueprint import create_blueprint
from chat_app.delivery.dashboard.services import DashboardServices

__all__ = ["DashboardServices", "create_blueprint"]
