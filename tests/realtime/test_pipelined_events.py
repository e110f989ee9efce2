"""One client that does not wait for answers: its events are done, and answered, in their order."""

import json
import uuid
from collections.abc import Iterator

import pytest
import requests

from tests.clients import Visit, open_session
from tests.processes import Stack, until
from tests.realtime.engines import Stream


@pytest.fixture(scope="module")
def visit(engine: Stack) -> Visit:
    return open_session(engine.url)


@pytest.fixture
def stream(engine: Stack, visit: Visit) -> Iterator[Stream]:
    with connected(engine, visit) as stream:
        yield stream


def connected(engine: Stack, visit: Visit) -> Stream:
    stream = Stream(engine.url)
    assert stream.next()[0] == "0"
    stream.send(f'40/visitor,{{"token":"{visit.token}"}}')
    assert stream.next().startswith('40/visitor,{"sid"')
    return stream


def event(number: int, name: str, data: object) -> str:
    return f"42/visitor,{number}{json.dumps([name, data])}"


def a_message(visit: Visit, body: object) -> dict[str, object]:
    return {"session_id": visit.session_id, "client_msg_id": uuid.uuid4().hex, "body": body}


def bodies(visit: Visit) -> list[str]:
    return [one["body"] for one in visit.messages(visit.session_id)]


def test_more_than_are_kept_are_answered_in_their_order(stream: Stream, visit: Visit) -> None:
    room = uuid.uuid4().hex
    asked = []
    for number in range(120):
        what = number % 4
        if what in {0, 1}:
            asked.append(("send_message", a_message(visit, f"{room} {number}")))
        else:
            asked.append(("sync", {"sessions": {}}) if what == 2 else ("send_message", {"body": 7}))
    for number, one in enumerate(asked):
        stream.send(event(number, *one))
    answers = [stream.next() for _ in asked]
    numbers = [int(one.partition(",")[2].partition("[")[0]) for one in answers]
    assert numbers == list(range(120))
    done = [json.loads(one[one.index("[") :])[0]["ok"] for one in answers]
    assert done == [True, True, True, False] * 30
    said = [one for one in bodies(visit) if one.startswith(room)]
    assert said == [f"{room} {number}" for number in range(120) if number % 4 < 2]


def test_what_is_wrong_with_a_message_is_its_answer(stream: Stream, visit: Visit) -> None:
    for number, data in enumerate([{}, None, a_message(visit, ""), a_message(visit, "x" * 50_000)]):
        stream.send(event(number, "send_message", data))
        answer = stream.next()
        assert answer.startswith(f"43/visitor,{number}[")
        assert json.loads(answer[answer.index("[") :])[0]["error"]["code"] == "validation"
    stream.send(event(9, "send_message", a_message(visit, "and well")))
    assert '"ok":true' in stream.next()


def test_a_client_that_leaves_at_once_is_heard_and_forgotten(engine: Stack, visit: Visit) -> None:
    room = uuid.uuid4().hex
    for number in range(20):
        with connected(engine, visit) as stream:
            for part in "abc":
                stream.send(event(1, "send_message", a_message(visit, f"{room} {number}{part}")))
    for _ in until(10):
        said = {one for one in bodies(visit) if one.startswith(room)}
        if {f"{room} {number}a" for number in range(20)} <= said and not sockets(engine):
            return
    raise AssertionError((sorted(said), sockets(engine)))


def sockets(engine: Stack) -> float:
    """How many connections the process has."""
    lines = requests.get(f"{engine.url}/metrics", timeout=5).text.splitlines()
    return sum(float(one.split()[-1]) for one in lines if one.startswith("cland_visitor_sockets "))
