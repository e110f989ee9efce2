"""The use cases, for tasks."""

from flask import current_app

from chat_app.use_cases.services import Services


def services() -> Services:
    """Those of the application whose worker this is."""
    found: Services = current_app.extensions["cland"].services
    return found
