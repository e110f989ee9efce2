"""What the browser's code says is understood by the server, and the other way round."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import ROOT

DELIVERY = ROOT / "chat_app" / "delivery"
REQUEST = re.compile(r"\.(?:request|emit)(?:<[^(]*>)?\(\s*[\"'`](\w+)[\"'`]")
LISTENER = re.compile(r"\.on\(\s*[\"'`](\w+)[\"'`]")
OF_THE_LIBRARY = {"connect", "connect_error", "disconnect"}
APPLICATIONS = {
    "widget": (DELIVERY / "browser", DELIVERY / "widget"),
    "dashboard": (DELIVERY / "browser", DELIVERY / "dashboard", DELIVERY / "dashboard/settings"),
}
WORD_FOLDERS = sorted(
    {path.parent for path in DELIVERY.rglob("en.json") if "build" not in path.parts}
)
LITERAL = r"\"[^\"]*\"|'[^']*'|`[^`]*`"
PLACE = re.compile(r"\{(\w+)\}")


def scripts(*folders: Path) -> Iterator[tuple[Path, str]]:
    for folder in folders:
        for path in sorted(folder.rglob("*.ts")):
            yield path, path.read_text(encoding="utf-8")


def found(pattern: re.Pattern[str], folders: tuple[Path, ...]) -> set[str]:
    return {name for _, text in scripts(*folders) for name in pattern.findall(text)}


def handled(namespace: str) -> set[str]:
    """The events a namespace answers, read from the tables in its source."""
    shared = (DELIVERY / "realtime" / "namespace.py").read_text(encoding="utf-8")
    own = (DELIVERY / "realtime" / f"{namespace}.py").read_text(encoding="utf-8")
    return set(re.findall(r"\"(\w+)\": \(events\.\w+\(\), self\.on_\1\)", shared + own))


@pytest.mark.parametrize(
    ("application", "namespace"), [("widget", "visitor"), ("dashboard", "agent")]
)
def test_every_request_has_a_handler(application: str, namespace: str) -> None:
    asked = found(REQUEST, APPLICATIONS[application])
    assert asked, "the pattern finds the requests"
    assert asked <= handled(namespace), asked - handled(namespace)


def test_every_listener_hears_something_that_is_sent() -> None:
    heard = found(LISTENER, (*APPLICATIONS["widget"], *APPLICATIONS["dashboard"])) - OF_THE_LIBRARY
    assert heard, "the pattern finds the listeners"
    senders = [DELIVERY / "realtime" / "broadcaster.py", *(ROOT / "chat_app/wiring").glob("*.py")]
    source = "".join(path.read_text(encoding="utf-8") for path in senders)
    sent = set(re.findall(r"\"([a-z]+_[a-z_]+)\"", source))
    namespace = (DELIVERY / "realtime" / "agent.py").read_text(encoding="utf-8")
    sent |= set(re.findall(r"self\.emit\(\"(\w+)\"", namespace))
    assert heard <= sent, heard - sent


def test_every_event_that_browsers_know_is_typed() -> None:
    protocol = (DELIVERY / "browser" / "protocol.ts").read_text(encoding="utf-8")
    events = protocol.split("interface ServerEvents")[1].split("\n}")[0]
    typed = set(re.findall(r"^  (\w+):", events, re.MULTILINE))
    heard = found(LISTENER, (*APPLICATIONS["widget"], *APPLICATIONS["dashboard"]))
    assert heard - OF_THE_LIBRARY <= typed


@pytest.mark.parametrize("folder", WORD_FOLDERS, ids=lambda path: str(path.relative_to(DELIVERY)))
def test_both_languages_have_the_same_words(folder: Path) -> None:
    english, chinese = (
        json.loads((folder / f"{locale}.json").read_text(encoding="utf-8"))
        for locale in ("en", "zh-CN")
    )
    # Chinese has one form for every number.
    assert {key for key in english if not key.endswith(".one")} == set(chinese)
    for key, text in (*english.items(), *chinese.items()):
        assert text.strip() == text != "", key
    for key, text in chinese.items():
        assert set(PLACE.findall(text)) == set(PLACE.findall(english[key])), key


@pytest.mark.parametrize("application", APPLICATIONS)
def test_no_word_is_said_in_two_places(application: str) -> None:
    """Folders are read into one book: the later would silently change what the earlier says."""
    seen: set[str] = set()
    for folder in APPLICATIONS[application]:
        keys = set(json.loads((folder / "words" / "en.json").read_text(encoding="utf-8")))
        assert not seen & keys
        seen |= keys


@pytest.mark.parametrize("application", APPLICATIONS)
def test_every_word_that_is_asked_for_exists(application: str) -> None:
    folders = APPLICATIONS[application]
    known: set[str] = set()
    for folder in folders:
        known |= set(json.loads((folder / "words" / "en.json").read_text(encoding="utf-8")))
    known |= {key.rsplit(".", 1)[0] for key in known if key.endswith((".one", ".other"))}
    missing = [
        f"{path.name}: {key}"
        for path, text in _sources(folders)
        for key in _asked_words(text)
        if not _is_known(key, known)
    ]
    assert missing == []


def _sources(folders: tuple[Path, ...]) -> Iterator[tuple[Path, str]]:
    yield from scripts(*folders)
    for folder in folders:
        for path in sorted((folder / "templates").rglob("*.html")):
            if path.name != "demo.html":  # the demo shop has words of its own, by attribute
                yield path, path.read_text(encoding="utf-8")


def _asked_words(text: str) -> Iterator[str]:
    """The string literals that are the first argument of `t(…)`, also behind a `? :`."""
    for call in re.finditer(r"(?<![\w$])(?:words\.)?t\(", text):
        argument = _first_argument(text, call.end())
        if "~" in argument:  # in a template "view." ~ name ~ ".hint", in a script `view.${name}`
            parts = [part.strip() for part in argument.split("~")]
            yield "".join(part[1:-1] if re.fullmatch(LITERAL, part) else "${}" for part in parts)
            continue
        compared = re.sub(rf"[!=]==?\s*({LITERAL})", "", argument)
        for literal in re.finditer(LITERAL, compared):
            yield literal[0][1:-1]


def _first_argument(text: str, start: int) -> str:
    depth, quote = 0, ""
    for index in range(start, len(text)):
        character = text[index]
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'`":
            quote = character
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            if depth == 0:
                return text[start:index]
            depth -= 1
        elif character == "," and depth == 0:
            return text[start:index]
    return text[start:]


def _is_known(key: str, known: set[str]) -> bool:
    if "${" not in key and "{{" not in key:
        return key in known
    pattern = ".+".join(map(re.escape, re.split(r"\$\{[^}]*\}|\{\{.*?\}\}", key)))
    return any(re.fullmatch(pattern, one) for one in known)
