"""The rules of the house that no linter knows."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chat_app.delivery.realtime.agent import AgentNamespace
from chat_app.delivery.realtime.broadcaster import Broadcaster
from chat_app.delivery.realtime.visitor import VisitorNamespace
from chat_app.domain import events
from tests.processes import ROOT

PROGRAM = sorted(
    [*(ROOT / "chat_app").rglob("*.py"), *(ROOT / "workers").rglob("*.py"),
     ROOT / "wsgi.py", ROOT / "celery_worker.py"]
)  # fmt: skip
TESTS = sorted((ROOT / "tests").rglob("*.py"))
REFUSED_FILES = {"utils", "util", "helpers", "helper", "common", "base", "misc", "dto", "models"}
REFUSED_CLASSES = re.compile(r"(Manager|Impl|Util|Utils|Helper|Mixin|DTO)$|^(Base|Abstract)[A-Z]")
LEFT_OVER = re.compile(r"# ?(TODO|FIXME|XXX|HACK)\b")
# Programs that hand the environment to Settings, or to their children.
READERS = {"chat_app/settings.py", "chat_app/supervisor/__main__.py", "wsgi.py"}
MOST_LINES_OF_A_FUNCTION = 40
# Each is one list of names, a line a name: cutting it in two would only hide a half.
LISTS = {"from_env", "create_services"}
MOST_LINES_OF_A_TEST_FILE = 400


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def own_lines(function: ast.FunctionDef | ast.AsyncFunctionDef, lines: list[str]) -> int:
    """The lines of a function without blank ones, its docstring and the functions in it."""
    inner = [one for child in function.body for one in functions(child)]
    covered = {line for one in inner for line in range(one.lineno, (one.end_lineno or 0) + 1)}
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        covered |= set(range(first.lineno, (first.end_lineno or 0) + 1))
    own = set(range(function.lineno, (function.end_lineno or 0) + 1)) - covered
    return sum(1 for line in own if lines[line - 1].strip())


@pytest.mark.parametrize("path", PROGRAM, ids=name_of)
def test_every_file_of_the_program(path: Path) -> None:
    text, tree = path.read_text(encoding="utf-8"), tree_of(path)
    assert path.stem not in REFUSED_FILES
    assert ast.get_docstring(tree), "a module says what lives in it"
    for function in functions(tree):
        if function.name not in LISTS:
            length = own_lines(function, text.splitlines())
            assert length <= MOST_LINES_OF_A_FUNCTION, function.name
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            assert not REFUSED_CLASSES.search(node.name), node.name
    if name_of(path) not in READERS:
        assert not re.search(r"os\.(environ|getenv)", text), "Settings reads the environment"
    assert not LEFT_OVER.search(text)
    assert not re.search(r"/work/|/root/|/tmp/\w", text), "no path of a machine"


@pytest.mark.parametrize("path", TESTS, ids=name_of)
def test_every_file_of_the_tests(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert path.stem not in REFUSED_FILES
    assert len(text.splitlines()) <= MOST_LINES_OF_A_TEST_FILE
    assert not LEFT_OVER.search(text)


def test_one_verb_from_wire_to_handler() -> None:
    """`send_message` is answered by `on_send_message` and by nothing else."""
    nothing: Any = None
    for kind in (AgentNamespace, VisitorNamespace):
        namespace = kind(nothing, nothing, nothing, nothing)
        for name, (_, handler) in namespace._handlers.items():
            assert handler.__name__ == f"on_{name}"
            assert handler.__doc__


def test_every_fact_is_pushed() -> None:
    pushes = Broadcaster(None, None, None, None)._pushes  # type: ignore[arg-type]  # only its table is looked at
    facts = {
        one for one in vars(events).values()
        if isinstance(one, type) and one in getattr(events.Event, "__args__", ())
    }  # fmt: skip
    assert set(pushes) <= facts
    for fact in facts:
        assert fact.__dataclass_params__.frozen, fact  # type: ignore[attr-defined]  # of a dataclass


def test_domain_entities_are_compared_by_identity() -> None:
    """Two copies of a row are not the same thing, and a changed one is still itself."""
    mapped = (ROOT / "chat_app/infrastructure/db/mapping.py").read_text(encoding="utf-8")
    names = set(re.findall(r"\b([A-Z]\w+), tables\.", mapped)) or set(
        re.findall(r"map_imperatively\((\w+)", mapped)
    )
    assert names, "the pattern finds the mapped classes"
    for path in sorted((ROOT / "chat_app/domain").glob("*.py")):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ClassDef) and node.name in names:
                decorators = [ast.unparse(one) for one in node.decorator_list]
                assert decorators == ["dataclass(eq=False)"], node.name


def test_no_file_of_ours_knows_a_download_host() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "package-lock.json", ".npmrc"):
        path = ROOT / name
        if path.exists():
            text = path.read_text(encoding="utf-8")
            assert not re.search(
                r"https?://(?!(www\.)?opencollective|github\.com|tidelift)", text
            ), name
