"""The settings pages: one topic a page, painted here, saved over REST by their own script."""

from chat_app.delivery.dashboard.settings.routes import add_routes

__all__ = ["add_routes"]
