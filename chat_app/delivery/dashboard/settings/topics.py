"""The topics of the settings, in the order of their navigation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from chat_app.domain.actor import Actor


@dataclass(frozen=True)
class Topic:
    """One entry of the navigation. `overseers`: agents are not led there."""

    name: str
    icon: str
    overseers: bool = False

    @property
    def endpoint(self) -> str:
        """The page that begins it."""
        return f"dashboard.settings_{self.name}"


TOPICS: Final = (
    Topic("account", "user-round"),
    Topic("team", "users"),
    Topic("departments", "network"),
    Topic("sites", "globe", overseers=True),
    Topic("hours", "calendar-clock", overseers=True),
)


def topics_of(actor: Actor) -> Sequence[Topic]:
    """What the navigation of this agent shows; the use cases decide what it may read."""
    return [topic for topic in TOPICS if actor.oversees or not topic.overseers]
