"""Gives waiting sessions to agents."""

from celery import shared_task

from workers.services import services


@shared_task(name="workers.assignment.assign_waiting")
def assign_waiting() -> int:
    """Assign whoever can be served; the sweep behind the wake-ups."""
    return services().assigning.assign_waiting()


@shared_task(name="workers.assignment.wake_snoozed")
def wake_snoozed() -> int:
    """Bring back snoozed sessions whose time has come."""
    return services().snoozing.wake_due()


@shared_task(name="workers.assignment.end_long_waits")
def end_long_waits() -> int:
    """Send on, or ask for a message, whoever has waited longer than allowed."""
    return services().waiting_limits.sweep()
