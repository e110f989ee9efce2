"""Setting up a checkout: what is done once, what is done again, and what is said when it fails."""

import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

from tests.processes import ROOT

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout that needs no package at all, with its environment made."""
    folder = tmp_path_factory.mktemp("checkout")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "deploy", folder / "deploy", ignore=ignored)
    (folder / "requirements.txt").touch()
    result = bootstrap(folder)
    assert result.returncode == 0, result.stdout + result.stderr
    return folder


@pytest.fixture
def checkout(ready: Path) -> Path:
    """That checkout; what a test asked of pip before is forgotten."""
    (ready / "requirements.txt").write_text("", encoding="ascii")
    return ready


def bootstrap(checkout: Path, *words: str, **env: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "deploy/bootstrap.py", "--no-front-end", *words],
        cwd=checkout,
        env={"PATH": "/usr/bin:/bin", **env},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_second_run_does_nothing_and_takes_a_moment(checkout: Path) -> None:
    bootstrap(checkout)
    begin = time.monotonic()
    second = bootstrap(checkout)
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert time.monotonic() - begin < 1


def test_an_interrupted_environment_is_made_anew(checkout: Path) -> None:
    half = checkout / ".venv" / "half-installed"
    half.touch()
    (checkout / ".venv" / ".stamps" / "unfinished").touch()
    assert bootstrap(checkout).returncode == 0
    assert not half.exists()


def test_a_failing_package_is_said_in_one_line_and_tried_again(checkout: Path) -> None:
    (checkout / "requirements.txt").write_text("./missing-folder\n", encoding="ascii")
    result = bootstrap(checkout)
    assert result.returncode == 1
    assert result.stderr.startswith("cland-chat: pip failed on Python packages: ")
    assert result.stderr.count("\n") == 1
    (checkout / "requirements.txt").write_text("", encoding="ascii")
    assert bootstrap(checkout).returncode == 0


def test_without_a_network_it_says_so(checkout: Path) -> None:
    (checkout / "requirements.txt").write_text("no-such-package==1\n", encoding="ascii")
    nowhere = {
        "PIP_CONFIG_FILE": "/dev/null",
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_RETRIES": "1",
    }
    result = bootstrap(checkout, **nowhere)
    assert result.returncode == 1
    assert "is there a network?" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "deploy"))
    return __import__("bootstrap")


def test_a_wrong_python_is_said_in_one_line(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "right_python", lambda command: False)
    with pytest.raises(module.BootstrapError, match=r"^Python 3\.11 to 3\.14 is needed; .*$"):
        module.find_python()
