"""No query of the daily work reads a whole table that grows (PostgreSQL).

The planner is forbidden to scan or sort where any index would do: what it scans or sorts all the
same has none.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from sqlalchemy import event, text

from chat_app.domain.actor import SYSTEM, Actor
from chat_app.domain.repositories import Cursor, SessionFilter, UnitOfWork, Unread
from chat_app.domain.searching import SearchText
from chat_app.domain.session import POST_WRITES
from chat_app.infrastructure.db import finding, tables
from chat_app.use_cases.indexing import Indexing
from tests.builders import NOON, after, agent_actor, make_agent, make_message, new_id, visitor_actor
from tests.infrastructure.bench import Bench, engine_of

GROWING: Final = ("chat_session", "message", "assignment", "outbox", "visitor", "visitor_token",
                  "search_document")  # fmt: skip
VISITOR: Final = visitor_actor()
AGENT: Final = agent_actor(department_ids=frozenset({new_id(), new_id()}))
ID: Final = new_id()
HERE: Final = Cursor(after(minutes=60), ID)
LEARNED: Final = Unread([SearchText(ID, ID, "退款")], ID, ID, more=False)

Query = Callable[[UnitOfWork], Any]
QUERIES: Final[dict[str, Query]] = {
    "messages after": lambda uow: uow.messages.after(ID, "agent", 7, 50),
    "messages after, of a visitor": lambda uow: uow.messages.after(ID, "visitor", 7, 50),
    "messages before": lambda uow: uow.messages.before(ID, "agent", 7, 50),
    "newest messages": lambda uow: uow.messages.before(ID, "visitor", None, 50),
    "messages after a revision": lambda uow: uow.messages.after_revision(ID, "agent", 7, 50),
    "duplicates": lambda uow: uow.messages.by_client_ids([(ID, "visitor", ID, "a")]),
    "said to a visitor": lambda uow: uow.messages.said_to("visitor", ID, 7, 9),
    "said to agents": lambda uow: uow.messages.said_to("agent", ID, 7, 9),
    "one message": lambda uow: uow.messages.get(ID, ID),
    "session": lambda uow: uow.sessions.get(ID),
    "sessions, locked": lambda uow: uow.sessions.locked_among([ID, new_id()]),
    "open session": lambda uow: uow.sessions.open_of(ID, ID),
    "session of a client": lambda uow: uow.sessions.by_client_key("a"),
    "taken client keys": lambda uow: uow.sessions.taken_client_keys(["a", "b"]),
    "next waiting": lambda uow: uow.sessions.next_waiting([None, ID]),
    "line": lambda uow: uow.sessions.line(ID, 50),
    "waiting in": lambda uow: uow.sessions.waiting_in(ID, 500),
    "overdue": lambda uow: uow.sessions.overdue(ID, NOON, 200, left_too=True),
    "to wake": lambda uow: uow.sessions.to_wake(NOON, 200),
    "last agent": lambda uow: uow.sessions.last_agent_of(ID),
    "held by": lambda uow: uow.sessions.held_by(ID, 50),
    "open in": lambda uow: uow.sessions.open_in(ID, 50),
    "idle": lambda uow: uow.sessions.idle_since(NOON, 200),
    "visitor's sessions": lambda uow: _page(uow, VISITOR),
    "visitor's next sessions": lambda uow: _page(uow, VISITOR, HERE),
    "all sessions": lambda uow: _page(uow, SYSTEM, HERE),
    "waiting sessions": lambda uow: _page(uow, SYSTEM, HERE, status="queued"),
    "open sessions": lambda uow: _page(uow, AGENT, HERE, open_only=True),
    "my sessions": lambda uow: _page(uow, AGENT, HERE, assignee=AGENT.id, status="active"),
    "counts": lambda uow: uow.sessions.counts_for(AGENT),
    "sessions with words": lambda uow: _page(uow, AGENT, HERE, q="refund 退款"),
    "sessions with common words": lambda uow: _common(uow, AGENT, HERE, q="refund 退款"),
    "all sessions with common words": lambda uow: _common(uow, SYSTEM, None, q="鞋"),
    "messages to learn": lambda uow: uow.search.unread("message", None, 500, late=False),
    "subjects to learn": lambda uow: uow.search.unread("session", None, 500, late=True),
    "visitors to learn": lambda uow: uow.search.unread("visitor", ID, 500, late=False),
    "learned": lambda uow: uow.search.learn("message", LEARNED, late=False),
    "assignment in force": lambda uow: uow.assignments.open_of_session(ID),
    "slots": lambda uow: uow.assignments.taken_slots(ID),
    "to take back": lambda uow: uow.assignments.to_take_back(ID, 120),
    "handling times": lambda uow: uow.assignments.handling_seconds(ID, NOON, 50),
    "absent agents": lambda uow: uow.agents.absent(),
    "candidates": lambda uow: uow.agents.candidates(ID),
    "claim": lambda uow: uow.outbox.claim(50, "t", 60),
    "clear done": lambda uow: uow.outbox.clear_done(86_400, 200),
    "bearers of tokens": lambda uow: uow.bearers.of(["t", "u"], NOON),
    "visitor by identity": lambda uow: uow.visitors.by_external_id(ID, "u"),
}

# Read in the order of an index and no further than a page reaches, however many there are.
PAGES: Final = {
    "visitor's sessions", "visitor's next sessions", "all sessions", "waiting sessions",
    "my sessions", "all sessions with common words", "messages after", "messages before", "newest messages",
}  # fmt: skip


def _page(uow: UnitOfWork, actor: Actor, cursor: Cursor | None = None, **wanted: Any) -> Any:
    return uow.sessions.page_for(actor, SessionFilter(**wanted), cursor, 26)


def _common(uow: UnitOfWork, actor: Actor, cursor: Cursor | None, **wanted: Any) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finding, "farthest", lambda *_: 10**6)
        return _page(uow, actor, cursor, **wanted)


@pytest.fixture(scope="module")
def bench(postgres_url: str) -> Iterator[Bench]:
    engine = engine_of(postgres_url)
    bench = Bench(engine)
    bench.keep(make_agent(id=AGENT.id))
    for number in range(30):  # an empty table has no plan worth looking at
        bench.session(created_at=after(number), status="active", agent_id=AGENT.id)
        session = bench.session(created_at=after(number))
        bench.keep(*(make_message(session, seq=n, body=f"{number}.{n}") for n in range(1, 21)))
    Indexing(bench.uow).sweep()
    with engine.connect() as connection:
        connection.execute(text("ANALYZE"))
    yield bench
    engine.dispose()


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_every_query_has_its_index(bench: Bench, name: str) -> None:
    plans = list(explained(bench, QUERIES[name]))
    assert plans, "nothing was asked"
    for plan in plans:
        scanned = [one for one in GROWING if f"Seq Scan on {one}" in plan]
        assert scanned == [], plan
        if name in PAGES and not _is_bounded(plan):
            assert "->  Sort" not in plan, plan


def _is_bounded(plan: str) -> bool:
    """Whether it reads the sessions that have been active since a moment, by an index.

    The moment is what the statement before it has found: there as many are as a page holds.
    """
    statement, _, tree = plan.partition("Limit ")
    ordered = "ORDER BY chat_session.updated_at DESC" in statement
    condition = re.search(r"Index Cond: .*listed_at > ", tree)
    return ordered and condition is not None


def test_lists_of_agents_are_asked_for_in_two_steps(bench: Bench) -> None:
    first, second = explained(bench, QUERIES["all sessions"])
    assert "Index Only Scan Backward using ix_chat_session_listed_at_id" in first or (
        "Index Scan Backward using ix_chat_session_listed_at_id" in first
    )
    assert _is_bounded(second), second


def test_a_message_changes_nothing_of_its_session_that_an_index_holds() -> None:
    """But for its place in lists, every ten seconds: PostgreSQL writes the row and no index."""
    held = {
        column.name
        for index in tables.chat_session.indexes
        for column in index.columns
    }  # fmt: skip
    unique = {one.name for one in tables.chat_session.columns if one.unique or one.primary_key}
    assert (held | unique) & set(POST_WRITES) == {"listed_at"}


def test_rare_words_are_asked_of_their_index_and_common_ones_of_each_session(bench: Bench) -> None:
    rare = "\n".join(explained(bench, QUERIES["sessions with words"]))
    assert "Bitmap Index Scan on search_terms" in rare
    common = list(explained(bench, QUERIES["all sessions with common words"]))
    (walk,) = (plan for plan in common if "AS stretch" in plan)
    assert "Scan on ix_search_document_owner_id" in walk
    assert "search_terms" not in walk


def explained(bench: Bench, query: Query) -> Iterator[str]:
    """The plans of all statements that a query sends."""
    engine = bench.engine
    assert engine is not None
    asked: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH", "DELETE", "UPDATE")):
            asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        with bench.uow() as transaction:
            query(transaction)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    with engine.connect() as connection:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        for statement, parameters in asked:
            rows = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
            yield "\n".join([statement, *(str(row[0]) for row in rows)])
