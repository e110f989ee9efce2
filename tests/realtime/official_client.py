"""The official Python client, told by its arguments what to do; prints one JSON document."""

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import socketio

url, transports, token, session_id, count = sys.argv[1:]
told: dict[str, Any] = {"pushes": [], "acks": []}


def until(condition: Callable[[], object]) -> None:
    begin = time.monotonic()
    while not condition():
        assert time.monotonic() - begin < 10, "it never came"
        time.sleep(0.01)


def connect(auth: str) -> socketio.Client:
    client = socketio.Client(reconnection=False)
    client.on(
        "connect_error",
        lambda data: told.update(refusal=data["data"]["code"]),
        namespace="/visitor",
    )
    client.on(
        "message_created",
        lambda data: told["pushes"].append(data["message"]["body"]),
        namespace="/visitor",
    )
    client.on("disconnect", lambda reason: told.update(disconnected=reason), namespace="/visitor")
    client.connect(
        url, auth={"token": auth}, namespaces=["/visitor"], transports=transports.split(",")
    )
    return client


try:
    connect("nonsense")
except socketio.exceptions.ConnectionError:
    until(lambda: "refusal" in told)
socket = connect(token)


def call(event: str, data: object) -> Any:
    return socket.call(event, data, namespace="/visitor", timeout=8)


told["joined"] = call("join_session", {"session_id": session_id})["ok"]
told["transport"] = socket.transport()
answers: dict[int, Any] = {}
for number in range(int(count)):
    body = f"你好 😀 {number} ".ljust(4_000 if number == 0 else 20, "字")
    draft = {"session_id": session_id, "client_msg_id": f"py-{number}", "body": body}
    socket.emit(
        "send_message", draft, namespace="/visitor", callback=partial(answers.__setitem__, number)
    )
until(lambda: len(answers) == int(count))
told["acks"] = [answers[number]["message"]["seq"] for number in range(int(count))]
told["unknown"] = call("no_such_event", {})["error"]["code"]
print("ready", file=sys.stderr, flush=True)  # now somebody else writes
until(lambda: len(told["pushes"]) >= 20)
socket.disconnect()
print(json.dumps(told))
