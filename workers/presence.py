"""Notices agents who are gone."""

from celery import shared_task
from flask import current_app

from workers.services import services


@shared_task(name="workers.presence.sweep")
def sweep() -> int:
    """Forget dead sockets and take sessions back from absent agents."""
    current_app.extensions["cland"].sweeps.swept()
    return services().leaving.sweep()
