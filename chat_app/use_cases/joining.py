"""A client begins to follow a session: it may, it is in the room, and then it reads.

After an outage everybody joins again within seconds. Those who do so at the same moment share two
looks at the database, one at whose sessions they are and, once they are in their rooms, one at how
these stand; only what somebody lacks is read for itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chat_app.domain.actor import Actor
from chat_app.domain.errors import NotFound
from chat_app.domain.events import SessionView
from chat_app.domain.message import Message
from chat_app.domain.ports import Blocking
from chat_app.domain.repositories import UnitOfWork, UnitOfWorkFactory
from chat_app.domain.session import Session
from chat_app.use_cases.access import may_see
from chat_app.use_cases.messages import MessagePage, Messages
from chat_app.use_cases.together import Together
from chat_app.use_cases.views import Views

MOST_TOGETHER = 100


@dataclass(frozen=True)
class Joined:
    """What a client needs to follow a session from `after_seq` on."""

    view: SessionView
    page: MessagePage
    changed: Sequence[Message] | None


@dataclass(eq=False)
class _Wish:
    """One who wants to follow a session, and what was found of it."""

    actor: Actor
    session_id: str
    allowed: bool = False
    view: SessionView | None = None


class Joining:
    """Raises NotFound for sessions the actor may not see."""

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        views: Views,
        messages: Messages,
        blocking: Blocking,
        noticed: Callable[[Session], None],
    ) -> None:
        """`noticed` is told each session as it was read: its client will write there soon."""
        self._uow = uow
        self._noticed = noticed
        self._views = views
        self._messages = messages
        self._asking = Together(self._ask, blocking, most=MOST_TOGETHER)
        self._looking = Together(self._look, blocking, most=MOST_TOGETHER)

    def check(self, actor: Actor, session_id: str) -> None:
        """Whether the actor may enter the session's room."""
        wish = _Wish(actor, session_id)
        self._asking.serve(wish)
        if not wish.allowed:
            raise NotFound("There is no such session")

    def join(
        self,
        actor: Actor,
        session_id: str,
        after_seq: int = 0,
        after_revision: int | None = None,
        epoch: str | None = None,
    ) -> Joined:
        """Read what a client needs that has entered the room: nothing falls between.

        One that holds another `epoch` has another history: it gets all from the start.
        """
        view = self._view(actor, session_id)
        if epoch is not None and epoch != view.session.epoch:
            after_seq, after_revision = 0, None
        page, changed = self._messages.missing(actor, view.session, after_seq, after_revision)
        return Joined(view, page, changed)

    def _view(self, actor: Actor, session_id: str) -> SessionView:
        wish = _Wish(actor, session_id)
        self._looking.serve(wish)
        if wish.view is None:
            raise NotFound("There is no such session")
        return wish.view

    def _ask(self, wishes: Sequence[_Wish]) -> None:
        with self._uow.reading() as uow:
            for wish, _ in _granted(uow, wishes):
                wish.allowed = True

    def _look(self, wishes: Sequence[_Wish]) -> None:
        with self._uow.reading() as uow:
            granted = _granted(uow, wishes)
            sessions = {session.id: session for _, session in granted}
            views = self._views.of(uow, list(sessions.values()))
        for session in sessions.values():
            self._noticed(session)
        found = {view.session.id: view for view in views}
        for wish, session in granted:
            wish.view = found[session.id]


def _granted(uow: UnitOfWork, wishes: Sequence[_Wish]) -> Sequence[tuple[_Wish, Session]]:
    """Those that are about a session their actor may see, each with it."""
    sessions = uow.sessions.among({one.session_id for one in wishes})
    pairs = [(one, sessions.get(one.session_id)) for one in wishes]
    return [(one, session) for one, session in pairs if session and may_see(one.actor, session)]
