"""How pushes leave this kind of process, and what a web process does beside serving."""

import random
from collections.abc import Callable
from typing import Any, Literal

from celery import Celery
from flask import Flask
from flask_socketio import SocketIO

from chat_app.delivery.origins import Origins
from chat_app.delivery.realtime.agent import AgentNamespace
from chat_app.delivery.realtime.broadcaster import Broadcaster, Emitter
from chat_app.delivery.realtime.inbox import InboxRefresh
from chat_app.delivery.realtime.rooms import AGENTS, VISITORS
from chat_app.delivery.realtime.visitor import VisitorNamespace
from chat_app.domain.events import SessionView
from chat_app.domain.ports import Wakeup
from chat_app.infrastructure.realtime.background import Background
from chat_app.infrastructure.realtime.bus import Bus, Nowhere
from chat_app.infrastructure.realtime.doorkeeper import Doorkeeper
from chat_app.infrastructure.realtime.outgoing import AtOnce, Outgoing
from chat_app.infrastructure.realtime.server import create_socketio
from chat_app.infrastructure.wakeup import CeleryWakeup, NoWakeup
from chat_app.settings import Settings
from chat_app.use_cases.services import Services
from chat_app.wiring.adapters import Adapters

HEARTBEAT_SECONDS = 20
RECHECK_SECONDS = 4
DOORKEEPER_SECONDS = 1
MOST_RECONNECT_SECONDS = 10.0


class Pushing:
    """The `Realtime` and `Wakeup` of this process; complete once the use cases are attached."""

    def __init__(
        self,
        emitter: Emitter,
        runner: Any,
        later: Callable[[float, Callable[[], None]], Any],
        wakeup: Wakeup,
        socketio: SocketIO | None,
    ) -> None:
        self._services: Services | None = None
        self._socketio = socketio
        self._namespaces: tuple[AgentNamespace, VisitorNamespace] | None = None
        inbox = InboxRefresh(self._load, self._tell_inboxes, later)
        self.realtime = Broadcaster(emitter, runner, inbox)
        self.wakeup = wakeup

    def attach(
        self, services: Services, adapters: Adapters, settings: Settings
    ) -> Callable[[], None]:
        """Connect the use cases; return what begins the background work of a web process."""
        self._services = services
        if self._socketio is None:
            return _nothing
        loopback = None if settings.production else settings.port
        origins = Origins(settings.public_origin, settings.allowed_origins, loopback)
        agents = AgentNamespace(services, adapters.ids, origins)
        visitors = VisitorNamespace(services, adapters.ids, origins)
        server = self._socketio.server
        server.register_namespace(agents)
        server.register_namespace(visitors)
        self._namespaces = (agents, visitors)
        most = settings.limits.unconnected_sockets_per_address if settings.rate_limits else None
        doorkeeper = Doorkeeper(server, (AGENTS, VISITORS), most)
        return lambda: self._start(server, doorkeeper, agents, visitors, services)

    def say_goodbye(self) -> None:
        """Tell every client of this process to come back elsewhere, each at another moment."""
        if self._socketio is None or self._namespaces is None:
            return
        manager = self._socketio.server.manager
        for namespace in self._namespaces:
            for sid in list(namespace.actors):
                wait = round(random.uniform(0, MOST_RECONNECT_SECONDS), 2)  # noqa: S311 - jitter
                manager.emit(
                    "server_draining",
                    {"reconnect_in": wait},
                    namespace=namespace.namespace,
                    room=sid,
                    ignore_queue=True,
                )

    def _tell_inboxes(self, view: SessionView) -> None:
        self.realtime.tell_inboxes(view)

    def _load(self, session_id: str) -> SessionView | None:
        return self._services.sessions.view(session_id) if self._services else None

    @staticmethod
    def _start(
        server: Any,
        doorkeeper: Doorkeeper,
        agents: AgentNamespace,
        visitors: VisitorNamespace,
        services: Services,
    ) -> None:
        def heartbeat() -> None:
            services.presence.agents_alive({sid: one.id for sid, one in agents.actors.items()})
            services.presence.visitors_alive({sid: one.id for sid, one in visitors.actors.items()})

        def recheck() -> None:
            tokens = {one.token_id for one in agents.actors.values() if one.token_id}
            if tokens:
                valid = services.authentication.still_valid(tokens)
                for sid in agents.recheck(valid):
                    server.disconnect(sid, namespace=AGENTS)

        background = Background(server.start_background_task, server.sleep)
        background.every(HEARTBEAT_SECONDS, heartbeat)
        background.every(RECHECK_SECONDS, recheck)
        background.every(DOORKEEPER_SECONDS, doorkeeper.sweep)


def create_pushing(
    app: Flask, settings: Settings, role: Literal["web", "worker", "cli"], celery: Celery
) -> Pushing:
    """Web processes defer pushes behind the answer; the others publish to the bus at once."""
    if role == "web":
        return _of_web(app, settings, celery)
    emitter: Emitter = Bus(settings.redis_url, write_only=True) if settings.redis_url else Nowhere()
    runner = AtOnce()
    wakeup = CeleryWakeup(celery, runner.run) if settings.redis_url else NoWakeup()
    return Pushing(emitter, runner, lambda _, job: job(), wakeup, None)


def _of_web(app: Flask, settings: Settings, celery: Celery) -> Pushing:
    socketio = create_socketio(
        app,
        async_mode=settings.async_mode,
        redis_url=settings.redis_url,
        frame_bytes=settings.limits.frame_bytes,
        several=settings.web_concurrency > 1,
    )
    server = socketio.server
    runner = Outgoing(server.start_background_task, server.eio.create_event)
    waking = Outgoing(server.start_background_task, server.eio.create_event)
    wakeup = CeleryWakeup(celery, waking.run) if settings.redis_url else NoWakeup()
    later = Background(server.start_background_task, server.sleep).later
    return Pushing(server.manager, runner, later, wakeup, socketio)


def _nothing() -> None:
    """Workers and commands do nothing beside their work."""
