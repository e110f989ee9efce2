"""Stacks become a tree, shares and a picture."""

import json
import xml.etree.ElementTree as ET

import pytest

from bench import flame, svg
from bench.report import DOCUMENT, IMAGES
from bench.stacks import ELSE, Stack, frame, library, nearest, own, room, shares, stacks, tree

OURS = "/somewhere/cland/chat_app"
LIBRARY = "/somewhere/.venv/lib/python3.11/site-packages"
RAW = f"""\
thread (1);run ({LIBRARY}/eventlet/hubs/hub.py);Storing.store ({OURS}/use_cases/storing.py) 30
thread (1);run ({LIBRARY}/eventlet/hubs/hub.py);Storing.store ({OURS}/use_cases/storing.py);execute ({LIBRARY}/sqlalchemy/engine/base.py) 50
thread (1);run ({LIBRARY}/eventlet/hubs/hub.py);Hub.do_poll ({LIBRARY}/eventlet/hubs/epolls.py) 400
thread (2);Thread.run (/usr/lib/python3.11/threading.py);Condition.wait (/usr/lib/python3.11/threading.py) 900
thread (1);_post ({OURS}/domain/session.py) 20
thread (1) 70
py-spy> says something
"""


def found() -> list[Stack]:
    return list(stacks(RAW))


@pytest.mark.parametrize(
    ("text", "owner", "module", "ours"),
    [
        (f"f ({OURS}/infrastructure/db/shortcut.py)", "infrastructure", "db/shortcut", True),
        (f"f ({OURS}/server.py)", "wiring", "server", True),
        ("f (/somewhere/cland/wsgi.py)", "wiring", "wsgi", True),
        (f"f ({LIBRARY}/sqlalchemy/engine/base.py)", "sqlalchemy", "engine/base", False),
        (f"f ({LIBRARY}/bidict.py)", "bidict", "", False),
        ("f (/usr/lib/python3.11/json/encoder.py)", "python", "encoder", False),
        ("f (<string>)", "python", "", False),
        ("no file at all", "python", "", False),
    ],
)
def test_a_function_belongs_to_a_room_or_a_library(
    text: str, owner: str, module: str, ours: bool
) -> None:
    one = frame(text)
    assert (one.owner, one.module, one.ours) == (owner, module, ours)


def test_functions_of_a_comprehension_keep_their_whole_name() -> None:
    assert frame(f"A.b.<locals>.<lambda> ({OURS}/domain/a.py)").function == "A.b.<locals>.<lambda>"


def test_waiting_is_no_work() -> None:
    assert sum(one.count for one in found()) == 100


def test_shares_go_by_the_innermost_function() -> None:
    assert own(found(), room) == {"libraries": 0.5, "use_cases": 0.3, "domain": 0.2}
    assert own(found(), library) == {"sqlalchemy": 0.5, "this program": 0.5}


def test_a_step_ends_where_another_one_begins() -> None:
    assert nearest(found(), {"Storing.store": "storing", "run": "loop"}) == {
        "storing": 0.8, ELSE: 0.2,
    }  # fmt: skip
    assert nearest(found(), {"execute": "statement", "Storing.store": "storing"}) == {
        "statement": 0.5, "storing": 0.3, ELSE: 0.2,
    }  # fmt: skip


def test_shares_are_of_one_and_nothing_is_no_error() -> None:
    assert sum(shares({"a": 1, "b": 2, "c": 4}).values()) == pytest.approx(1)
    assert shares({}) == {}


def test_the_tree_joins_what_begins_alike() -> None:
    root = tree(found(), "all")
    assert root.count == 100
    (hub,) = (one for one in root.calls.values() if one.name.startswith("run "))
    assert hub.count == 80
    (store,) = hub.calls.values()
    assert (store.name, store.count) == ("Storing.store use_cases/storing", 80)
    assert [one.count for one in store.calls.values()] == [50]


def widths(drawn: str) -> dict[str, float]:
    """Name → width, of a picture's frames."""
    parts = ET.fromstring(drawn).iter("{http://www.w3.org/2000/svg}rect")  # noqa: S314 - our own
    return {
        title.rpartition(":")[0]: float(one.attrib["width"])
        for one in parts
        for title in [one.findtext("{http://www.w3.org/2000/svg}title") or ""]
        if title
    }


def test_a_frame_is_as_wide_as_its_share_and_a_narrow_one_is_left_out() -> None:
    rare = Stack([frame(f"rare ({OURS}/domain/a.py)")], 1)
    often = Stack([frame(f"often ({OURS}/domain/a.py)")], 1199)
    seen = widths(svg.flames("t", tree([rare, often], "all"), flame.COLOURS))
    assert seen["all"] == svg.FLAME_WIDTH - 0.5
    assert seen["often domain/a"] == pytest.approx(svg.FLAME_WIDTH - 1.5)
    assert "rare domain/a" not in seen
    drawn = svg.flames("t", tree(found(), "all"), flame.COLOURS)
    assert widths(drawn)["Storing.store use_cases/storing"] == pytest.approx(0.8 * 1200 - 0.5)


def test_names_are_escaped_and_rooms_have_their_colours() -> None:
    stack = Stack([frame(f'A.<lambda> & "b" ({OURS}/domain/a.py)')], 1)
    drawn = svg.flames("<t>", tree([stack], "all"), flame.COLOURS)
    assert 'A.<lambda> & "b" domain/a' in widths(drawn)
    assert "<lambda>" not in drawn
    assert f'class="{flame.COLOURS["domain"]}"><title>A.' in drawn


def test_the_document_shows_the_kept_profile() -> None:
    """After a measurement: python -m bench.flame --write"""
    kept = json.loads(flame.KEPT.read_text(encoding="utf-8"))
    document = DOCUMENT.read_text(encoding="utf-8")
    assert flame.filled(document, kept) == document
    assert f"images/{flame.PICTURE}" in document
    assert (IMAGES / flame.PICTURE).exists()
    for name in flame.TABLES:
        assert f"<!-- flame: {name} -->" in document
