"""Workers, visitors and agents who meet in a session of a bot, on real databases."""

import threading

import pytest

from chat_app.domain.actor import Actor
from chat_app.domain.errors import StaleAssignment
from chat_app.domain.events import SessionQueued
from chat_app.domain.message import Message
from chat_app.domain.session import Session
from chat_app.infrastructure.clock import SystemClock
from chat_app.infrastructure.ids import RandomIds
from chat_app.infrastructure.redis.presence import LocalVisitorPresence
from chat_app.use_cases.handing_off import HandingOff
from chat_app.use_cases.hands import Hands
from chat_app.use_cases.left_messages import LeftMessages
from chat_app.use_cases.sessions import Sessions
from chat_app.use_cases.views import Views
from tests.builders import agent_actor, make_agent, make_bot, make_draft, visitor_actor
from tests.infrastructure.bench import Bench
from tests.infrastructure.test_concurrency import Chat, side_by_side

MESSAGES = 12
WORKERS = 4


class Place:
    """A session of a bot, and who has to do with it."""

    def __init__(self, bench: Bench) -> None:
        ids, clock = RandomIds(), SystemClock()
        views = Views(LocalVisitorPresence(), clock)
        hands = Hands(views, ids, clock)
        self.bench, self.chat = bench, Chat(bench)
        self.handing_off = HandingOff(bench.uow, views, hands, LeftMessages(hands, clock), clock)
        self.sessions = Sessions(bench.uow, views, hands, clock, ids)
        with bench.uow() as uow:
            uow.sites.locked()[bench.site.id].bot = make_bot(("hello",))
            uow.commit()
        visitor = bench.visitor()
        self.id = bench.session(visitor, status="bot").id
        self.visitor: Actor = visitor_actor(visitor)
        agent = make_agent()
        bench.keep(agent)
        self.agent = agent_actor(agent)

    def write(self, count: int = MESSAGES) -> None:
        for _ in range(count):
            self.chat.messages.send(self.visitor, self.id, make_draft("hello"))

    def answer(self) -> None:
        self.chat.bots.answer(self.id)

    @property
    def session(self) -> Session:
        with self.bench.uow.reading() as uow:
            found = uow.sessions.get(self.id)
        assert found is not None
        return found

    @property
    def said(self) -> list[Message]:
        with self.bench.uow.reading() as uow:
            return list(uow.messages.after(self.id, "agent", 0, 1_000))


@pytest.fixture
def place(real_bench: Bench) -> Place:
    return Place(real_bench)


def check_answers(said: list[Message]) -> int:
    """Fail unless the first messages have one answer each, in order; return how many."""
    asked = [one.id for one in said if one.sender_kind == "visitor"]
    answers = [one.client_msg_id for one in said if one.sender_kind == "bot"]
    assert answers == [f"bot:{one}" for one in asked[: len(answers)]]
    assert [one.seq for one in said] == list(range(1, len(said) + 1))
    return len(answers)


def test_every_message_is_answered_once_by_many_workers(place: Place) -> None:
    place.write()
    side_by_side(lambda _: place.answer(), WORKERS)
    assert check_answers(place.said) == MESSAGES


def test_what_is_said_while_workers_answer_is_answered_too(place: Place) -> None:
    over = threading.Event()

    def take_part(number: int) -> None:
        if number == 0:
            place.write()
            over.set()
            return
        while not over.is_set():
            place.answer()

    side_by_side(take_part, WORKERS)
    place.answer()
    assert check_answers(place.said) == MESSAGES


def test_many_wishes_for_a_person_are_one(place: Place) -> None:
    side_by_side(lambda _: place.handing_off.hand_off(place.visitor, place.id), WORKERS)
    assert (place.session.status, len(place.said)) == ("queued", 1)
    assert len(place.bench.realtime.of(SessionQueued)) == 1


def test_an_agent_who_takes_over_meanwhile_is_not_talked_over(place: Place) -> None:
    place.write()

    def take_part(number: int) -> None:
        if number == 0:
            place.sessions.accept(place.agent, place.id, 0)
        else:
            place.answer()

    side_by_side(take_part, WORKERS)
    place.answer()
    kinds = [one.sender_kind for one in place.said]
    assert place.session.agent_id == place.agent.id
    assert check_answers(place.said) in (0, MESSAGES)
    assert "bot" not in kinds[kinds.index("system") :]


def test_a_stale_copy_hands_nothing_off(place: Place) -> None:
    place.sessions.accept(place.agent, place.id, 0)
    with pytest.raises(StaleAssignment):
        place.handing_off.hand_off(place.agent, place.id, 0)
    assert place.session.status == "active"
