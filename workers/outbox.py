"""Drains the outbox: woken after commits, swept by beat."""

from celery import shared_task

from workers.services import services


@shared_task(name="workers.outbox.drain")
def drain() -> int:
    """Do the work that is due; running twice at once is harmless."""
    return services().outbox.drain()


@shared_task(name="workers.outbox.clear_done")
def clear_done() -> int:
    """Forget what was finished a day ago."""
    return services().outbox.clear_done()
