"""The seam: the same application on real threads, with nothing of eventlet patched."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests
import websocket

from tests.processes import Stack

pytestmark = pytest.mark.services


def test_a_visitor_talks_over_a_socket_on_real_threads(make_stack: Callable[..., Stack]) -> None:
    stack = make_stack(env={"ASYNC_MODE": "threading"}, worker=False)
    opened = requests.post(f"{stack.url}/api/chat/sessions", json={}, timeout=10).json()
    address = stack.url.replace("http", "ws")
    client = websocket.create_connection(
        f"{address}/socket.io/?EIO=4&transport=websocket", timeout=10
    )
    client.recv()
    client.send("40/visitor," + json.dumps({"token": opened["visitor_token"]}))
    assert str(client.recv()).startswith('40/visitor,{"sid"')
    session_id = opened["session"]["id"]
    ask(client, "join_session", {"session_id": session_id})
    message = {"session_id": session_id, "client_msg_id": "one", "body": "hello"}
    answer = ask(client, "send_message", message)
    assert answer["ok"]
    assert answer["message"]["seq"] == answer["message"]["revision"] == 1
    client.close()
    assert stack.terminate("web") == 0


def ask(client: websocket.WebSocket, event: str, payload: dict[str, Any]) -> dict[str, Any]:
    """Send one event and return its acknowledgement, skipping pushes."""
    client.send("42/visitor,7" + json.dumps([event, payload]))
    while True:
        packet = str(client.recv())
        if packet.startswith("43/visitor,7"):
            answer: dict[str, Any] = json.loads(packet.removeprefix("43/visitor,7"))[0]
            return answer
