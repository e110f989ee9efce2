"""Every database finds the same sessions by what was said, learned yet or not."""

import pytest

from chat_app.domain.actor import SYSTEM, Actor
from chat_app.domain.repositories import Cursor, SessionFilter
from chat_app.domain.searching import SearchText, name_of, said_in, subject_of
from chat_app.domain.session import Session
from chat_app.use_cases.indexing import Indexing
from tests.builders import after, agent_actor, make_department, make_message, new_id
from tests.infrastructure.bench import Bench


def listed(bench: Bench, q: str, actor: Actor = SYSTEM, **wanted: object) -> list[str]:
    with bench.uow.reading() as uow:
        found = uow.sessions.page_for(actor, SessionFilter(q=q, **wanted), None, 50)  # type: ignore[arg-type]  # names are checked when it runs
        return [one.id for one in found]


def ids(*sessions: Session) -> list[str]:
    return [one.id for one in sessions]


def learn(bench: Bench) -> int:
    return Indexing(bench.uow).sweep()


@pytest.mark.parametrize("learned", [False, True])
@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("退款", True),  # in a message
        ("我要退", True),
        ("款", True),
        ("鞋", True),  # in the subject
        ("色的", True),
        ("小红", True),  # the visitor's name
        ("XIAOHONG@", True),  # the visitor's address, in capitals
        ("xiaohong@example.com", True),
        ("xiaohong@exa", True),
        ("50%", True),
        ("SNAKE_ca", True),  # the beginning of the last word
        ("case snake", True),  # in any order
        ("退款 50%", True),
        ("退款 snake", False),  # each in another message
        ("5_%", False),  # neither % nor _ stand for anything else
        ("50_", False),
        ("%", True),
        ("_", True),
        ("\\", True),
        ("/", False),
        ("'", True),
        ("😀", True),
        ("换货", False),
        ("款我", False),
        ("'; DROP TABLE message; --", False),
        ('" OR * & | ! <-> :* ( NEAR', False),
        ("\u200b", False),  # nothing that can be seen
    ],
)
def test_searching(bench: Bench, q: str, *, found: bool, learned: bool) -> None:
    visitor = bench.visitor(name="小红", email="xiaohong@example.com")
    session = bench.session(visitor, subject="红色的鞋")
    bench.keep(
        make_message(session, seq=1, body="我要退款，只剩 50% 😀"),
        make_message(session, seq=2, body="snake_case \\ it's"),
    )
    bench.session(bench.visitor(name="Bob"), subject="Boots")
    if learned:
        learn(bench)
    assert listed(bench, q) == (ids(session) if found else [])


@pytest.mark.parametrize("q", ["Ｃａｆｅ１", "cafe1", "CAFÉ", "fenê", "fenetre"])
def test_what_is_learned_is_found_in_any_spelling(bench: Bench, q: str) -> None:
    if bench.engine is not None and bench.engine.dialect.name == "mysql":
        pytest.skip("MySQL reads the texts as they are")
    session = bench.session(subject="Café1 à la fenêtre")
    learn(bench)
    assert listed(bench, q) == ids(session)


