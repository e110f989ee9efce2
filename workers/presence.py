"""Forgets sockets that nobody vouches for."""

from celery import shared_task

from workers.services import services


@shared_task(name="workers.presence.sweep")
def sweep() -> int:
    """Drop expired leases."""
    return services().presence.sweep()
