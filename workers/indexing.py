"""Lets search learn what was said."""

from celery import shared_task

from workers.services import services


@shared_task(name="workers.indexing.learn")
def learn() -> int:
    """Index the texts that search does not know yet."""
    return services().indexing.sweep()