@pytest.mark.parametrize("learned", [False, True])
def test_the_newest_activity_comes_first_page_by_page(bench: Bench, *, learned: bool) -> None:
    sessions = [bench.session(updated_at=after(minutes=number // 2)) for number in range(7)]
    for session in sessions:
        bench.keep(make_message(session, body="退款 please"))
    if learned:
        learn(bench)
    seen: list[str] = []
    cursor = None
    while len(seen) < 7:
        with bench.uow.reading() as uow:
            page = uow.sessions.page_for(SYSTEM, SessionFilter(q="退款"), cursor, 3)
        assert 1 <= len(page) <= 3
        seen += ids(*page)
        cursor = Cursor(page[-1].updated_at, page[-1].id)
    assert seen == ids(*reversed(sessions))


@pytest.mark.parametrize("learned", [False, True])
def test_nobody_finds_what_it_may_not_see(bench: Bench, *, learned: bool) -> None:
    sales, support = make_department(), make_department()
    bench.keep(sales, support)
    visitor = bench.visitor(name="Grace")
    own = bench.session(visitor, department_id=sales.id, status="closed", updated_at=after(2))
    hidden = bench.session(visitor, department_id=support.id, updated_at=after(1))
    for session in (own, hidden):
        bench.keep(make_message(session, body="secret", kind="note", visitor_seq=None))
    if learned:
        learn(bench)
    actor = agent_actor(department_ids=frozenset({sales.id}))
    for q in ("grace", "secret"):
        assert listed(bench, q) == ids(own, hidden)
        assert listed(bench, q, actor) == ids(own)
        assert listed(bench, q, status="queued") == ids(hidden)
        assert listed(bench, q, actor, open_only=True) == []


@pytest.mark.parametrize("learned", [False, True])
def test_what_is_changed_is_found_as_it_is_now(bench: Bench, *, learned: bool) -> None:
    visitor = bench.visitor(name="Bob", email="bob@example.com")
    session = bench.session(visitor, subject="Boots")
    message = make_message(session, body="old words")
    bench.keep(message)
    if learned:
        assert learn(bench) >= 3
    with bench.uow() as uow:
        stored = uow.messages.get(session.id, message.id)
        subject, who = uow.sessions.get(session.id), uow.visitors.get(visitor.id)
        assert stored is not None
        assert subject is not None
        assert who is not None
        stored.edit("新的话", after(1))
        subject.subject, who.name = "Shoes", "Robert"
        uow.flush()
        uow.search.change(said_in(stored), subject_of(subject), name_of(who))
        uow.commit()
    for _ in range(2):
        for q in ("新的话", "shoes", "robert", "bob@example"):
            assert listed(bench, q) == ids(session), q
        for q in ("words", "boots"):
            assert listed(bench, q) == [], q
        learn(bench)


def test_what_is_taken_back_is_found_no_more_even_by_a_late_reader(bench: Bench) -> None:
    session = bench.session()
    message = make_message(session, body="a secret")
    bench.keep(message)
    with bench.uow.reading() as uow:
        read = uow.search.unread("message", None, 9, late=False)
    with bench.uow() as uow:
        stored = uow.messages.get(session.id, message.id)
        assert stored is not None
        stored.recall(after(1))
        uow.search.change(said_in(stored))
        uow.commit()
    if read is not None:  # where nothing is learned there is nothing to read
        with bench.uow() as uow:
            uow.search.learn("message", read, late=False)
            uow.commit()
    assert listed(bench, "secret") == []


def test_learning_goes_on_where_it_stopped_and_ends(bench: Bench) -> None:
    session = bench.session()
    bench.keep(*(make_message(session, seq=n, body=f"number{n}") for n in range(1, 8)))
    learn(bench)
    assert learn(bench) == 0, "nothing is learned twice"
    bench.keep(make_message(session, seq=8, body="number8"))
    learn(bench)
    for late in (False, True):
        with bench.uow.reading() as uow:
            assert uow.search.unread("message", None, 9, late=late) is None, "nor read again"
    for number in range(1, 9):
        assert listed(bench, f"number{number}") == ids(session)


def test_parts_follow_one_another(bench: Bench) -> None:
    session = bench.session()
    kept = [make_message(session, seq=n, body=f"number{n}") for n in range(1, 6)]
    bench.keep(*kept)
    seen: list[SearchText] = []
    place = None
    with bench.uow.reading() as uow:
        while (found := uow.search.unread("message", place, 2, late=False)) is not None:
            seen += found.texts
            place = found.last
    if seen or bench.engine is None or bench.engine.dialect.name != "mysql":
        assert seen == [SearchText(one.id, session.id, one.body) for one in kept]
    with bench.uow.reading() as uow:
        assert uow.search.unread("message", new_id(), 2, late=False) is None
