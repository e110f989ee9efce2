"""Whether a process can serve."""

import pytest

from chat_app.use_cases.health import Drain, Health
from tests.fakes import FakeProbe


class Parts:
    def __init__(self) -> None:
        self.database, self.redis, self.drain = FakeProbe("database"), FakeProbe("redis"), Drain()
        self.health = Health(self.database, [self.redis], self.drain)

    def answer(self) -> tuple[str, dict[str, str]]:
        readiness = self.health.readiness()
        return readiness.status, readiness.checks


@pytest.fixture
def parts() -> Parts:
    return Parts()


def test_ready_when_everything_answers(parts: Parts) -> None:
    assert parts.answer() == ("ready", {"database": "ok", "redis": "ok"})


def test_degraded_without_redis(parts: Parts) -> None:
    parts.redis.trouble = "does not answer"
    assert parts.answer() == ("degraded", {"database": "ok", "redis": "does not answer"})


def test_unavailable_without_the_database(parts: Parts) -> None:
    parts.database.trouble = "does not answer"
    assert parts.answer() == ("unavailable", {"database": "does not answer", "redis": "ok"})
    parts.database.trouble = None
    assert parts.answer()[0] == "ready"


def test_unavailable_while_draining(parts: Parts) -> None:
    parts.drain.begin()
    assert parts.answer() == (
        "unavailable", {"database": "ok", "redis": "ok", "process": "draining"},
    )  # fmt: skip
