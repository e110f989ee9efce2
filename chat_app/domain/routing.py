"""Who should serve a waiting session. Pure: the candidates are given, the choice is returned."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from chat_app.domain.department import Strategy

_NEVER = datetime.min.replace(tzinfo=UTC)
LAST_AGENT: Final = "last_agent"


@dataclass(frozen=True)
class Candidate:
    """An agent who is online now; `load` active sessions of at most `capacity`."""

    agent_id: str
    name: str
    load: int
    capacity: int
    last_assigned_at: datetime | None = None
    languages: tuple[str, ...] = ()

    @property
    def room(self) -> int:
        """How many more sessions fit."""
        return max(0, self.capacity - self.load)

    @property
    def has_room(self) -> bool:
        """True while one more session fits."""
        return self.room > 0

    @property
    def waited(self) -> tuple[datetime, str]:
        """Sorts whoever has waited longest for a session to the front."""
        return self.last_assigned_at or _NEVER, self.agent_id

    def speaks(self, locale: str | None) -> bool:
        """True when the agent lists the language of `locale`, or no languages at all."""
        if locale is None or not self.languages:
            return True
        return _language(locale) in map(_language, self.languages)


@dataclass(frozen=True)
class Choice:
    """Who was chosen, and what is shown as the reason: the strategy and among how many."""

    agent_id: str
    strategy: str
    candidates: int

    @property
    def because(self) -> dict[str, str | int]:
        """The reason as it is kept with the session."""
        return {"strategy": self.strategy, "candidates": self.candidates}


Chooser = Callable[[Sequence[Candidate]], Candidate | None]


def least_busy(free: Sequence[Candidate]) -> Candidate | None:
    """Who has the fewest sessions; among equals who waited longest for one."""
    return min(free, key=lambda one: (one.load, *one.waited), default=None)


def round_robin(free: Sequence[Candidate]) -> Candidate | None:
    """Whose turn it is: who waited longest for a session, whatever it has to do."""
    return min(free, key=lambda one: one.waited, default=None)


def nobody(_: Sequence[Candidate]) -> Candidate | None:
    """People choose for themselves."""
    return None


CHOOSERS: Final[Mapping[Strategy, Chooser]] = {
    "least_busy": least_busy,
    "round_robin": round_robin,
    "manual": nobody,
}


def choose(
    strategy: Strategy,
    candidates: Sequence[Candidate],
    *,
    preferred_id: str | None = None,
    locale: str | None = None,
) -> Choice | None:
    """Choose among those with room, or None.

    The agent who knows the visitor comes first, then those who speak its language; nobody waits
    for a language while somebody else is free.
    """
    if strategy == "manual":
        return None
    free = [one for one in candidates if one.has_room]
    if any(one.agent_id == preferred_id for one in free):
        return Choice(preferred_id or "", LAST_AGENT, len(candidates))
    speakers = [one for one in free if one.speaks(locale)]
    chosen = CHOOSERS[strategy](speakers or free)
    return Choice(chosen.agent_id, strategy, len(candidates)) if chosen else None


def _language(locale: str) -> str:
    return locale.replace("_", "-").split("-", 1)[0].lower()


@dataclass(eq=False)
class Assignment:
    """That an agent has a session.

    `open_session` and `open_slot` are unique while it lasts and None afterwards: the database
    itself refuses a second agent for a session and a session above an agent's capacity.
    """

    id: str
    session_id: str
    agent_id: str
    reason: str
    assign_epoch: int
    assigned_at: datetime
    open_session: str | None = None
    open_slot: str | None = None
    released_at: datetime | None = None

    def release(self, at: datetime) -> None:
        """End it; the agent has its slot back."""
        self.released_at = at
        self.open_session = None
        self.open_slot = None

    def rest(self) -> None:
        """Give the slot back and keep the session: it is put aside for a while."""
        self.open_slot = None
