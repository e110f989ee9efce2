"""The socket doors of a web process, and what it does beside serving."""

import random
from collections.abc import Callable
from typing import Any

from flask import Flask

from chat_app.delivery.origins import Origins
from chat_app.delivery.realtime.agent import AgentNamespace
from chat_app.delivery.realtime.plain import PlainRooms
from chat_app.delivery.realtime.rooms import AGENTS
from chat_app.delivery.realtime.visitor import VisitorNamespace
from chat_app.delivery.realtime.websocket import Machinery, PlainDoor
from chat_app.domain.ports import Ids
from chat_app.infrastructure.metrics import Metrics
from chat_app.infrastructure.realtime.background import Background
from chat_app.infrastructure.realtime.doorkeeper import Doorkeeper
from chat_app.infrastructure.realtime.engine import drop_slow_readers, release_clients
from chat_app.infrastructure.realtime.pings import Pings
from chat_app.infrastructure.realtime.sockets import leave, upgrade
from chat_app.infrastructure.sweeps import CHECK_SECONDS, SweepWatch
from chat_app.settings import Settings
from chat_app.use_cases.services import Services
from chat_app.wiring.pushing import Pushing
from chat_app.wiring.sampling import Sample

HEARTBEAT_SECONDS = 20
RECHECK_SECONDS = 4
SWEEP_SECONDS = 1
ANNOUNCE_SECONDS = 1
MOST_RECONNECT_SECONDS = 10.0
CLIENTS_LEAVE_SECONDS = 0.3
_NOT_AUTHENTICATED = 4401


class Sockets:
    """Both namespaces and the plain door of one web process."""

    def __init__(
        self,
        server: Any,
        plain: PlainRooms,
        services: Services,
        settings: Settings,
        ids: Ids,
        sweeps: SweepWatch,
    ) -> None:
        loopback = None if settings.production else settings.port
        origins = Origins(settings.public_origin, settings.allowed_origins, loopback)
        self._server = server
        self._plain = plain
        self._services = services
        self._sweeps = sweeps
        self.agents = AgentNamespace(services, ids, plain, origins)
        self.visitors = VisitorNamespace(services, ids, plain, origins)
        server.register_namespace(self.agents)
        server.register_namespace(self.visitors)
        most = settings.limits.unconnected_sockets_per_address if settings.rate_limits else None
        on_hub = settings.async_mode == "eventlet" and settings.websocket == "own"
        self._pings = Pings(server) if on_hub else None
        adopt = self._pings.adopt if self._pings else _leave_alone
        self._doorkeeper = Doorkeeper(server, most, adopt)
        self._background = Background(server.start_background_task, server.sleep)

    def start(self) -> None:
        """Begin what is done again and again."""
        every = self._background.every
        every(HEARTBEAT_SECONDS, self._heartbeat)
        every(RECHECK_SECONDS, self._recheck)
        every(ANNOUNCE_SECONDS, self._services.whereabouts.announce)
        every(CHECK_SECONDS, self._sweeps.stand_in)
        every(SWEEP_SECONDS, self._doorkeeper.sweep)
        if self._pings is not None:
            every(SWEEP_SECONDS, self._pings.sweep)
        every(SWEEP_SECONDS, lambda: drop_slow_readers(self._server))

    def measure(self, metrics: Metrics, pool: Any) -> None:
        """Tell of events, and each second how things stand."""
        for namespace in (self.agents, self.visitors):
            namespace.answered = metrics.answered
        sample = Sample(self._server, self.visitors.actors, self.agents.actors, pool)
        self._background.every(SWEEP_SECONDS, lambda: sample.take(metrics))

    def say_goodbye(self) -> None:
        """Tell every client of this process to come back elsewhere, each at another moment."""
        for namespace in (self.agents, self.visitors):
            for sid in list(namespace.actors):
                self._server.manager.emit(
                    "server_draining",
                    _farewell(),
                    namespace=namespace.namespace,
                    room=sid,
                    ignore_queue=True,
                )
        self._plain.close_all(lambda: {"type": "server_draining", "data": _farewell()})
        self._background.later(CLIENTS_LEAVE_SECONDS, lambda: release_clients(self._server))

    def _heartbeat(self) -> None:
        services = self._services
        services.presence.agents_alive({sid: one.id for sid, one in self.agents.actors.items()})
        services.whereabouts.alive({sid: one.id for sid, one in self.visitors.actors.items()})
        services.viewing.alive(self.agents.following())

    def _recheck(self) -> None:
        """What ended elsewhere ends here: sign-ins, rights, and the sight of sessions."""
        self._end_sign_ins()
        self._sift()

    def _sift(self) -> None:
        """Rights that changed, and what Redis did not tell: who follows what it may not see."""
        followed = self.agents.followed()
        if followed:
            found = self._services.sessions.belongings(followed)
            self.agents.sift({one: found.get(one) for one in followed})

    def _end_sign_ins(self) -> None:
        """Close the sockets of agents whose sign-in has ended, wherever that happened."""
        tokens = {one.token_id for one in self.agents.actors.values() if one.token_id}
        if not tokens:
            return
        valid = self._services.authentication.still_valid(tokens)
        for sid in list(self.agents.recheck(valid)):
            if sid in self._plain:
                self._plain.close(sid, _NOT_AUTHENTICATED, "signed out")
            else:
                # First what takes its time: no push may follow the word that it is over.
                self.agents.dismiss(sid, cleanly=False)
                eio_sid = self._server.manager.eio_sid_from_sid(sid, AGENTS)
                self._server.disconnect(sid, namespace=AGENTS)
                self._doorkeeper.watch(eio_sid)


def _leave_alone(_: str) -> None:
    """The library asks its clients itself."""


def _farewell() -> dict[str, float]:
    wait = random.uniform(0, MOST_RECONNECT_SECONDS)  # noqa: S311 - jitter, not a secret
    return {"reconnect_in": round(wait, 2)}


def install_sockets(
    app: Flask,
    settings: Settings,
    services: Services,
    pushing: Pushing,
    ids: Ids,
    sweeps: SweepWatch,
) -> Sockets:
    """Open the doors; /ws lies in front of Socket.IO, which lies in front of Flask."""
    if pushing.socketio is None:
        raise RuntimeError("only web processes have sockets")
    server = pushing.socketio.server
    sockets = Sockets(server, pushing.plain, services, settings, ids, sweeps)
    pushing.followers.here = sockets.agents.sift
    frame_bytes = settings.limits.frame_bytes
    machinery = Machinery(
        upgrade=lambda environ, protocol: upgrade(environ, frame_bytes, protocol),
        leave=leave,
        spawn=server.start_background_task,
        event=server.eio.create_event,
        later=Background(server.start_background_task, server.sleep).later,
    )
    namespaces = {"agent": sockets.agents, "visitor": sockets.visitors}
    door = PlainDoor(namespaces, services, pushing.plain, machinery, ids)
    wsgi: Callable[..., Any] = door.around(app.wsgi_app)
    app.wsgi_app = wsgi  # type: ignore[method-assign]  # the way Flask documents
    return sockets
