"""F24, F25: the web process that holds an agent's sockets dies, or stands still past its lease."""

import signal
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import bindparam, create_engine, text

from tests.clients import Desk, Visit, Wire, WireClosed, closing, open_session, sign_in
from tests.faults.conftest import MakeStack
from tests.faults.stored import database_url
from tests.processes import ADMIN_PASSWORD, Stack, until

# A lease of 75 s, renewed every 20 s; swept every 5 s; then assigned.
MOST_SECONDS = 90
pytestmark = pytest.mark.timeout(240)


@dataclass
class House:
    """Two web processes. Ada's sockets are on the first one; Bo and the visitors are elsewhere."""

    stack: Stack
    ada: Desk
    bo: Desk

    @property
    def elsewhere(self) -> str:
        return self.stack.url_of("web2")

    def given_to_ada(self) -> Visit:
        """A visitor whom Ada, the only one online, has got."""
        visitor = open_session(self.elsewhere)
        for _ in until(15):
            agent = visitor.session(visitor.session_id)["agent"]
            if agent is not None:
                assert agent["id"] == self.ada.agent["id"]
                return visitor
        raise AssertionError(f"nobody got it:\n{self.stack.logs()}")

    def answer(self, visitor: Visit) -> None:
        """Let Ada say something, so that the session is kept for her for a while."""
        assert self.ada.send(visitor.session_id, "How may I help?").ok

    def two_minutes_pass(self) -> None:
        """Let the time end for which answered sessions are kept."""
        engine = create_engine(database_url(self.stack))
        query = text(
            "UPDATE agent SET absent_since = absent_since - interval '2 minutes' WHERE id = :id"
        )
        with engine.begin() as connection:
            done = connection.execute(query.bindparams(bindparam("id", self.ada.agent["id"])))
            assert done.rowcount == 1
        engine.dispose()

    def stored(self, visitor: Visit) -> dict[str, Any]:
        """The session as a colleague sees it, without what counts on."""
        return self.bo.session(visitor.session_id)


@pytest.fixture
def house(make_stack: MakeStack, breakable_postgres: tuple[object, str]) -> House:
    stack = make_stack(database_url=breakable_postgres[1], web=2, beat=True)
    emails = [f"{uuid.uuid4().hex[:12]}@example.com" for _ in range(2)]
    for email in emails:
        stack.flask("chat", "create-admin", email, "--password", ADMIN_PASSWORD)
    urls = (stack.url, stack.url_of("web2"))
    ada, bo = (sign_in(url, email) for url, email in zip(urls, emails, strict=True))
    bo.status("away")
    return House(stack, ada, bo)


def test_sessions_of_a_killed_process_go_to_somebody_else_once(house: House) -> None:
    with closing(house.ada.socket(), house.bo.socket()) as (ada, bo):
        bo.call("watch_inbox", {})
        visitors = unanswered, answered = house.given_to_ada(), house.given_to_ada()
        house.answer(answered)
        before = {one.session_id: house.stored(one)["assign_epoch"] for one in visitors}
        ada.join(unanswered.session_id)
        assert len(bo.join(unanswered.session_id)["viewers"]) == 2
        house.bo.status("online")
        with closing(*(one.socket() for one in visitors)) as (first, second):
            first.join(unanswered.session_id)
            second.join(answered.session_id)
            house.stack.kill("web")
            _expect_bo(house, first, seconds=MOST_SECONDS)
            gone = {"agent_id": house.ada.agent["id"], "status": "offline"}
            assert gone in bo.events("agent_status_changed")
            assert house.stored(answered)["agent"]["id"] == house.ada.agent["id"]
            house.two_minutes_pass()
            _expect_bo(house, second, seconds=15)
            bo.event("viewers_changed", lambda one: len(one["viewers"]) == 1, timeout=40)
            # Whatever would be done a second time is done by the next sweeps.
            time.sleep(6)
            for visitor, wire in zip(visitors, (first, second), strict=True):
                assert house.stored(visitor)["assign_epoch"] == before[visitor.session_id] + 2
                assert _said_by_system(visitor)[-2:] == ["left", "joined"]
                assert len(_said_by_system(visitor)) == 3
                assert len(wire.events("session_assigned")) == 1


def test_a_process_that_stood_still_changes_nothing_any_more(house: House) -> None:
    with closing(house.ada.socket(), house.bo.socket()) as (ada, bo):
        bo.call("watch_inbox", {})
        visitor = house.given_to_ada()
        ada.join(visitor.session_id)
        epoch = house.stored(visitor)["assign_epoch"]
        house.bo.status("online")
        web = house.stack.processes["web"]
        web.signal(signal.SIGSTOP)
        bo.event("session_assigned", _now_at(house.bo), timeout=MOST_SECONDS)
        moved = house.stored(visitor)
        assert moved["assign_epoch"] == epoch + 2
        with ThreadPoolExecutor(3) as pool:
            path = f"/api/chat/sessions/{visitor.session_id}"
            stale = {"assign_epoch": epoch}
            house.ada.timeout = 30
            requests = [
                pool.submit(house.ada.post, f"{path}/close", stale),
                pool.submit(house.ada.post, f"{path}/accept", stale),
            ]
            frame = _emit(ada, "close_session", {"session_id": visitor.session_id, **stale})
            time.sleep(1)
            web.signal(signal.SIGCONT)
            answers = [one.result() for one in requests]
        assert [(one.status_code, one.json()["code"]) for one in answers] == [
            (409, "stale_assignment")
        ] * 2
        assert _code(ada, frame) in {"stale_assignment", "closed"}
        assert house.stored(visitor) == moved
        # Its process vouches again for a socket that lived through it; the session has moved on.
        time.sleep(25)
        assert house.stored(visitor)["agent"]["id"] == house.bo.agent["id"]


def _expect_bo(house: House, wire: Wire, *, seconds: float) -> None:
    """The visitor is told that somebody else has come."""
    pushed = wire.event("session_assigned", _now_at(house.bo), timeout=seconds)
    assert pushed["reason"] == "requeue"


def _now_at(desk: Desk) -> Any:
    return lambda one: (one["session"]["agent"] or {}).get("id") == desk.agent["id"]


def _said_by_system(visitor: Visit) -> list[str]:
    """Who joined and who left, as the visitor reads it."""
    lines = [one for one in visitor.messages(visitor.session_id) if one["kind"] == "system"]
    return ["left" if "left" in one["body"] else "joined" for one in lines]


def _emit(wire: Wire, event: str, data: dict[str, Any]) -> int | None:
    try:
        return wire.emit(event, data)
    except WireClosed:
        return None


def _code(wire: Wire, number: int | None) -> str:
    """What a socket was answered that may have been closed meanwhile."""
    try:
        answer = wire.answer(number) if number is not None else {}
    except WireClosed:
        return "closed"
    return str(answer.get("error", {}).get("code", "closed"))
