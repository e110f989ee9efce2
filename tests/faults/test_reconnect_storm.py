"""Three hundred clients lose their server at the same moment and come back (F18)."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from chat_app.infrastructure.embedded.postgres import EmbeddedPostgres
from tests.clients import NoAnswer, Refused, Visit, WireClosed, open_session
from tests.faults.conftest import MakeStack
from tests.faults.stored import database_url
from tests.processes import Stack

CLIENTS = 300
MOST_SECONDS = 30
MOST_TRANSACTIONS = 25
TRANSACTIONS = text(
    "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"
)


class Guest:
    """A visitor with a socket, who comes back as the widget does."""

    def __init__(self, stack: Stack, number: int, chance: random.Random) -> None:
        self._stack = stack
        self._wait = chance.uniform(0, 10)  # what server_draining asks for
        self.told_to_wait = 0
        self.visit: Visit = open_session(
            stack.url, message={"client_msg_id": "1", "body": f"I am {number}"}
        )
        self.wire = self.visit.socket()
        self._wires = [self.wire]
        self.seen = self.wire.join(self.visit.session_id)["last_seq"]

    def come_back(self, until: float) -> float:
        """Reconnect, join from where it was and send; return when that was done."""
        time.sleep(self._wait)
        while True:
            try:
                return self._resume()
            except (WireClosed, Refused, NoAnswer, OSError):
                assert time.monotonic() < until, "never came back"
                time.sleep(random.uniform(0.5, 1.5))

    def _resume(self) -> float:
        session_id = self.visit.session_id
        self.wire = self.visit.socket()
        self._wires.append(self.wire)
        joined = self._served(
            self.wire.call("join_session", {"session_id": session_id, "after_seq": self.seen})
        )
        assert [one["seq"] for one in joined["messages"]] == [
            *range(self.seen + 1, joined["last_seq"] + 1)
        ]
        self._served(self.wire.send_message(session_id, "back again", "2"))
        return time.monotonic()

    def leave(self) -> None:
        """Close what the server has left open."""
        for wire in self._wires:
            wire.drop()

    def _served(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The answer, unless the server asks to come again later; anything else is a fault."""
        if answer["ok"]:
            return answer
        assert answer["error"]["code"] == "unavailable", answer
        self.told_to_wait += 1
        raise NoAnswer("try again")


@pytest.mark.timeout(300)
def test_all_are_back_within_half_a_minute(
    breakable_postgres: tuple[EmbeddedPostgres, str], make_stack: MakeStack, seed: int
) -> None:
    stack = make_stack(database_url=breakable_postgres[1], worker=0, env={"RATE_LIMITS": "off"})
    engine, chance = create_engine(database_url(stack)), random.Random(seed)
    with ThreadPoolExecutor(10) as pool:
        guests = list(pool.map(lambda number: Guest(stack, number, chance), range(CLIENTS)))
    stack.terminate("web")
    stack.restart("web")
    with engine.connect() as connection:
        before = int(connection.execute(TRANSACTIONS).scalar_one())
    begin = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as pool:
        ends = list(pool.map(lambda guest: guest.come_back(begin + MOST_SECONDS), guests))
    time.sleep(1.5)  # PostgreSQL tells its counters once a second
    with engine.connect() as connection:
        after = int(connection.execute(TRANSACTIONS).scalar_one())
    each, took = (after - before) / CLIENTS, max(ends) - begin
    waits = sum(guest.told_to_wait for guest in guests)
    print(f"{CLIENTS} back in {took:.1f} s, {each:.1f} transactions each, {waits} told to wait")  # noqa: T201 - a figure of the run
    assert took < MOST_SECONDS
    assert each < MOST_TRANSACTIONS
    stored = {len(guest.visit.messages(guest.visit.session_id)) for guest in guests[::30]}
    assert stored == {2}, "a message was lost or doubled"
    assert "Traceback" not in stack.log("web")
    stack.kill("web")  # ends all sockets; one after the other would take minutes
    for guest in guests:
        guest.leave()
    engine.dispose()
