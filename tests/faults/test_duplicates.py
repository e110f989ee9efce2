"""F4: every frame comes several times, on several sockets and over REST at once."""

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.clients import Rest, Visit, Wire, closing, draft, open_session
from tests.faults.conftest import urls_of
from tests.faults.history import History, check
from tests.faults.stored import read_stored, wait_until_done
from tests.processes import Stack

MESSAGES = 30


def test_every_message_many_times(sturdy_stack: Stack, seed: int) -> None:
    urls, chance, history = urls_of(sturdy_stack), random.Random(seed), History()
    visitor = open_session(urls[0])
    with (
        closing(visitor.socket(urls[0]), visitor.socket(urls[-1])) as wires,
        ThreadPoolExecutor(4) as pool,
    ):
        for number in range(MESSAGES):
            message = draft(visitor.session_id, f"line {number}", f"id-{number}")
            send = history.invoke(
                "visitor",
                visitor.session_id,
                ("visitor", visitor.visitor_id),
                message["client_msg_id"],
                message["body"],
            )
            ways = [pool.submit(_three_times, wire, message) for wire in wires]
            ways += [pool.submit(_over_rest, url, visitor, message) for url in (urls[0], urls[-1])]
            chance.shuffle(ways)
            answers = [answer for way in ways for answer in way.result(20)]
            assert len(answers) == 8
            assert {(stored["id"], stored["seq"]) for stored, _ in answers} == {
                (answers[0][0]["id"], answers[0][0]["seq"])
            }
            assert [duplicate for _, duplicate in answers].count(False) == 1
            history.attempt(send, send.invoked_at, "ok", answers[0][0])
    wait_until_done(sturdy_stack)
    check(history, read_stored(sturdy_stack))


def _three_times(wire: Wire, message: dict[str, Any]) -> list[tuple[Any, bool]]:
    numbers = [wire.emit("send_message", message) for _ in range(3)]
    answers = [wire.answer(number) for number in numbers]
    assert all(answer["ok"] for answer in answers), answers
    return [(answer["message"], answer["duplicate"]) for answer in answers]


def _over_rest(url: str, visitor: Visit, message: dict[str, Any]) -> list[tuple[Any, bool]]:
    answer = Rest(url, visitor.token).send(**message)
    assert answer.status_code in {200, 201}, answer.text
    return [(answer.json()["message"], answer.status_code == 200)]
