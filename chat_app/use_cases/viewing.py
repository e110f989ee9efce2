"""Which agents look at a session at the same time, so that they do not answer twice."""

from collections.abc import Iterable, Mapping, Sequence

from chat_app.domain.actor import Actor
from chat_app.domain.events import ViewersChanged
from chat_app.domain.ports import Realtime, SessionViewers
from chat_app.domain.viewing import Viewer, once_each


class Viewing:
    """For display only. Who may follow a session was decided when its room was entered."""

    def __init__(self, viewers: SessionViewers, realtime: Realtime) -> None:
        self._viewers = viewers
        self._realtime = realtime

    def begin(self, actor: Actor, session_id: str) -> Sequence[Viewer]:
        """A socket of the agent follows the session; return everybody who does, once each."""
        viewer = Viewer(actor.id, actor.name)
        before = self._viewers.came(session_id, actor.sid or "", viewer)
        viewers = once_each([*before, viewer])
        if actor.id not in {one.id for one in before}:
            self._realtime.publish(ViewersChanged(session_id, viewers))
        return viewers

    def end(self, actor: Actor, session_ids: Iterable[str]) -> None:
        """The socket follows these sessions no longer."""
        for session_id in session_ids:
            left = once_each(self._viewers.left(session_id, actor.sid or ""))
            if actor.id not in {one.id for one in left}:
                self._realtime.publish(ViewersChanged(session_id, left))

    def alive(self, following: Mapping[str, Iterable[Actor]]) -> None:
        """The heartbeat of a process: session id → agents, one for each socket that follows."""
        sockets = {
            session_id: {one.sid or "": Viewer(one.id, one.name) for one in actors}
            for session_id, actors in following.items()
        }
        for session_id, left in self._viewers.alive(sockets).items():
            self._realtime.publish(ViewersChanged(session_id, once_each(left)))
