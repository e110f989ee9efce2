"""wsgi.py and celery_worker.py: what importing them does, and what it must not do."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import ROOT, environment

pytestmark = pytest.mark.services

_IMPORT = """
import json, sys, threading
before = threading.active_count()
import {module}
print(json.dumps({{
    "eventlet": "eventlet" in sys.modules,
    "patched": type(threading.Lock()).__module__,
    "threads": threading.active_count() - before,
    "app": type({module}.{name}).__name__,
}}))
"""


def imported(module: str, name: str, folder: Path) -> dict[str, object]:
    """Import a program in a fresh interpreter and say what came of it."""
    result = subprocess.run(
        [sys.executable, "-c", _IMPORT.format(module=module, name=name)],
        cwd=ROOT,
        env=environment(DATA_DIR=str(folder), REDIS_ADDR="127.0.0.1:9"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    found: dict[str, object] = json.loads(result.stdout.splitlines()[-1])
    return found


def test_importing_wsgi_only_builds_the_application(tmp_path: Path) -> None:
    found = imported("wsgi", "app", tmp_path)
    assert found["app"] == "ChatFlask"
    assert found["patched"] == "_thread", "importing wsgi patched the standard library"
    assert found["threads"] == 0
    assert not (tmp_path / "cland.db").exists(), "importing wsgi opened the database"


def test_the_worker_never_loads_eventlet(tmp_path: Path) -> None:
    found = imported("celery_worker", "celery_app", tmp_path)
    assert found == {"app": "Celery", "eventlet": False, "patched": "_thread", "threads": 0}


def test_an_operators_command_never_loads_eventlet(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "flask", "--app", "wsgi", "chat", "--help"],
        cwd=ROOT,
        env=environment(DATA_DIR=str(tmp_path)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "first-boot" in result.stdout
    assert not [line for line in result.stderr.splitlines() if line.endswith(" eventlet")]


@pytest.mark.parametrize(
    ("env", "said"),
    [
        (
            {"APP_ENV": "production"},
            "cland-chat: SECRET_KEY: must be set when APP_ENV=production\n",
        ),
        ({"WEB_CONCURRENCY": "2"}, "cland-chat: WEB_CONCURRENCY: above 1 needs PostgreSQL"),
    ],
)
def test_a_bad_setting_stops_the_web_process_in_one_line(
    env: dict[str, str], said: str, tmp_path: Path
) -> None:
    given = environment(DATA_DIR=str(tmp_path), **env)
    if env.get("APP_ENV"):
        del given["SECRET_KEY"]
    result = subprocess.run(
        [sys.executable, "wsgi.py"],
        cwd=ROOT,
        env=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2
    assert result.stderr.startswith(said)
    assert result.stderr.count("\n") == 1
