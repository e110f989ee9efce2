"""Who looks at a session."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Viewer:
    """An agent that follows a session with at least one socket."""

    id: str
    name: str


def once_each(viewers: Iterable[Viewer]) -> tuple[Viewer, ...]:
    """Every agent once, however many of its sockets follow, in the order of names."""
    found = {one.id: one for one in viewers}
    return tuple(sorted(found.values(), key=lambda one: (one.name, one.id)))
