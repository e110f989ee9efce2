"""F2, F3, F20: processes that die at the worst moment, and answers that are lost on the way."""

from email import message_from_bytes
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests

from chat_app.infrastructure.failpoints import DEATH
from chat_app.infrastructure.redis.connection import connect
from tests.builders import make_bot
from tests.clients import Rest, Visit, open_session, sign_in
from tests.faults.conftest import MakeStack
from tests.faults.proxy import Proxy
from tests.faults.stored import read_stored, wait_until_done
from tests.processes import Stack, until


def arm(stack: Stack, name: str, failpoint: str | None) -> None:
    """Start a process again, to die at a place; the others go on."""
    process = stack.processes[name]
    if process.running:
        stack.terminate(name)
    process._env.pop("FAILPOINT", None)
    if failpoint:
        process._env["FAILPOINT"] = failpoint
    stack.restart(name)


@pytest.mark.parametrize(
    ("failpoint", "stored_before_the_retry"), [("pre_commit", False), ("post_commit", True)]
)
def test_a_web_process_that_dies_around_the_commit(
    sturdy_stack: Stack, failpoint: str, stored_before_the_retry: bool
) -> None:
    visit = open_session(sturdy_stack.url)
    arm(sturdy_stack, "web", failpoint)
    with pytest.raises(requests.RequestException):
        visit.send(visit.session_id, "hello", "the-id")
    assert sturdy_stack.processes["web"].wait() == DEATH
    stored = [row for row in read_stored(sturdy_stack).rows if row.client_msg_id == "the-id"]
    assert len(stored) == int(stored_before_the_retry)

    arm(sturdy_stack, "web", None)
    retried = Visit(sturdy_stack.url, visit.token).send(visit.session_id, "hello", "the-id")
    assert retried.status_code == (200 if stored_before_the_retry else 201)
    assert retried.json()["message"]["seq"] == 1
    (row,) = [row for row in read_stored(sturdy_stack).rows if row.client_msg_id == "the-id"]
    assert row.id == retried.json()["message"]["id"]
    wait_until_done(sturdy_stack)


def test_an_answer_that_is_lost_on_the_way(
    make_stack: MakeStack, breakable_postgres: tuple[object, str]
) -> None:
    stack = make_stack(database_url=breakable_postgres[1], worker=False)
    visit = open_session(stack.url)
    with Proxy(f"127.0.0.1:{stack.processes['web'].port}") as proxy:
        behind = Visit(f"http://127.0.0.1:{proxy.port}", visit.token, timeout=3)
        proxy.hold_answers()
        with pytest.raises(requests.RequestException):
            behind.send(visit.session_id, "hello", "the-id")
        proxy.cut()
        proxy.release()
        again = behind.send(visit.session_id, "hello", "the-id")
    assert again.status_code == 200
    assert again.json()["message"]["seq"] == 1
    assert len(visit.messages(visit.session_id)) == 1


def test_a_worker_that_dies_after_the_effect(
    make_stack: MakeStack, breakable_postgres: tuple[object, str]
) -> None:
    """The work is claimed, its effect has happened, and nobody could note it."""
    stack = make_stack(database_url=breakable_postgres[1], beat=True)
    arm(stack, "worker", "effect_done:2")  # the first effect is the search for an agent
    visit = open_session(stack.url, name="Li")
    visit.send(visit.session_id, "is anybody there?")
    assert stack.processes["worker"].wait(30) == DEATH
    arm(stack, "worker", None)
    wait_until_done(stack, 60)
    assert read_stored(stack).outbox.keys() == {"done"}
    letters = [one for one in _letters(stack) if "is anybody there?" in one]
    assert len(letters) == 1, "sent again although the session remembers what was written"


def test_a_bot_whose_worker_dies_answers_once(
    make_stack: MakeStack, breakable_postgres: tuple[object, str]
) -> None:
    """It has answered, and nobody could note that: the work is done again."""
    stack = make_stack(database_url=breakable_postgres[1], beat=True)
    site = sign_in(stack.url).post(
        "/api/sites", {"name": "With a bot", "bot": {**make_bot(("refund",))}}
    )
    arm(stack, "worker", "effect_done")
    visit = open_session(stack.url, site_key=site.json()["site"]["key"])
    visit.send(visit.session_id, "refund, please")
    assert stack.processes["worker"].wait(30) == DEATH
    visit.send(visit.session_id, "and another refund")
    arm(stack, "worker", None)
    wait_until_done(stack, 60)
    assert [one["body"] for one in visit.messages(visit.session_id)[1:]] == [
        "refund, please", "about refund", "and another refund", "about refund",
    ]  # fmt: skip


def test_flushall_costs_speed_and_nothing_else(
    make_stack: MakeStack, breakable_postgres: tuple[object, str]
) -> None:
    """F8, without traffic: every kind of thing that Redis holds is thrown away."""
    stack = make_stack(database_url=breakable_postgres[1], beat=True)
    redis = connect(stack.valkey.url)
    visit, desk = open_session(stack.url), sign_in(stack.url)
    with visit.socket() as visitor, desk.socket() as agent:
        visitor.join(visit.session_id)
        agent.join(visit.session_id)
        for number in range(5):
            assert visitor.send_message(visit.session_id, f"line {number}")["ok"]
            redis.flushall()
        for number in range(5):
            body = f"line {number}"
            agent.event("message_created", partial(_says, body))
    assert [one["body"] for one in visit.messages(visit.session_id) if one["kind"] == "text"] == [
        f"line {number}" for number in range(5)
    ]
    for _ in until(15):
        if Rest(stack.url, desk.token).session(visit.session_id)["status"] == "active":
            break
    else:
        raise AssertionError("nobody was assigned after the broker had forgotten its tasks")
    wait_until_done(stack)


def _says(body: str, pushed: dict[str, Any]) -> bool:
    return bool(pushed["message"]["body"] == body)


def _letters(stack: Stack) -> list[str]:
    folder = Path(stack.data_dir) / "outbox"
    found = []
    for path in sorted(folder.glob("*.eml")):
        payload = message_from_bytes(path.read_bytes()).get_payload(decode=True)
        found.append(payload.decode() if isinstance(payload, bytes) else "")
    return found
