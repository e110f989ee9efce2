"""How pushes leave this kind of process."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

from celery import Celery
from flask import Flask
from flask_socketio import SocketIO

from chat_app.delivery.realtime.acks import UNKNOWN, UNREADABLE
from chat_app.delivery.realtime.broadcaster import Broadcaster, Emitter, Runner
from chat_app.delivery.realtime.plain import PlainRooms
from chat_app.delivery.realtime.refresh import Refresh
from chat_app.delivery.realtime.rooms import AGENTS, VISITORS
from chat_app.delivery.realtime.sifting import Sifting, nobody_else
from chat_app.domain.events import QueueMoved, SessionView
from chat_app.domain.ports import RecentMessages, Wakeup
from chat_app.infrastructure.realtime.asides import Asides
from chat_app.infrastructure.realtime.background import Background
from chat_app.infrastructure.realtime.bus import Bus, LocalRooms, Nowhere, Publisher
from chat_app.infrastructure.realtime.outgoing import AtOnce, Outgoing
from chat_app.infrastructure.realtime.server import create_socketio
from chat_app.infrastructure.recent import NoRecentMessages
from chat_app.infrastructure.redis.connection import Guarded
from chat_app.infrastructure.redis.pipe import Pipe
from chat_app.infrastructure.redis.recent import RedisRecentMessages
from chat_app.infrastructure.wakeup import CeleryWakeup, NoWakeup
from chat_app.settings import Settings
from chat_app.use_cases.services import Services

Later = Callable[[float, Callable[[], None]], Any]


class Pushing:
    """The `Realtime`, `Followers` and `Wakeup` of this process.

    It reads sessions once the use cases are there.
    """

    def __init__(
        self,
        emitter: Emitter,
        runner: Runner,
        later: Later,
        wakeup: Wakeup,
        recent: RecentMessages,
        followers: Sifting,
        socketio: SocketIO | None = None,
        plain: PlainRooms | None = None,
    ) -> None:
        self._services: Services | None = None
        self.socketio = socketio
        self.plain = plain or PlainRooms()
        inbox = Refresh(self._load, self._tell_inboxes, later)
        queues = Refresh(self._places, self._tell_waiting, later)
        self.realtime = Broadcaster(emitter, runner, inbox, queues)
        self.followers = followers
        self.wakeup = wakeup
        self.recent = recent

    def attach(self, services: Services) -> None:
        """Connect what reads the sessions that are pushed."""
        self._services = services

    def _tell_inboxes(self, view: SessionView) -> None:
        self.realtime.tell_inboxes(view)

    def _tell_waiting(self, place: QueueMoved) -> None:
        self.realtime.tell_waiting(place)

    def _places(self, department_ids: Sequence[str | None]) -> Sequence[QueueMoved]:
        queueing = self._services.queueing if self._services else None
        return [place for one in department_ids if queueing for place in queueing.places(one)]

    def _load(self, session_ids: Sequence[str]) -> Sequence[SessionView]:
        return self._services.sessions.views(session_ids) if self._services else []


def create_pushing(
    app: Flask,
    settings: Settings,
    role: Literal["web", "worker", "cli"],
    celery: Celery,
    redis: Guarded | None,
) -> Pushing:
    """Web processes defer pushes behind the answer; the others publish to the bus at once."""
    if role == "web":
        return _of_web(app, settings, celery, redis)
    at_once = AtOnce()
    if settings.redis_url is None or redis is None:
        followers = Sifting(at_once, nobody_else)
        return Pushing(Nowhere(), at_once, _at_once_too, NoWakeup(), NoRecentMessages(), followers)
    bus = Publisher(settings.redis_url, at_once.run)
    put = Pipe(redis.client, at_once.run).put
    recent = RedisRecentMessages(redis, settings.secret_key, put, _at_once_too)
    wakeup, followers = (
        CeleryWakeup(celery, at_once.run),
        Sifting(at_once, Asides(redis, bus.host).tell),
    )
    return Pushing(bus, at_once, _at_once_too, wakeup, recent, followers)


def _of_web(app: Flask, settings: Settings, celery: Celery, redis: Guarded | None) -> Pushing:
    plain = PlainRooms()
    # Three queues, so that neither a hung bus nor a hung broker holds up the sockets of this
    # process. Their greenlets begin with the first job.
    pushes, publishes, wakeups = Outgoing(), Outgoing(), Outgoing()
    manager: Any = LocalRooms(plain)
    wakeup: Wakeup = NoWakeup()
    followers = Sifting(AtOnce(), nobody_else)
    if settings.redis_url is not None and redis is not None:
        manager = Bus(settings.redis_url, plain, publishes.run)
        plain.watch(manager.follow, manager.leave)
        followers = Sifting(AtOnce(), Asides(redis, manager.host).tell)
        manager.aside = followers.heard
        wakeup = CeleryWakeup(celery, wakeups.run)
    socketio = create_socketio(
        app,
        manager,
        async_mode=settings.async_mode,
        frame_bytes=settings.limits.frame_bytes,
        several=settings.web_concurrency > 1,
        own_websocket=settings.websocket == "own",
        namespaces=(AGENTS, VISITORS),
        unreadable=UNREADABLE,
        unknown=UNKNOWN,
    )
    server = socketio.server
    for queue in (pushes, publishes, wakeups):
        queue.use(server.start_background_task, server.eio.create_event)
    later = Background(server.start_background_task, server.sleep).later
    recent: RecentMessages = NoRecentMessages()
    if redis is not None:
        put = Pipe(redis.client, publishes.run).put
        recent = RedisRecentMessages(redis, settings.secret_key, put, later)
    return Pushing(manager, pushes, later, wakeup, recent, followers, socketio, plain)


def _at_once_too(_: float, job: Callable[[], None]) -> None:
    job()
