"""However a real database is asked, it finds the same; and it misses nothing that is stored."""

import random
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Final

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session as OrmSession

from chat_app.domain.actor import SYSTEM
from chat_app.domain.message import Message
from chat_app.domain.repositories import Cursor, SessionFilter
from chat_app.domain.searching import name_of, phrases_of
from chat_app.domain.session import LISTED_WITHIN, Session
from chat_app.infrastructure.clock import SystemClock
from chat_app.infrastructure.db import finding, search, term_indexes
from chat_app.infrastructure.db.term_indexes import Expected, term_index_of
from chat_app.infrastructure.ids import RandomIds
from chat_app.use_cases.indexing import Indexing
from tests.builders import after, make_message
from tests.fake_search import is_found
from tests.infrastructure.bench import Bench

SORTED: Final = {"farthest": lambda *_: 0}
WALKED: Final = {"farthest": lambda *_: 10**6}
WALKED_IN_STEPS: Final = {**WALKED, "_FIRST_STRETCH": 2, "_LONGER": 1}
WALKED_TOO_FAR: Final = {"farthest": lambda *_: 4, "_FIRST_STRETCH": 2}
READ: Final = {"MOST_UNREAD": -1}
WAYS: Final[list[dict[str, Any]]] = [SORTED, WALKED, WALKED_IN_STEPS, WALKED_TOO_FAR]
VOCABULARY: Final = (
    "退款",
    "我要退款",
    "红鞋",
    "鞋",
    "refund",
    "re",
    "iPhone15",
    "50%",
    "it's",
    "😀",
    "的",
)
QUERIES: Final = (
    *VOCABULARY,
    "要退",
    "款",
    "refund 退款",
    "红",
    "鞋的",
    "iphone",
    "50% 😀",
    "nothing",
    "%",
)
IDS: Final = RandomIds()


@pytest.fixture
def bench(real_bench: Bench) -> Bench:
    assert real_bench.engine is not None
    if real_bench.engine.dialect.name == "mysql":
        pytest.skip("MySQL has one way only: it reads the texts")
    return real_bench


def analyzed(bench: Bench) -> None:
    assert bench.engine is not None
    with bench.engine.begin() as connection:
        connection.execute(text("ANALYZE"))


def filled(bench: Bench, seed: int) -> list[tuple[Session, list[str]]]:
    """Sessions with their texts, the newest activity first."""
    chance = random.Random(seed)
    made = []
    for number in range(24):
        visitor = bench.visitor(name=chance.choice(["小红", "Bob", "Refund Ltd"]))
        at = after(number * 3)
        session = bench.session(
            visitor,
            status=chance.choice(["active", "closed"]),
            subject=chance.choice([None, "红鞋", "refund"]),
            updated_at=at,
            listed_at=at - LISTED_WITHIN * chance.random(),
        )
        bodies = ["".join(chance.choices(VOCABULARY + (" ",) * 4, k=6)) for _ in range(4)]
        bench.keep(*(make_message(session, seq=n, body=one) for n, one in enumerate(bodies, 1)))
        made.append((session, [session.subject or "", name_of(visitor).text, *bodies]))
    return made[::-1]


def pages(bench: Bench, q: str, **wanted: Any) -> list[str]:
    seen: list[str] = []
    cursor = None
    while True:
        with bench.uow.reading() as uow:
            page = uow.sessions.page_for(SYSTEM, SessionFilter(q=q, **wanted), cursor, 5)
        if not page:
            return seen
        seen += [one.id for one in page]
        cursor = Cursor(page[-1].updated_at, page[-1].id)


