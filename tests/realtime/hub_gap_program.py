"""Measures how long eventlet's hub stands still while the application works.

Run by test_hub.py with WORK and COUNT and the environment of a web process, after eventlet has
patched the standard library. Prints "ready", waits for a line, does WORK in COUNT greenlets, and
prints {"gap": s, "took": s, "failed": n}.
"""

import json
import sys
import time

import eventlet
import eventlet.patcher
import eventlet.tpool
from flask import Flask
from sqlalchemy import text

from chat_app import create_app
from chat_app.domain.errors import ChatError
from chat_app.infrastructure.realtime.blocking import HubBlocking
from chat_app.settings import Settings
from chat_app.use_cases.arriving import OpenRequest
from tests.processes import ADMIN_EMAIL

TICK_SECONDS = 0.002


def pg_sleep(app: Flask) -> None:
    """Wait for the database."""
    with app.app_context(), app.extensions["sqlalchemy"].engine.connect() as connection:
        connection.execute(text("SELECT pg_sleep(0.3)"))


def write(app: Flask) -> None:
    """Store something."""
    app.extensions["cland"].services.opening.open(None, OpenRequest(), "127.0.0.1")


def login(app: Flask) -> None:
    """Hash a password, which is made to take long."""
    app.extensions["cland"].services.authentication.login(ADMIN_EMAIL, "a wrong one", "127.0.0.1")


WORKS = {"pg_sleep": pg_sleep, "write": write, "login": login}


class Gap:
    """The longest time between two turns of a greenlet that is always due."""

    def __init__(self) -> None:
        self.longest = 0.0

    def watch(self) -> None:
        before = time.monotonic()
        while True:
            eventlet.sleep(TICK_SECONDS)
            now = time.monotonic()
            self.longest = max(self.longest, now - before - TICK_SECONDS)
            before = now


def main(work: str, count: int) -> None:
    """Warm up, so that connections and threads are there, then measure."""
    assert eventlet.patcher.is_monkey_patched("socket")
    app = create_app(Settings.from_env(), "web", HubBlocking())
    failures: list[Exception] = []

    def once() -> None:
        try:
            WORKS[work](app)
        except ChatError as error:
            failures.append(error)

    def all_at_once() -> None:
        for thread in [eventlet.spawn(once) for _ in range(count)]:
            thread.wait()

    all_at_once()
    failures.clear()
    sys.stdout.write("ready\n")
    eventlet.tpool.execute(sys.stdin.readline)
    gap, begin = Gap(), time.monotonic()
    eventlet.spawn(gap.watch)
    eventlet.sleep(0)
    all_at_once()
    result = {"gap": gap.longest, "took": time.monotonic() - begin, "failed": len(failures)}
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
