"""What every page of the settings has around its own content."""

from collections.abc import Sequence
from typing import Any

from flask import g, render_template

from chat_app.delivery.dashboard.services import DashboardServices
from chat_app.delivery.dashboard.settings import shown
from chat_app.delivery.dashboard.settings.shown import Wire
from chat_app.delivery.dashboard.settings.topics import topics_of
from chat_app.delivery.dashboard.views import VIEWS, dump_counts
from chat_app.delivery.schemas.agent import dump_agent

# What the scripts say; the rest of the words stands in the pages.
_SPOKEN = (
    "say.",
    "reason.",
    "error.",
    "role.",
    "presence.",
    "strategy.",
    "weekday.",
    "hours.state.",
)


class Painter:
    """Paints a page of one topic for the agent who asks."""

    def __init__(self, services: DashboardServices) -> None:
        self._services = services

    def render(self, template: str, topic: str, departments: Sequence[Wire], **content: Any) -> str:
        """The page `template` with the rail, the navigation of the topics, and its `content`.

        Every page knows the names of all departments.
        """
        actor = g.actor
        names = {one["id"]: one["name"] for one in departments}
        return render_template(
            f"dashboard/settings/{template}.html",
            boot={
                "me": dump_agent(self._services.agents.me(actor)),
                "view": None,
                "counts": dump_counts(self._services.sessions.counts(actor)),
            },
            views=VIEWS.values(),
            topic=topic,
            topics=topics_of(actor),
            may_change=actor.administers,
            departments=departments,
            names=names,
            shown=shown,
            data={"words": g.words.beginning(_SPOKEN), "names": names},
            **content,
        )
