"""Bots: an agent kind that answers first."""

from collections.abc import Sequence
from functools import partial

from chat_app.domain.bot import Bot, Reply, reply
from chat_app.domain.events import Event, MessageSent
from chat_app.domain.message import Message
from chat_app.domain.ports import Clock, Ids
from chat_app.domain.repositories import UnitOfWork, UnitOfWorkFactory
from chat_app.domain.session import Session
from chat_app.domain.site import Site
from chat_app.use_cases.again import again
from chat_app.use_cases.handing_off import HandingOff

BATCH = 50


class Bots:
    """What a bot says is a message like any other, in the name of its site's bot.

    Each says what it answers in its `client_msg_id`, so that no message has two answers.
    """

    def __init__(
        self, uow: UnitOfWorkFactory, handing_off: HandingOff, ids: Ids, clock: Clock
    ) -> None:
        self._uow = uow
        self._handing_off = handing_off
        self._ids = ids
        self._clock = clock

    def greet(self, uow: UnitOfWork, session: Session, site: Site) -> list[Event]:
        """Say the greeting in a new session, if a bot answers there; the caller commits."""
        if session.status != "bot" or site.bot is None:
            return []
        greeting = self._say(uow, session, site.bot, site.bot["greeting"], "greeting")
        return [MessageSent(session, greeting)]

    def answer(self, session_id: str) -> None:
        """Answer what the visitor has said since the last time, in its order.

        Runs in workers; doing it twice, or at once, answers once. Once a person has the session,
        or it waits for one, the bot says nothing any more.
        """
        while again(partial(self._answer_some, session_id)):
            pass

    def _answer_some(self, session_id: str) -> bool:
        """True if there may be more."""
        with self._uow() as uow:
            session = uow.sessions.locked(session_id)
            if session is None or session.status != "bot":
                return False
            said = uow.messages.of_visitor_after(session_id, session.bot_seq)
            site = uow.sites.get(session.site_id)
            bot = site.bot if site else None
            uow.commit(*self._answers(uow, session, bot, said[:BATCH]))
            return len(said) > BATCH

    def _answers(
        self, uow: UnitOfWork, session: Session, bot: Bot | None, said: Sequence[Message]
    ) -> list[Event]:
        events: list[Event] = []
        for message in said:
            if session.status != "bot":
                break  # a person is to read the rest
            events += self._answer_one(uow, session, bot, message)
        return events

    def _answer_one(
        self, uow: UnitOfWork, session: Session, bot: Bot | None, message: Message
    ) -> list[Event]:
        session.bot_seq = message.seq
        if message.is_recalled:
            return []
        # A site that has no bot any more leaves its sessions to people.
        answer = reply(bot, message.body, session.bot_misses) if bot else Reply(None)
        session.bot_misses = session.bot_misses + 1 if answer.missed else 0
        if bot is None or answer.body is None:
            return self._handing_off.to_people(uow, session)
        return [MessageSent(session, self._say(uow, session, bot, answer.body, message.id))]

    def _say(
        self, uow: UnitOfWork, session: Session, bot: Bot, body: str, answered: str
    ) -> Message:
        message = session.answer(
            session.site_id,
            bot["name"],
            body,
            client_msg_id=f"bot:{answered}",
            message_id=self._ids.new(),
            at=self._clock.now(),
        )
        uow.messages.add(message)
        return message
