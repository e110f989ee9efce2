"""F15: a socket that stops reading costs little memory, is dropped, and can come back."""

import socket
import sys
from pathlib import Path

import pytest
import websocket

from tests.clients import closing, open_session, sign_in
from tests.faults.conftest import MakeStack
from tests.processes import Stack, until

# 12 kB in UTF-8: more than sockets and queues hold, many times over.
BODY = "字" * 4_000
MESSAGES = 6_000
MOST_GROWTH_KB = 40_000


@pytest.mark.timeout(400)
@pytest.mark.skipif(sys.platform != "linux", reason="reads a process's memory from /proc")
def test_a_socket_that_stops_reading(
    make_stack: MakeStack, breakable_postgres: tuple[object, str]
) -> None:
    stack = make_stack(database_url=breakable_postgres[1], worker=False)
    visitor, desk = open_session(stack.url), sign_in(stack.url)
    slow = _stalled(stack, desk.token or "", visitor.session_id)
    try:
        with closing(visitor.socket(), desk.socket()) as (mine, quick):
            quick.join(visitor.session_id)
            before = _memory_kb(stack)
            for number in range(MESSAGES):
                answer = mine.send_message(visitor.session_id, BODY, f"id-{number}")
                assert answer["ok"], answer
            quick.event("message_created", _is(f"id-{MESSAGES - 1}"))
            assert len(quick.events("message_created")) == MESSAGES
            growth = _memory_kb(stack) - before
            assert growth < MOST_GROWTH_KB, f"the process grew by {growth} kB"
        assert _is_dropped(slow), "it is still connected"
    finally:
        slow.shutdown()
    with desk.socket() as again:
        page = again.join(visitor.session_id, after_seq=MESSAGES - 50)
        assert [one["seq"] for one in page["messages"]] == list(range(MESSAGES - 49, MESSAGES + 1))


def _is(client_msg_id: str):
    return lambda one: one["message"]["client_msg_id"] == client_msg_id


def _stalled(stack: Stack, token: str, session_id: str) -> websocket.WebSocket:
    """A socket in the session's room that reads nothing any more."""
    small = [(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)]
    ws = websocket.create_connection(
        stack.url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket",
        sockopt=small,
        timeout=10,
        suppress_origin=True,
    )
    ws.recv()
    ws.send(f'40/agent,{{"token":"{token}"}}')
    assert str(ws.recv()).startswith("40/agent")
    ws.send(f'42/agent,1["join_session",{{"session_id":"{session_id}"}}]')
    assert '"ok":true' in str(ws.recv())
    return ws


def _is_dropped(ws: websocket.WebSocket) -> bool:
    """Read what is left; True when there is an end."""
    ws.settimeout(10)
    for _ in until(20, every=0):
        try:
            code, _ = ws.recv_data(control_frame=True)
        except TimeoutError:
            return False
        except (OSError, websocket.WebSocketException):
            return True
        if code == websocket.ABNF.OPCODE_CLOSE:
            return True
    return False


def _memory_kb(stack: Stack) -> int:
    status = Path(f"/proc/{stack.processes['web'].pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
