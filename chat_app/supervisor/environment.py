"""The environment that the children get: the caller's, over what `.env` says."""

from collections.abc import Mapping
from pathlib import Path


def with_dotenv(env: Mapping[str, str], path: Path) -> dict[str, str]:
    """Return `env` with the variables of the file `path` added; those set in `env` win.

    Lines are `NAME=value`, with or without quotes; empty lines and those that begin with `#` are
    skipped. A missing file adds nothing.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return dict(env)
    pairs = (_pair(line) for line in lines)
    return {**{name: value for name, value in pairs if name}, **env}


def _pair(line: str) -> tuple[str, str]:
    name, _, value = line.strip().removeprefix("export ").partition("=")
    name, value = name.strip(), value.strip()
    if name.startswith("#"):
        return "", ""
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        value = value[1:-1]
    return name, value