@pytest.mark.parametrize("seed", range(3))
def test_every_way_finds_what_is_there_in_its_order(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    made = filled(bench, seed)
    Indexing(bench.uow).sweep()
    analyzed(bench)
    for way in WAYS:
        with monkeypatch.context() as patch:
            for name, value in way.items():
                patch.setattr(finding, name, value)
            for q in QUERIES:
                found = [(one.id, one.status) for one, texts in made if is_found(q, texts)]
                assert pages(bench, q) == [one for one, _ in found], (way, q)
                closed = [one for one, status in found if status == "closed"]
                assert pages(bench, q, status="closed") == closed, (way, q)


@pytest.mark.parametrize("way", [SORTED, WALKED, WALKED_TOO_FAR, READ])
def test_what_is_not_learned_yet_is_found_beside_the_rest(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, way: dict[str, Any]
) -> None:
    for name, value in way.items():
        monkeypatch.setattr(finding, name, value)
    old = bench.session(updated_at=after(1))
    bench.keep(make_message(old, body="退款 once"))
    Indexing(bench.uow).sweep()
    bench.session(updated_at=after(2))
    new = bench.session(bench.visitor(name="退款 Ltd"), updated_at=after(3))
    newest = bench.session(subject="about 退款", updated_at=after(4))
    bench.keep(make_message(old, seq=2, body="tail"))
    assert pages(bench, "退款") == [newest.id, new.id, old.id]
    assert pages(bench, "tail") == [old.id]


def test_what_is_committed_behind_newer_ones_is_not_missed(bench: Bench) -> None:
    """Its id was made first, its transaction ended last, and a sweep came in between."""
    session, other = bench.session(), bench.session()
    early, late = IDS.new(), IDS.new()
    bench.keep(make_message(other, id=late, body="word of the quick"))
    Indexing(bench.uow).sweep()
    bench.keep(make_message(session, id=early, body="word of the slow"))
    assert set(pages(bench, "word")) == {session.id, other.id}, "found before it is learned"
    assert learned(bench, early) is False
    assert Indexing(bench.uow).sweep() == 1
    assert learned(bench, early) is True


def test_what_a_wrong_clock_has_put_far_back_is_learned_a_day_later(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, hour = bench.session(), timedelta(hours=1)
    now = SystemClock().now()
    early, late = (search.first_id_of(now - one * hour) for one in (3, 2))
    bench.keep(make_message(session, seq=1, id=late, body="right"))
    Indexing(bench.uow).sweep()
    bench.keep(make_message(session, seq=2, id=early, body="wrong"))
    Indexing(bench.uow).sweep()
    assert pages(bench, "wrong") == [], "as long as its id is not looked at again"
    monkeypatch.setattr(search, "SETTLED_LATE", hour)
    Indexing(bench.uow).sweep()
    assert pages(bench, "wrong") == [session.id]


def test_sweeps_beside_senders_and_one_another_miss_nothing(bench: Bench) -> None:
    sessions = [bench.session() for _ in range(4)]

    def send(session: Session) -> None:
        for seq in range(1, 31):
            with bench.uow() as uow:
                uow.messages.add(make_message(session, seq=seq, id=IDS.new(), body=f"w{seq}"))
                uow.commit()

    with ThreadPoolExecutor(6) as threads:
        sending = [threads.submit(send, one) for one in sessions]
        sweeping = [threads.submit(sweep_beside, bench, sending) for _ in range(2)]
        for one in (*sending, *sweeping):
            one.result()
    Indexing(bench.uow).sweep()
    stored = all_of(bench, sessions)
    assert len(stored) == 120
    assert all(learned(bench, one.id) for one in stored)
    assert Indexing(bench.uow).sweep() == 0


def sweep_beside(bench: Bench, sending: Sequence[Future[None]]) -> None:
    while not all(one.done() for one in sending):
        Indexing(bench.uow).sweep()


def test_a_sweep_that_dies_is_done_over(bench: Bench) -> None:
    session = bench.session()
    bench.keep(*(make_message(session, seq=n, id=IDS.new(), body=f"w{n}") for n in range(1, 4)))
    with bench.uow.reading() as uow:
        found = uow.search.unread("message", None, 2, late=False)
    assert found is not None
    with bench.uow() as uow:
        uow.search.learn("message", found, late=False)  # and no commit
    assert learned(bench, found.texts[0].id) is False
    with bench.uow() as uow:
        uow.search.learn("message", found, late=False)
        uow.commit()
    Indexing(bench.uow).sweep()
    assert pages(bench, "w1") == pages(bench, "w3") == [session.id]
    assert all(learned(bench, one.id) for one in all_of(bench, [session]))


@pytest.mark.parametrize(
    ("likely", "at_most", "everything", "most"),
    [
        (0, 0, 10**7, 0),
        (900, 900, 10**7, 0),  # sorted at once
        (9_000, 9_000, 10**7, 900),  # as long as the rare way
        (10**5, 10**5, 10**7, 2_860),  # ten pages further than they should have to go
        (5 * 10**6, 10**7, 10**7, 312),
        (10, 10**6, 10**7, 520),  # perhaps common after all
        (10, 0, 0, 0),
    ],
)
def test_how_far_the_common_way_is_gone(
    likely: int, at_most: int, everything: int, most: int
) -> None:
    assert finding.farthest(Expected(likely, at_most, everything), 26) == most


@pytest.mark.parametrize("q", ["退款", "ref", "refund 退款", "nothing"])
def test_what_the_index_expects_lies_near_what_it_has(bench: Bench, q: str) -> None:
    made = filled(bench, 1)
    Indexing(bench.uow).sweep()
    analyzed(bench)
    rows = sum(is_found(q, [one]) for _, texts in made for one in texts)
    with OrmSession(bench.engine) as session:
        index = term_index_of(session, phrases_of(q))
        assert index is not None
        expected = index.expected()
    assert expected.likely == expected.at_most == rows, "few are counted"
    assert 24 * 4 <= expected.all <= 24 * 6


@pytest.mark.parametrize(("q", "at_most"), [("退款", 60), ("refund 退款", 60), ("nothing x", 60)])
def test_many_are_guessed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, q: str, at_most: int
) -> None:
    monkeypatch.setattr(term_indexes, "FEW", -1)
    filled(bench, 1)
    Indexing(bench.uow).sweep()
    analyzed(bench)
    with OrmSession(bench.engine) as session:
        index = term_index_of(session, phrases_of(q))
        assert index is not None
        expected = index.expected()
    assert 0 <= expected.likely <= expected.at_most <= at_most


def learned(bench: Bench, message_id: str) -> bool:
    assert bench.engine is not None
    asked = text("SELECT count(*) FROM search_document WHERE id = :id")
    with bench.engine.connect() as connection:
        return bool(connection.execute(asked, {"id": message_id}).scalar())


def all_of(bench: Bench, sessions: Sequence[Session]) -> list[Message]:
    with bench.uow.reading() as uow:
        return [
            one for session in sessions for one in uow.messages.after(session.id, "agent", 0, 99)
        ]
