"""`python -m chat_app.supervisor`: start everything, say where it is, stop everything."""

import contextlib
import fcntl
import http.client
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from chat_app.infrastructure.embedded import valkey
from chat_app.listening import ListenError, listen
from chat_app.settings import Settings, SettingsError
from chat_app.supervisor.banner import FirstBoot, banner
from chat_app.supervisor.children import Child, ChildEndedError, Children, StopRequested
from chat_app.supervisor.environment import with_dotenv

ROOT: Final = Path(__file__).resolve().parents[2]
READY_SECONDS: Final = 60.0
# Web and worker may finish what they do; then Valkey, which they still need for that. Together
# below the 20 s that are promised.
STOP_SECONDS: Final = 17.0
STOP_VALKEY_SECONDS: Final = 2.0


class StartError(RuntimeError):
    """Something keeps Cland Chat from starting; the text is one line."""


def main() -> int:
    """Run until told to stop (0), until a process dies (1) or refuse to start (2)."""
    begin = time.monotonic()
    env = with_dotenv(os.environ, ROOT / ".env")
    try:
        settings = Settings.from_env(env)
        listen(settings.host, settings.port).close()
        with only_one(settings.data_dir):
            return Supervisor(settings, env, begin).run()
    except (SettingsError, ListenError, StartError, OSError, valkey.ValkeyError) as error:
        sys.stderr.write(f"cland-chat: {error}\n")
        return 2


@contextlib.contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """Hold the data folder, or raise StartError if another `make run` holds it.

    Two would run two beats and two web processes on one SQLite file.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "supervisor.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartError(
                f"Cland Chat already runs on {data_dir}; stop it, or choose another DATA_DIR"
            ) from None
        yield


class Supervisor:
    """The processes of one installation on one machine."""

    def __init__(self, settings: Settings, env: dict[str, str], begin: float) -> None:
        self._settings = settings
        self._begin = begin
        self._plan = valkey.plan_valkey(settings.data_dir) if settings.redis_url is None else None
        if self._plan:
            env = {**env, "REDIS_ADDR": self._plan.url}
        self._children = Children(env, ROOT)
        self._valkey: Child | None = None
        self._ours: list[Child] = []
        self._untold: FirstBoot | None = None

    def run(self) -> int:
        """Start, watch, and stop everything whatever happens."""
        try:
            self._start()
            while True:
                self._children.watch(60)
        except StopRequested:
            self._children.say("stopping · 正在停止")
            return 0
        except (ChildEndedError, StartError, valkey.ValkeyError) as error:
            self._children.say(f"{error}; stopping the rest")
            return 1
        finally:
            self._stop()

    def _start(self) -> None:
        if self._plan:
            process = valkey.start_process(self._plan)
            self._valkey = self._children.adopt("valkey", process)
            valkey.wait_until_answering(self._plan, process)
        self._untold = first = self._first_boot()
        web = self._launch("web", "wsgi.py")
        # Quiet: no banners, and no line for every sweep. In a container everybody is root, and the warning fills the screen.
        celery = ("-W", "ignore:You're running the worker", "-m", "celery", "-q", "-A")
        # Threads: a worker that forks would hold the application once more a child.
        quick = ("--without-gossip", "--without-mingle", "--without-heartbeat")
        threads = ("-P", "threads", "-c", "4", "-l", "WARNING")
        self._launch("worker", *celery, "celery_worker", "worker", *threads, *quick)
        schedule = str(self._settings.data_dir / "beat-schedule")
        self._launch("beat", *celery, "celery_worker", "beat", "-l", "WARNING", "-s", schedule)
        self._wait_until_ready(web)
        seconds = time.monotonic() - self._begin
        sys.stdout.write(banner(self._settings, first, seconds))
        sys.stdout.flush()
        self._untold = None

    def _launch(self, name: str, *words: str) -> Child:
        child = self._children.start(name, [sys.executable, *words])
        self._ours.append(child)
        return child

    def _command(self, title: str, *words: str) -> list[str]:
        """Run a flask command to its end and return its lines; raise StartError if it fails."""
        argv = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
        child = self._children.start(title, argv, quiet=True)
        self._ours.append(child)
        code = self._children.wait_for_end(child)
        if code != 0:
            for line in child.lines[-15:]:
                self._children.say(line, title)
            raise StartError(f"{title} failed with exit code {code}")
        return child.lines

    def _first_boot(self) -> FirstBoot:
        """Migrate, and make what an empty database lacks."""
        lines = self._command("migrations", "chat", "first-boot")
        answer = next(line for line in reversed(lines) if line.startswith("{"))
        return FirstBoot(**json.loads(answer))

    def _wait_until_ready(self, web: Child) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not self._ready():
            if time.monotonic() > deadline:
                raise StartError(f"{web.name} is not ready after {READY_SECONDS:.0f} s")
            self._children.watch(0.05)

    def _ready(self) -> bool:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._settings.host, self._settings.host)  # noqa: S104 - compared, not bound
        connection = http.client.HTTPConnection(host, self._settings.port, timeout=1)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _stop(self) -> None:
        if self._untold and self._untold.created:
            # Made just now and printed nowhere else: a failed start must not lose it.
            self._children.say(f"admin · 管理员: {self._untold.credentials}")
        self._children.stop(self._ours, STOP_SECONDS)
        if self._valkey and self._plan:
            self._children.stop([self._valkey], STOP_VALKEY_SECONDS)
            valkey.forget(self._plan)


if __name__ == "__main__":
    sys.exit(main())
