"""`.env.example` and the settings say the same, variable by variable."""

import re
from dataclasses import fields
from typing import Any

import pytest

from chat_app.domain.limits import Limits
from chat_app.settings import Settings
from tests.processes import ROOT

EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
SHOWN = dict(re.findall(r"^#([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))
SOURCE = (ROOT / "chat_app" / "settings.py").read_text(encoding="utf-8")
# Values that only look like names of variables.
WORDS = {"DEBUG", "INFO", "WARNING", "ERROR"}
READ = set(re.findall(r"\"([A-Z][A-Z_]+)\"", SOURCE)) - WORDS - {"LIMIT_"}
LIMITS = {f"LIMIT_{one.name.upper()}" for one in fields(Limits)}


def test_every_variable_is_shown_and_every_shown_one_is_read() -> None:
    assert set(SHOWN) == READ | LIMITS


def test_everything_is_commented_out() -> None:
    """A copy of the file changes nothing until somebody changes a line."""
    assert re.findall(r"^[A-Z_]+=", EXAMPLE, re.MULTILINE) == []


def test_limits_are_shown_with_their_defaults() -> None:
    for one in fields(Limits):
        assert SHOWN[f"LIMIT_{one.name.upper()}"] == str(getattr(Limits(), one.name))


def test_every_limit_can_be_set(tmp_path: Any) -> None:
    given = {name: str(number) for number, name in enumerate(sorted(LIMITS), start=7)}
    limits = Settings.from_env({"DATA_DIR": str(tmp_path), **given}).limits
    for name, value in given.items():
        assert getattr(limits, name.removeprefix("LIMIT_").lower()) == int(value)


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_what_is_shown_can_be_used(name: str, tmp_path: Any) -> None:
    if not SHOWN[name]:
        return
    env = {"DATA_DIR": str(tmp_path), name: SHOWN[name]}
    if name == "DATA_DIR":
        env = {name: str(tmp_path / SHOWN[name])}
    Settings.from_env(env)


def test_what_is_shown_as_default_is_the_default(tmp_path: Any) -> None:
    same = {
        name: value
        for name, value in SHOWN.items()
        if value and name not in {"DATA_DIR", "DB_DSN", "DATABASE_URL", "REDIS_ADDR", "REDIS_URL"}
    }
    shown = Settings.from_env({"DATA_DIR": str(tmp_path), **same})
    default = Settings.from_env({"DATA_DIR": str(tmp_path)})
    assert shown == default
