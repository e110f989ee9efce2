"""A door for time: tasks take ids, call one use case and carry their retry policy."""

from workers import archiving, assignment, indexing, outbox, presence, stand_in
from workers.schedule import BEAT

__all__ = ["BEAT", "archiving", "assignment", "indexing", "outbox", "presence", "stand_in"]
