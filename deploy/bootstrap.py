"""Makes this checkout ready to run: `.venv`, the pinned packages, the built browser code.

Runs under any python3 with nothing installed, and does only what is missing: what was done is
noted as a hash of what it was made from, so that a second run takes a moment.

    python3 deploy/bootstrap.py [--dev] [--no-front-end] [--run | --npm WORD...]
"""

# Old interpreters must get as far as the line that says they are too old: no newer syntax here.
import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from typing import Callable, List

from front_end import build_browser_code, find_node, install_browser_packages, npm
from steps import (
    ROOT,
    STAMPS,
    VENV,
    VENV_PYTHON,
    BootstrapError,
    last_line,
    pip_install,
    run,
    say,
    stamp,
)

# Stands while packages are being installed; found at the start it means: interrupted, begin anew.
UNFINISHED = STAMPS / "unfinished"
OLDEST, NEWEST = (3, 11), (3, 14)
CANDIDATES = ("python3.11", "python3.13", "python3.12", "python3.14", "python3", "python")


def main() -> int:
    parser = argparse.ArgumentParser(description="Make this checkout ready to run.")
    parser.add_argument("--dev", action="store_true", help="with what tests and checks need")
    parser.add_argument("--no-front-end", action="store_true", help="leave out the browser code")
    parser.add_argument("--run", action="store_true", help="then run everything")
    parser.add_argument("--npm", nargs=argparse.REMAINDER, help="then run npm with these words")
    options = parser.parse_args()
    # `make` is told to stop with SIGTERM: end what runs below as with Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with_lock(lambda: prepare(options.dev, not options.no_front_end))
        if options.run:
            # In place of this process, so that whoever signals it reaches the supervisor.
            os.execv(str(VENV_PYTHON), [str(VENV_PYTHON), "-m", "chat_app.supervisor"])
        if options.npm:
            argv, env = npm(find_node(), options.npm)
            return subprocess.call(argv, env=env, cwd=str(ROOT))
    except (BootstrapError, OSError) as error:
        sys.stderr.write("cland-chat: %s\n" % error)
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("cland-chat: interrupted; the next run goes on from here\n")
        return 130
    return 0


def with_lock(work: Callable[[], None]) -> None:
    """Do `work` while no other bootstrap works in this checkout."""
    try:
        import fcntl  # noqa: PLC0415 - missing on Windows, which must get a sentence
    except ImportError:
        raise BootstrapError("this needs Linux or macOS (on Windows: WSL)") from None
    with open(str(ROOT / ".bootstrap.lock"), "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("another set-up is at work here; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        # Children keep the lock: a pip that outlives a killed bootstrap still holds the next off.
        os.set_inheritable(file.fileno(), True)
        work()


def prepare(dev: bool, front_end: bool) -> None:
    """Bring the virtual environment, the packages and the browser code up to date."""
    make_venv()
    names = ["requirements.txt"] + (["requirements-dev.txt"] if dev else [])
    install(names, "packages-dev" if dev else "packages")
    if front_end:
        node = find_node()
        install_browser_packages(node)
        build_browser_code(node)


def make_venv() -> None:
    """Make `.venv` unless a whole one of a right Python is there."""
    if UNFINISHED.exists() or not right_python([str(VENV_PYTHON)]):
        python = find_python()
        if VENV.exists():
            shutil.rmtree(str(VENV))
        STAMPS.mkdir(parents=True)
        UNFINISHED.touch()
        say("making .venv with %s" % python)
        code, output = run([python, "-m", "venv", str(VENV)])
        if code != 0:
            raise BootstrapError(
                "%s cannot make a virtual environment (Debian: apt install python3-venv): %s"
                % (python, last_line(output))
            )
        UNFINISHED.unlink()


def find_python() -> str:
    """Return a Python between OLDEST and NEWEST: this one if it fits, else one on PATH."""
    for name in (sys.executable, *CANDIDATES):
        path = shutil.which(name) if name else None
        if path and right_python([path]):
            return path
    raise BootstrapError(
        "Python %d.%d to %d.%d is needed; this is %d.%d and no other is on PATH"
        % (OLDEST + NEWEST + sys.version_info[:2])
    )


def right_python(command: List[str]) -> bool:
    """Tell whether `command` starts a Python that fits (a pyenv shim may exist and not start)."""
    test = "import sys; sys.exit(not %r <= sys.version_info[:2] <= %r)" % (OLDEST, NEWEST)
    try:
        return run([*command, "-c", test])[0] == 0
    except OSError:
        return False


def install(names: List[str], title: str) -> None:
    """Install the pinned packages of the requirement files `names`."""
    done = stamp(STAMPS / title, [ROOT / name for name in names])
    if done():
        return
    say("installing Python packages (%s)" % ", ".join(names))
    STAMPS.mkdir(parents=True, exist_ok=True)
    UNFINISHED.touch()
    try:
        pip_install([word for name in names for word in ("-r", str(ROOT / name))])
    except BootstrapError:
        # pip gave up by itself, before it changed anything: what was there still works.
        UNFINISHED.unlink()
        raise
    UNFINISHED.unlink()
    done(True)


if __name__ == "__main__":
    begin = time.time()
    code = main()
    if code == 0 and time.time() - begin > 2:
        say("ready in %.0f s" % (time.time() - begin))
    sys.exit(code)
