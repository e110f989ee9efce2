"""The door for time: every task is known by its name and does its one thing in the application."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from flask import Flask

import workers
from chat_app import create_app
from chat_app.domain.agent import AgentLease
from chat_app.infrastructure.clock import SystemClock
from chat_app.infrastructure.sweeps import STAND_IN_TASK
from chat_app.infrastructure.wakeup import DRAIN_TASK
from chat_app.use_cases.services import Services
from tests.delivery.installation import Installation, bearer, settings_for
from workers.schedule import BEAT

NAMES = {
    "workers.outbox.drain", "workers.outbox.clear_done", "workers.assignment.assign_waiting",
    "workers.assignment.wake_snoozed", "workers.assignment.end_long_waits",
    "workers.presence.sweep", "workers.archiving.close_idle", "workers.indexing.learn",
}  # fmt: skip


class Worker:
    """A worker's application beside a web process, on one database."""

    def __init__(self, installation: Installation, folder: Path) -> None:
        self.web = installation
        url = f"sqlite:///{installation.database}"
        self.app: Flask = create_app(settings_for(folder, database_url=url), role="worker")
        self.celery: Celery = self.app.extensions["celery"]
        self.services: Services = self.app.extensions["cland"].services
        self.celery.finalize()

    def run(self, name: str) -> Any:
        """Call a task as the worker would, but here and now."""
        return self.celery.tasks[name].apply(throw=True).get()

    def messages(self, session_id: str) -> list[str]:
        with self.web.uow.reading() as uow:
            return [one.body for one in uow.messages.after(session_id, "agent", 0, 100)]


@pytest.fixture
def worker(tmp_path: Path, sqlite_template: Path) -> Iterator[Worker]:
    installation = Installation(tmp_path / "web", sqlite_template)
    working = Worker(installation, tmp_path / "worker")
    yield working
    working.services.health._database._engine.dispose()  # type: ignore[attr-defined]  # the adapter's own
    installation.close()


def test_every_task_is_registered_under_its_name(worker: Worker) -> None:
    ours = {name for name in worker.celery.tasks if name.startswith("workers.")}
    assert ours == NAMES | {STAND_IN_TASK}
    for name in ours:
        module, _, function = name.rpartition(".")
        room = getattr(workers, module.removeprefix("workers."))
        assert getattr(room, function).name == name


def test_beat_starts_only_what_exists_and_lets_nothing_pile_up() -> None:
    assert {entry["task"] for entry in BEAT.values()} == NAMES
    for name, entry in BEAT.items():
        assert entry["options"]["expires"] <= entry["schedule"], name
        assert entry["schedule"] > 0
    assert BEAT["drain-outbox"]["schedule"] <= 5, "a lost wake-up is made good within 5 s"
    assert BEAT["learn-words"]["schedule"] <= 5, "search reads few texts that it does not know"
    assert BEAT["assign-waiting"]["schedule"] <= 10, "nobody waits longer beside a free agent"


def test_the_wake_up_names_the_task_that_drains() -> None:
    assert DRAIN_TASK in NAMES


def test_celery_takes_json_only_and_keeps_what_it_has_not_done(worker: Worker) -> None:
    conf = worker.celery.conf
    assert conf.accept_content == ["json"]
    assert conf.task_serializer == "json"
    assert conf.task_acks_late is True
    assert conf.task_reject_on_worker_lost is True
    assert conf.worker_prefetch_multiplier == 1
    assert conf.task_ignore_result is True


def test_draining_gives_the_waiting_to_whoever_is_there(worker: Worker) -> None:
    session, _ = worker.web.open_session()
    agent = worker.web.make_agent(name="Bo")
    worker.web.socket("/agent", agent)
    assert worker.run("workers.outbox.drain") >= 1
    assert worker.web.read(agent, session["id"])["agent"]["name"] == "Bo"
    assert worker.run("workers.outbox.drain") == 0, "nothing is done twice"


def test_the_sweep_assigns_also_when_the_outbox_says_nothing(worker: Worker) -> None:
    session, _ = worker.web.open_session()
    assert worker.run("workers.assignment.assign_waiting") == 0
    agent = worker.web.make_agent(name="Bo")
    worker.web.socket("/agent", agent)
    assert worker.run("workers.assignment.assign_waiting") == 1
    assert worker.web.read(agent, session["id"])["assigned_because"] == {
        "strategy": "least_busy", "candidates": 1,
    }  # fmt: skip


def test_idle_sessions_are_closed_with_a_word(worker: Worker) -> None:
    old, token = worker.web.open_session(locale="zh-CN")
    fresh, _ = worker.web.open_session()
    with worker.web.uow() as uow:
        session = uow.sessions.get(old["id"])
        session.touch(SystemClock().now() - timedelta(days=2))
        uow.commit()
    assert worker.run("workers.archiving.close_idle") == 1
    assert worker.web.read(token, old["id"])["close_reason"] == "idle"
    assert "自动结束" in worker.messages(old["id"])[-1]
    with worker.web.uow.reading() as uow:
        assert uow.sessions.get(fresh["id"]).status == "queued"


def test_what_was_said_is_learned_by_search(worker: Worker) -> None:
    session, token = worker.web.open_session()
    worker.web.send(token, session["id"], "Ｃａｆé or 茶?")
    assert worker.run("workers.indexing.learn") >= 1
    assert worker.run("workers.indexing.learn") == 0
    agent = bearer(worker.web.make_agent())
    for q in ("cafe", "茶"):
        found = worker.web.client.get("/api/chat/sessions", query_string={"q": q}, headers=agent)
        assert [one["id"] for one in found.get_json()["items"]] == [session["id"]], q


def test_sockets_that_nobody_vouches_for_are_forgotten(worker: Worker) -> None:
    worker.web.socket("/agent", worker.web.make_agent())
    assert worker.run("workers.presence.sweep") == 0
    with worker.web.uow() as uow:
        for lease in uow.leases._session.query(AgentLease):
            lease.lease_until = SystemClock().now() - timedelta(seconds=1)
        uow.commit()
    assert worker.run("workers.presence.sweep") == 0
    assert worker.web.dump()["agent_lease"] == []


def test_a_message_that_nobody_saw_is_mailed_to_the_department(worker: Worker) -> None:
    session, token = worker.web.open_session(name="Ada")
    worker.web.send(token, session["id"], "Is anybody there?")
    worker.run("workers.outbox.drain")
    folder = worker.app.extensions["cland"].settings.data_dir / "outbox"
    letters = [path.read_text(encoding="utf-8") for path in folder.iterdir()]
    assert len(letters) == 1
    assert "Is anybody there?" in letters[0]
    worker.run("workers.outbox.drain")
    assert len(list(folder.iterdir())) == 1
