"""What beat starts, how often. Each task expires after one interval, so that none pile up."""

from typing import Any, Final

SWEEP_SECONDS: Final = 5.0
MINUTE_SECONDS: Final = 60.0


def _every(seconds: float, task: str) -> dict[str, Any]:
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}


BEAT: Final = {
    "drain-outbox": _every(SWEEP_SECONDS, "workers.outbox.drain"),
    "assign-waiting": _every(SWEEP_SECONDS, "workers.assignment.assign_waiting"),
    "wake-snoozed": _every(SWEEP_SECONDS, "workers.assignment.wake_snoozed"),
    "end-long-waits": _every(SWEEP_SECONDS, "workers.assignment.end_long_waits"),
    "sweep-presence": _every(SWEEP_SECONDS, "workers.presence.sweep"),
    "learn-words": _every(SWEEP_SECONDS, "workers.indexing.learn"),
    "clear-done": _every(MINUTE_SECONDS, "workers.outbox.clear_done"),
    "close-idle": _every(MINUTE_SECONDS, "workers.archiving.close_idle"),
}
