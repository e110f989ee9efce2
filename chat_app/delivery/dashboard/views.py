"""The views of the inbox and the sessions each of them shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from chat_app.domain.actor import Actor
from chat_app.domain.repositories import Counts, SessionFilter


@dataclass(frozen=True)
class InboxView:
    """One entry of the rail.

    `states` are what its list can be narrowed to, the usual one first. `count` is None where a
    number would say nothing.
    """

    name: str
    icon: str
    states: Mapping[str, SessionFilter]
    count: Callable[[Counts], int] | None
    own: bool = False

    @property
    def usual_state(self) -> str:
        """What is shown unless something else is asked for."""
        return next(iter(self.states))


_ACTIVE: Final = SessionFilter(status="active")
_SNOOZED: Final = SessionFilter(status="snoozed")

VIEWS: Final[Mapping[str, InboxView]] = {
    view.name: view
    for view in (
        InboxView(
            "waiting",
            "clock",
            {"all": SessionFilter(status="queued")},
            lambda counts: counts.queued,
        ),
        InboxView(
            "mine",
            "user-round",
            {"active": _ACTIVE, "snoozed": _SNOOZED},
            lambda counts: counts.mine,
            own=True,
        ),
        InboxView(
            "open",
            "inbox",
            {
                "all": SessionFilter(open_only=True),
                "active": _ACTIVE,
                "snoozed": _SNOOZED,
                "bot": SessionFilter(status="bot"),
            },
            lambda counts: counts.queued + counts.active,
        ),
        InboxView("closed", "archive", {"all": SessionFilter(status="closed")}, None),
    )
}


@dataclass(frozen=True)
class Shown:
    """What a list shows: a view, narrowed to a state, a department and a search."""

    view: InboxView
    state: str
    department_id: str | None = None
    query: str | None = None

    def wanted_by(self, actor: Actor) -> SessionFilter:
        """The sessions of it."""
        return replace(
            self.view.states[self.state],
            assignee=actor.id if self.view.own else None,
            department_id=self.department_id,
            q=self.query,
        )


def dump_counts(counts: Counts) -> dict[str, int]:
    """The counts by view, for the pages and their scripts."""
    return {view.name: view.count(counts) for view in VIEWS.values() if view.count}


def first_view(counts: Counts) -> str:
    """Where a shift begins: own conversations, else those that wait."""
    return "waiting" if counts.queued and not counts.mine else "mine"


def place_of(session: Mapping[str, Any], actor: Actor) -> tuple[str, str]:
    """The view and state in which a conversation opened by its address is found."""
    status = session["status"]
    if status == "closed":
        return "closed", "all"
    if status == "queued":
        return "waiting", "all"
    agent = session["agent"]
    if agent and agent["id"] == actor.id and status in VIEWS["mine"].states:
        return "mine", status
    return "open", "all"
