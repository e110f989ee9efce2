"""Ends what nobody will end."""

from celery import shared_task

from workers.services import services


@shared_task(name="workers.archiving.close_idle")
def close_idle() -> int:
    """Close sessions that were idle for the configured time."""
    return services().archiving.close_idle()
