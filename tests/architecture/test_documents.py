"""The documents say what is: links lead somewhere, named files exist, nothing public is left out."""

import re
from dataclasses import fields
from itertools import groupby
from pathlib import Path

import pytest
from flask import Flask

from chat_app import create_app
from chat_app.delivery.realtime.rooms import AGENTS, VISITORS
from chat_app.domain.limits import Limits
from chat_app.settings import Settings
from tests.processes import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]*)(?:#([^)\s]+))?\)")
NAMED_FILE = re.compile(r"`((?:chat_app|workers|tests|docs|deploy|migrations)/[\w./-]+)`")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
OUR_PATHS = ("/api/", "/healthz", "/readyz", "/metrics", "/ws")
NOT_IN_THE_PROTOCOL = ("/api/docs", "/api/openapi.json")


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def anchors_of(path: Path) -> set[str]:
    """The anchors that a forge makes of the headings."""
    headings = re.findall(
        r"^#+ (.+)$", FENCE.sub("", path.read_text(encoding="utf-8")), re.MULTILINE
    )
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("documents")
    url = f"sqlite:///{folder / 'none.db'}"
    return create_app(Settings(async_mode="threading", data_dir=folder, database_url=url))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere_and_named_files_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    lost = []
    for target, anchor in LINK.findall(FENCE.sub("", text)):
        if target.startswith(("http://", "https://")):
            continue
        path = (document.parent / target) if target else document
        if not path.exists() or (anchor and anchor not in anchors_of(path)):
            lost.append(f"{target}#{anchor}")
    lost += [name for name in NAMED_FILE.findall(text) if not (ROOT / name).exists()]
    assert lost == []


def test_every_setting_stands_in_the_table() -> None:
    source = text_of("chat_app/settings.py")
    read = set(re.findall(r"\"([A-Z][A-Z_]+[A-Z])\"", source)) - {"LIMIT_", "INFO"}
    read -= {"DEBUG", "WARNING", "ERROR"}
    table = dict(
        re.findall(r"^\| `([A-Z_]+)` \| ([^|]+) \|", text_of("docs/configuration.md"), re.MULTILINE)
    )
    assert read - table.keys() == set()


def test_every_limit_stands_in_the_table_with_its_default() -> None:
    table = dict(
        re.findall(
            r"^\| `(LIMIT_\w+)` \| `(\d+)` \|", text_of("docs/configuration.md"), re.MULTILINE
        )
    )
    limits = Limits()
    assert table == {
        f"LIMIT_{one.name.upper()}": str(getattr(limits, one.name)) for one in fields(Limits)
    }


def test_the_protocol_names_every_route(app: Flask) -> None:
    named = set(re.findall(r"`(?:GET|POST|PUT|PATCH|DELETE) /[^`]*`", text_of("docs/protocol.md")))
    missing = set()
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        if path.startswith(OUR_PATHS) and not path.startswith(NOT_IN_THE_PROTOCOL):
            calls = {f"`{method} {path}`" for method in rule.methods or ()}
            missing |= {one for one in calls if not one.startswith(("`HEAD", "`OPTIONS"))} - named
    assert missing == set()


def test_the_protocol_names_every_event(app: Flask) -> None:
    protocol = text_of("docs/protocol.md")
    handlers = app.extensions["socketio"].server.namespace_handlers
    asked = handlers[AGENTS].event_names | handlers[VISITORS].event_names
    broadcaster = text_of("chat_app/delivery/realtime/broadcaster.py")
    pushed = set(re.findall(r"\"([a-z]+(?:_[a-z]+)*_(?:created|\w+ed))\"", broadcaster))
    missing = {name for name in asked | pushed if f"`{name}`" not in protocol}
    assert missing == set()


def test_the_two_read_me_files_have_the_same_build() -> None:
    def build(name: str) -> list[tuple[str, int]]:
        kinds = [_kind(line) for line in text_of(name).splitlines()]
        return [(kind, len(list(run))) for kind, run in groupby(kinds) if kind not in ("", "text")]

    assert build("README.md") == build("README.zh-CN.md")


def _kind(line: str) -> str:
    marks = {"#": "heading", "|": "table", "!": "picture", "`": "code", "-": "point"}
    return marks.get(line[:1], "text" if line else "")
