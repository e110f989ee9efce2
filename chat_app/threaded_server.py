"""The same application on real threads: `ASYNC_MODE=threading python wsgi.py`.

Proves that nothing but the server knows eventlet. Werkzeug's development server gives every
request a thread, so this is for tests and debuggers, not for visitors.
"""

import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from chat_app.domain.ports import Blocking
from chat_app.fleet import BAD_CONFIGURATION
from chat_app.infrastructure.blocking import DirectBlocking
from chat_app.listening import ListenError, listen
from chat_app.settings import Settings, SettingsError
from chat_app.wiring.system import System

NOTICE_SECONDS: Final = 0.5


class _QuietHandler(WSGIRequestHandler):
    """Writes no access log; the application has a better one."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Skip."""


AppFactory = Callable[[Settings, Literal["web"], Blocking], Flask]


def main(create: AppFactory, program: Path, env: Mapping[str, str], words: Sequence[str]) -> int:
    """Serve until told to stop; return the exit code. As `server.main`, but one process only."""
    if words:
        raise SystemExit(f"{program.name} takes no arguments with ASYNC_MODE=threading")
    stopping = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, stopping)
    try:
        settings = Settings.from_env(env)
        listener = listen(settings.host, settings.port)
    except (SettingsError, ListenError) as error:
        sys.stderr.write(f"cland-chat: {error}\n")
        return BAD_CONFIGURATION
    app = create(settings, "web", DirectBlocking())
    system: System = app.extensions["cland"]
    server = make_server(
        settings.host,
        settings.port,
        app,
        threaded=True,
        request_handler=_QuietHandler,
        fd=listener.fileno(),
    )
    system.start()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    signal.sigwait(stopping)
    system.drain.begin()
    system.on_drain()
    time.sleep(NOTICE_SECONDS)
    server.shutdown()
    return 0
