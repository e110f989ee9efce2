"""Steps that know whether they are done, and commands that fail in one line."""

import hashlib
import re
import subprocess
import sys
from pathlib import Path
from typing import Callable, Dict, List, Optional, Tuple

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STAMPS = VENV / ".stamps"

NO_NETWORK = re.compile(
    r"NewConnectionError|name resolution|getaddrinfo|Max retries|Connection refused|timed out"
    r"|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|Network is unreachable"
)


class BootstrapError(Exception):
    """Why the checkout cannot be made ready, in one line."""


def stamp(path: Path, inputs: List[Path]) -> Callable[..., bool]:
    """Return a function: called plainly it tells whether `path` notes the state of `inputs`;
    called with True it notes it."""
    digest = hashlib.sha256()
    for item in sorted(inputs):
        if item.exists():
            digest.update(str(item.relative_to(ROOT)).encode() + b"\0" + item.read_bytes() + b"\0")
    state = digest.hexdigest()

    def done(now: bool = False) -> bool:
        if now:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(state)
        return path.exists() and path.read_text() == state

    return done


def run(argv: List[str], env: Optional[Dict[str, str]] = None) -> Tuple[int, str]:
    """Run `argv` in the checkout and return its exit code and output."""
    process = subprocess.Popen(
        argv, cwd=str(ROOT), env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, close_fds=False,
    )  # fmt: skip
    try:
        output = process.communicate()[0].decode("utf-8", "replace")
    except BaseException:
        process.terminate()
        process.wait()
        raise
    return process.returncode, output


def failure(tool: str, what: str, output: str) -> str:
    """Say in one line why `tool` failed."""
    if NO_NETWORK.search(output):
        return "cannot fetch %s: is there a network? (%s)" % (what, last_line(output))
    return "%s failed on %s: %s" % (tool, what, last_line(output))


def last_line(output: str) -> str:
    """Return the last line that says something, one with `error` in it if there is any."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if re.search(r"\berror\b", line, re.IGNORECASE)]
    return (errors or lines or ["no output"])[-1][:300]


def say(text: str) -> None:
    sys.stdout.write("cland-chat: %s\n" % text)
    sys.stdout.flush()


def pip_install(words: List[str]) -> None:
    """Run pip quietly; raise BootstrapError with its last line if it fails."""
    argv = [str(VENV_PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    code, output = run([*argv, "--quiet", *words])
    if code != 0:
        raise BootstrapError(failure("pip", "Python packages", output))
