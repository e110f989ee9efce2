"""The Valkey that `make run` and the tests start."""

import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from chat_app.infrastructure.embedded import valkey
from chat_app.infrastructure.embedded.valkey import EmbeddedValkey, ValkeyError
from tests.processes import ROOT, until

pytestmark = pytest.mark.services


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedValkey]:
    server = EmbeddedValkey(tmp_path)
    server.start()
    yield server
    server.stop()


def test_answers_on_a_socket_that_only_we_may_open(server: EmbeddedValkey) -> None:
    with redis.Redis.from_url(server.url) as client:
        assert client.ping()
        assert client.config_get("appendonly", "save", "port") == {
            "appendonly": "no",
            "save": "",
            "port": "0",
        }
    path = Path(server.url.removeprefix("unix://"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_is_empty_on_the_same_address_after_a_crash(server: EmbeddedValkey) -> None:
    with redis.Redis.from_url(server.url) as client:
        client.set("a", "1")
        server.kill()
        server.start()
        assert client.get("a") is None


def test_hangs_and_resumes(server: EmbeddedValkey) -> None:
    with redis.Redis.from_url(server.url, socket_timeout=0.2) as client:
        server.hang()
        with pytest.raises(redis.TimeoutError):
            client.ping()
        server.resume()
        assert client.ping()


def test_moves_its_socket_when_the_data_folder_has_a_long_path(tmp_path: Path) -> None:
    server = EmbeddedValkey(tmp_path / ("long" * 30))
    server.start()
    path = Path(server.url.removeprefix("unix://"))
    assert len(bytes(path)) <= 100
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    server.stop()
    assert not path.parent.exists()


def test_refuses_a_second_server_on_the_same_folder(server: EmbeddedValkey, tmp_path: Path) -> None:
    with pytest.raises(ValkeyError, match="another Valkey answers"):
        EmbeddedValkey(tmp_path).start()


def test_says_why_it_did_not_start(tmp_path: Path) -> None:
    plan = valkey.plan_valkey(tmp_path)
    broken = valkey.ValkeyPlan((*plan.argv, "--no-such-option", "1"), plan.socket, plan.log)
    process = valkey.start_process(broken)
    with pytest.raises(ValkeyError, match="Valkey did not start"):
        valkey.wait_until_answering(broken, process)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of a parent's death")
def test_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    program = (
        "import pathlib, sys, time; from chat_app.infrastructure.embedded import valkey\n"
        "plan = valkey.plan_valkey(pathlib.Path(sys.argv[1]))\n"
        "process = valkey.start_process(plan); valkey.wait_until_answering(plan, process)\n"
        "print(process.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    for _ in until(5):
        if not _runs(pid):
            return
    raise AssertionError("the server outlived its parent")


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # Nobody may be there to bury it; a zombie is dead.
    return "Z" not in Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1][:3]


def test_starts_within_a_second(tmp_path: Path) -> None:
    server = EmbeddedValkey(tmp_path)
    begin = time.monotonic()
    server.start()
    server.stop()
    assert time.monotonic() - begin < 1
