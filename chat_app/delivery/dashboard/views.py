"""The views of the inbox and the sessions each of them shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from chat_app.domain.actor import Actor
from chat_app.domain.repositories import Counts, SessionFilter


@dataclass(frozen=True)
class InboxView:
    """One entry of the rail. `count` is None where a number would say nothing."""

    name: str
    icon: str
    wanted: Callable[[Actor, str | None], SessionFilter]
    count: Callable[[Counts], int] | None


VIEWS: Final[Mapping[str, InboxView]] = {
    view.name: view
    for view in (
        InboxView(
            "waiting",
            "clock",
            lambda _, q: SessionFilter(status="queued", q=q),
            lambda counts: counts.queued,
        ),
        InboxView(
            "mine",
            "user-round",
            lambda actor, q: SessionFilter(open_only=True, assignee=actor.id, q=q),
            lambda counts: counts.mine,
        ),
        InboxView(
            "open",
            "inbox",
            lambda _, q: SessionFilter(open_only=True, q=q),
            lambda counts: counts.queued + counts.active,
        ),
        InboxView("closed", "archive", lambda _, q: SessionFilter(status="closed", q=q), None),
    )
}


def dump_counts(counts: Counts) -> dict[str, int]:
    """The counts by view, for the pages and their scripts."""
    return {view.name: view.count(counts) for view in VIEWS.values() if view.count}


def first_view(counts: Counts) -> str:
    """Where a shift begins: own conversations, else those that wait."""
    return "waiting" if counts.queued and not counts.mine else "mine"


def view_of(session: Mapping[str, Any], actor: Actor) -> str:
    """The view in which a conversation opened by its address is found."""
    if session["status"] == "closed":
        return "closed"
    if session["status"] == "queued":
        return "waiting"
    agent = session["agent"]
    return "mine" if agent and agent["id"] == actor.id else "open"
