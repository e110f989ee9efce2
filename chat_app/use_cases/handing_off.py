"""From the bot to people."""

from dataclasses import replace

from chat_app.domain.actor import Actor
from chat_app.domain.errors import Validation
from chat_app.domain.events import Event, MessageSent, SessionView
from chat_app.domain.ports import Clock
from chat_app.domain.repositories import UnitOfWork, UnitOfWorkFactory
from chat_app.domain.session import Session
from chat_app.use_cases.access import visible_session
from chat_app.use_cases.again import again
from chat_app.use_cases.hands import Hands
from chat_app.use_cases.left_messages import LeftMessages
from chat_app.use_cases.views import Views


class HandingOff:
    """The session waits for a person from now on; what was said stays and agents see it."""

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        views: Views,
        hands: Hands,
        left_messages: LeftMessages,
        clock: Clock,
    ) -> None:
        self._uow = uow
        self._views = views
        self._hands = hands
        self._left_messages = left_messages
        self._clock = clock

    def hand_off(
        self, actor: Actor, session_id: str, assign_epoch: int | None = None
    ) -> SessionView:
        """Take the session from the bot; without a bot nothing changes.

        Agents name the `assign_epoch` of the copy they acted on. Raises Validation without it,
        StaleAssignment or SessionClosed.
        """
        if actor.is_agent and assign_epoch is None:
            raise Validation.of("assign_epoch", "is required")
        return again(lambda: self._hand_off(actor, session_id, assign_epoch))

    def _hand_off(self, actor: Actor, session_id: str, assign_epoch: int | None) -> SessionView:
        with self._uow() as uow:
            session = visible_session(uow, actor, session_id, lock=True)
            if actor.is_agent:
                session.check_epoch(assign_epoch)
            events = self.to_people(uow, session)
            view = self._views.of_one(uow, session)
            if events:
                uow.commit(*events)
            return view

    def to_people(self, uow: UnitOfWork, session: Session) -> list[Event]:
        """What to commit when the bot gives up a session; nothing if it has none.

        The caller holds the session's lock. Somebody is written to if no agent is there. Raises
        SessionClosed.
        """
        now = self._clock.now()
        if not session.hand_off(now):
            return []
        mail_in = session.ask_for_mail(now)
        told = self._left_messages.ask_if_needed(uow, [session]) or [
            MessageSent(session, self._hands.announce(uow, session, "handed_off", ""))
        ]
        queued = self._hands.queued(uow, session, "", None)
        return [*(replace(one, mail_in=mail_in) for one in told), *queued.events]
