"""The web server: one listening socket, eventlet's WSGI server on it, and an orderly end.

`python wsgi.py` serves in its own process, or, with `WEB_CONCURRENCY` above 1, becomes the parent of
that many children, each started as `python wsgi.py --listen-fd N --crowds-fd M --place P`: on the
parent's socket, with the parent's memory of who has how many connections.
"""

import argparse
import contextlib
import gc
import logging
import resource
import signal
import socket
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import eventlet
import eventlet.patcher
import eventlet.wsgi
import greenlet
from eventlet.greenthread import GreenThread
from flask import Flask

from chat_app.domain.ports import Blocking
from chat_app.fleet import BAD_CONFIGURATION, Fleet
from chat_app.infrastructure.crowds import Crowd
from chat_app.infrastructure.heads import PlainHeads
from chat_app.infrastructure.realtime.blocking import HubBlocking
from chat_app.infrastructure.realtime.listener import SharedListener
from chat_app.infrastructure.realtime.patience import limit_waiting
from chat_app.infrastructure.realtime.sockets import PLACES, TAKEN_OVER
from chat_app.listening import ListenError, listen
from chat_app.settings import Settings, SettingsError
from chat_app.wiring.system import System

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_log = logging.getLogger(__name__)

# Between "not ready" and the end of accepting: lets the goodbye reach every client's socket.
NOTICE_SECONDS: Final = 0.5
# Then what runs may finish. Heroku kills after 30 s; we promise to be gone within 20.
DRAIN_SECONDS: Final = 15.0
# If even the hub is stuck, the kernel ends the process (SIGALRM's default action).
LAST_RESORT_SECONDS: Final = 19

_MOST_CONNECTIONS: Final = 12_000
# Files that are no client's: the database, Redis, logs, the hub. When `accept` runs out of
# descriptors eventlet's server ends, so the pool must be full before that.
_OTHER_FILES: Final = 256
_STEP_SECONDS: Final = 0.02
# How many objects come to be before garbage is looked for: a batch of messages makes thousands,
# none of them in circles.
_MOST_YOUNG_OBJECTS: Final = 10_000

# `chat_app.create_app`, with the way of running work off the hub.
AppFactory = Callable[[Settings, Literal["web"], Blocking], Flask]


class StopSignal:
    """SIGTERM and SIGINT as something a greenlet can wait for.

    A Python handler alone runs late: the hub's `epoll_wait` is restarted after the signal and
    sleeps on. The byte that the interpreter writes to this socket wakes it at once.
    """

    def __init__(self) -> None:
        self._reader, self._writer = socket.socketpair()
        self._writer.setblocking(False)
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)

    def arrive(self) -> None:
        """Wake the waiter without a signal."""
        self._writer.send(b"\0")

    def wait(self, seconds: float | None = None) -> bool:
        """Block this greenlet until a signal comes (True) or `seconds` have passed (False)."""
        received = b""
        with eventlet.Timeout(seconds, False):
            received = self._reader.recv(1)
        return bool(received)


def main(create: AppFactory, program: Path, env: Mapping[str, str], words: Sequence[str]) -> int:
    """Serve until told to stop; return the exit code. `program` is what children are started as."""
    if not eventlet.patcher.is_monkey_patched("socket"):
        raise RuntimeError("eventlet.monkey_patch() must run before anything else is imported")
    parser = argparse.ArgumentParser(prog=program.name, description="Serve Cland Chat.")
    parser.add_argument("--listen-fd", type=int, help="a listening socket inherited from a parent")
    parser.add_argument("--crowds-fd", type=int, help="memory shared with the neighbours at it")
    parser.add_argument("--place", type=int, help="which of the neighbours this one is, from 0")
    options = parser.parse_args(words)
    try:
        settings = Settings.from_env(env)
        if options.listen_fd is not None:
            listener = socket.socket(fileno=options.listen_fd)
            crowd = Crowd(options.crowds_fd, options.place)
            return serve(create(settings, "web", HubBlocking()), listener, crowd)
        listener = listen(settings.host, settings.port)
        if settings.web_concurrency > 1:
            patience = NOTICE_SECONDS + DRAIN_SECONDS + 2
            fleet = Fleet(program, listener, settings.web_concurrency, patience, env)
            return fleet.run(StopSignal().wait)
        return serve(create(settings, "web", HubBlocking()), listener)
    except (SettingsError, ListenError) as error:
        sys.stderr.write(f"cland-chat: {error}\n")
        return BAD_CONFIGURATION


