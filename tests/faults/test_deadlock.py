"""F14: PostgreSQL sacrifices our transaction to another one; the same work is done again."""

import threading
from dataclasses import replace
from pathlib import Path

import psycopg2

from chat_app import create_app
from chat_app.domain.actor import Actor
from chat_app.settings import Settings
from chat_app.use_cases.arriving import OpenRequest
from tests.processes import environment, until

WAITING = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE wait_event_type = 'Lock' AND application_name = 'cland'"
)


def test_a_deadlock_is_survived_and_done_once(postgres_url: str, tmp_path: Path) -> None:
    settings = Settings.from_env(environment(DB_DSN=postgres_url, DATA_DIR=str(tmp_path)))
    services = (
        create_app(replace(settings, async_mode="threading"), "cli").extensions["cland"].services
    )
    admin = services.authentication.login(settings.admin_email, settings.admin_password, "::1")
    agent = Actor(kind="agent", id=admin.agent.id, name=admin.agent.name, role="admin")
    session = services.opening.open(None, OpenRequest(), "::1").view.session

    # Ours locks the session and then the agent; the stranger does it the other way round, and
    # lets PostgreSQL find the deadlock in our transaction.
    stranger = psycopg2.connect(postgres_url)
    outcome: list[str] = []
    ours = threading.Thread(
        target=lambda: outcome.append(
            services.sessions.accept(agent, session.id, session.assign_epoch).session.status
        )
    )
    with stranger.cursor() as cursor:
        cursor.execute("SET deadlock_timeout = '20s'")
        cursor.execute("SELECT 1 FROM agent WHERE id = %s FOR UPDATE", (agent.id,))
        ours.start()
        _wait_until_ours_waits(postgres_url)
        cursor.execute("SELECT 1 FROM chat_session WHERE id = %s FOR UPDATE", (session.id,))
    stranger.commit()
    stranger.close()
    ours.join(20)
    assert outcome == ["active"]
    page = services.messages.page(agent, session.id)
    assert [one.kind for one in page.messages] == ["system"], "assigned once, said once"


def _wait_until_ours_waits(url: str) -> None:
    watcher = psycopg2.connect(url)
    watcher.autocommit = True
    try:
        with watcher.cursor() as cursor:
            for _ in until(10):
                cursor.execute(WAITING)
                if cursor.fetchone() == (1,):
                    return
    finally:
        watcher.close()
    raise AssertionError("our transaction never waited for the stranger's lock")
