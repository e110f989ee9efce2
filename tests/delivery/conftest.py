"""The application in this process: doors opened by hand, a database of its own for each test."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from chat_app.settings import Settings
from chat_app.use_cases.services import Services
from chat_app.wiring.system import System
from tests.delivery.installation import Installation, MakeInstallation
from tests.delivery.realtime.wire import Socket
from tests.delivery.scene import Scene, SceneTemplate


@pytest.fixture(scope="session")
def shared_installation(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """The application of every test that needs no settings of its own; begins again for each."""
    shared = Installation(tmp_path_factory.mktemp("installation"), sqlite_template)
    yield shared
    shared.close()


@pytest.fixture
def make_installation(tmp_path: Path, sqlite_template: Path) -> Iterator[MakeInstallation]:
    """Build installations whose settings differ: `make_installation(rate_limits=True)`."""
    made: list[Installation] = []

    def make(**changes: Any) -> Installation:
        folder = tmp_path / f"installation{len(made)}"
        made.append(Installation(folder, sqlite_template, **changes))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def installation(shared_installation: Installation, sqlite_template: Path) -> Installation:
    """Everything below in one object; the other fixtures are parts of it."""
    return shared_installation.begin_again(sqlite_template)


@pytest.fixture(scope="session")
def scene_template(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> SceneTemplate:
    """A conversation and everybody around it, made once."""
    return SceneTemplate(tmp_path_factory.mktemp("scene"), sqlite_template)


@pytest.fixture
def scene(scene_template: SceneTemplate, shared_installation: Installation) -> Scene:
    """That conversation in `scene.installation`."""
    return scene_template.play(shared_installation)


@pytest.fixture
def settings(installation: Installation) -> Settings:
    """Threads instead of eventlet, no Redis, SQLite, no rate limits."""
    return installation.settings


@pytest.fixture
def app(installation: Installation) -> Flask:
    """The real application of a web process."""
    return installation.app


@pytest.fixture
def client(installation: Installation) -> FlaskClient:
    """Speaks HTTP to it; keeps cookies."""
    return installation.client


@pytest.fixture
def system(installation: Installation) -> System:
    """`app.extensions["cland"]`."""
    return installation.system


@pytest.fixture
def services(installation: Installation) -> Services:
    """The use cases."""
    return installation.services


@pytest.fixture
def admin_token(installation: Installation) -> str:
    """A sign-in of the first admin."""
    return installation.admin_token()


@pytest.fixture
def make_agent(installation: Installation) -> Callable[..., str]:
    """`make_agent(role="agent", department_ids=(), password=None, name=…)` → token."""
    return installation.make_agent


@pytest.fixture
def open_session(installation: Installation) -> Callable[..., tuple[dict[str, Any], str]]:
    """`open_session(**body)` → (session, visitor_token)."""
    return installation.open_session


@pytest.fixture
def socket(installation: Installation) -> Callable[..., Socket]:
    """`socket("/visitor" or "/agent", token)` → a connected client."""
    return installation.socket