def serve(app: Flask, listener: socket.socket, crowd: Crowd | None = None) -> int:
    """Serve `app` on `listener` until SIGTERM or SIGINT, drain, and return the exit code.

    `crowd` is given where other processes serve the same listener.
    """
    stop = StopSignal()
    limit_waiting()
    system: System = app.extensions["cland"]
    system.start()
    pool = eventlet.GreenPool(_pool_size())
    places = Places(pool)
    server = eventlet.spawn(
        eventlet.wsgi.server,
        SharedListener(listener, crowd, places.taken) if crowd else listener,
        on_own_terms(app, places),
        log=ServerLog(),
        log_format="",
        custom_pool=pool,
        protocol=QuickProtocol
        if system.settings.http_parser == "own"
        else eventlet.wsgi.HttpProtocol,
        # True would send tracebacks to clients.
        debug=False,
        # Idle keep-alive connections outlive those of a router in front (Heroku: 90 s); a client
        # that stalls in the middle of a request is cut off.
        keepalive=100,
        socket_timeout=60,
    )
    server.link(lambda _: stop.arrive())
    # What the application is made of never becomes garbage: spare full collections the walk.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_MOST_YOUNG_OBJECTS, 20, 20)
    _log.info("listening on http://%s:%d", *listener.getsockname()[:2])
    stop.wait()
    if server.dead:
        server.wait()
        return 1
    drain(system, server, places)
    return 0


def drain(system: System, server: GreenThread, places: "Places") -> None:
    """Say goodbye, stop accepting, and let what runs finish for at most `DRAIN_SECONDS`."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(LAST_RESORT_SECONDS)
    system.drain.begin()
    system.on_drain()
    eventlet.sleep(NOTICE_SECONDS)
    finished = False
    with eventlet.Timeout(DRAIN_SECONDS, False):
        server.kill()
        with contextlib.suppress(greenlet.GreenletExit):
            server.wait()
        places.wait_until_free()
        finished = True
    if not finished:
        _log.warning("leaving with unfinished requests after %.0f s", DRAIN_SECONDS)


class QuickProtocol(PlainHeads, eventlet.wsgi.HttpProtocol):
    """A client's connection whose requests have their plain heads read by us."""


class ServerLog:
    """What eventlet's server says, less its access log (the application has a better one).

    It reports a failure below the application, such as in a streamed body, as information.
    """

    def debug(self, text: str, *_: object) -> None:
        """Skip: connections opened and closed."""

    def info(self, text: str, *_: object) -> None:
        """Pass on what is a failure."""
        if "Traceback" in text:
            _log.error("request failed below the application\n%s", text.rstrip())

    def error(self, text: str, *_: object) -> None:
        """Pass on."""
        _log.error(text)


class Places:
    """Counts connections that outlive their request and its greenlet, among all of the pool."""

    def __init__(self, pool: eventlet.GreenPool) -> None:
        self._free = pool.sem
        self._size: int = pool.size
        self._taken = 0

    def taken(self) -> int:
        """How many connections there are, of requests and of what outlived them."""
        free: int = self._free.counter
        return self._size - free

    def take(self) -> bool:
        """Count one more; False when there are too many."""
        taken: bool = self._free.acquire(blocking=False)
        self._taken += taken
        return taken

    def give(self) -> None:
        """Count one less."""
        self._taken -= 1
        self._free.release()

    def wait_until_free(self) -> None:
        """Wait until every such connection has ended and been forgotten."""
        while self._taken:
            eventlet.sleep(_STEP_SECONDS)


def on_own_terms(app: "WSGIApplication", places: Places) -> "WSGIApplication":
    """Wrap `app` so that its WebSockets may leave the server, and none negotiates compression.

    Eventlet accepts permessage-deflate whenever a browser offers it: 100 KB and a compression a
    frame per socket.
    """

    def wsgi(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        environ[TAKEN_OVER] = _leave_connection
        environ[PLACES] = places
        return app(environ, start_response)

    return wsgi


def _leave_connection() -> None:
    """Tell eventlet's server that a WebSocket had the connection: there is nothing to answer."""
    eventlet.wsgi.WSGI_LOCAL.already_handled = True


def _pool_size() -> int:
    """Raise the limit of open files as far as allowed and return how many clients fit under it."""
    wanted = _MOST_CONNECTIONS + _OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        return max(1, soft - _OTHER_FILES)
    return _MOST_CONNECTIONS
