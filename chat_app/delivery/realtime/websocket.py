"""`GET /ws`: the same events over a plain WebSocket, as JSON text frames `{type, id?, data}`."""

import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from chat_app.delivery.errors import status_of
from chat_app.delivery.realtime.namespace import ChatNamespace
from chat_app.delivery.realtime.plain import PlainConnection, PlainRooms, Waiter
from chat_app.domain.actor import Actor
from chat_app.domain.errors import ChatError, Unauthorized
from chat_app.domain.ports import ClientSocket, Ids, UpgradeRefused
from chat_app.use_cases.services import Services

PATH = "/ws"
PROTOCOL = "cland.v1"
AUTHENTICATION_SECONDS = 5.0
BAD_FRAME, NOT_AUTHENTICATED, NO_SESSION, TOO_LATE, TOO_OFTEN = 4400, 4401, 4404, 4408, 4429
_STRIKES, _STRIKE_SECONDS = 3, 60.0
_LONGEST_TOKEN = 256

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class BadFrame(Exception):
    """A client sent something that is no frame of ours."""


@dataclass(frozen=True)
class Frame:
    """What a client asks for."""

    type: str
    id: str | int | None
    data: Any


@dataclass(frozen=True)
class Machinery:
    """What the server's kind of threads offers."""

    upgrade: Callable[[Environ, str | None], ClientSocket]
    leave: Callable[[Environ], Iterable[bytes]]
    spawn: Callable[..., Any]
    event: Callable[[], Waiter]
    later: Callable[[float, Callable[[], None]], Any]


class PlainDoor:
    """A WSGI application in front of the others."""

    def __init__(
        self,
        namespaces: Mapping[str, ChatNamespace],
        services: Services,
        rooms: PlainRooms,
        machinery: Machinery,
        ids: Ids,
    ) -> None:
        self._namespaces = namespaces
        self._services = services
        self._rooms = rooms
        self._machinery = machinery
        self._ids = ids

    def around(self, application: Callable[..., Any]) -> Callable[..., Any]:
        """Answer /ws here and leave the rest to `application`."""

        def wsgi(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            if environ.get("PATH_INFO") != PATH:
                answer: Iterable[bytes] = application(environ, start_response)
                return answer
            return self._open(environ, start_response)

        return wsgi

    def _open(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        token, protocol = _token(environ)
        guest: Guest | None = None
        try:
            if token is not None:
                guest = self._admit(environ, token)
            socket = self._machinery.upgrade(environ, protocol)
        except ChatError as error:
            body = json.dumps({"code": error.code, "detail": error.detail}).encode()
            status = HTTPStatus(status_of(error))
            line = f"{status.value} {status.phrase}"
            start_response(line, [("Content-Type", "application/json")])
            return [body]
        except UpgradeRefused as refusal:
            self._dismiss(guest)
            start_response(refusal.status, refusal.headers)
            return []
        try:
            self._serve(environ, socket, guest)
        finally:
            self._dismiss(guest)
            socket.close(1000)
        return self._machinery.leave(environ)

    def _admit(self, environ: Environ, token: str) -> "Guest":
        """Let the owner of a token in and into its session's room; raise ChatError."""
        kind = self._services.authentication.actor_by_token(token).kind
        namespace = self._namespaces[kind]
        actor = namespace.identify(environ, {"token": token})
        query = parse_qs(environ.get("QUERY_STRING", ""))
        session_id = query.get("session_id", [""])[0].lower()
        connection = PlainConnection(f"ws-{self._ids.new()}", self._machinery.event())
        guest = Guest(namespace, connection, session_id)
        if not self._is_user(actor, query.get("user_id", [actor.id])[0]):
            guest.refusal = (NOT_AUTHENTICATED, "this token belongs to somebody else")
            return guest
        self._rooms.add(connection)
        try:
            namespace.admit(actor, connection.sid)
        except ChatError:
            self._rooms.remove(connection.sid)
            raise
        joined = namespace.trigger_event("join_session", connection.sid, {"session_id": session_id})
        if not joined["ok"]:
            guest.refusal = (NO_SESSION, "no such session")
        return guest

    def _dismiss(self, guest: "Guest | None") -> None:
        if guest is not None:
            guest.connection.end()
            guest.namespace.dismiss(guest.connection.sid, cleanly=True)
            self._rooms.remove(guest.connection.sid)

    def _is_user(self, actor: Actor, user_id: str) -> bool:
        return user_id == actor.id or (
            actor.is_visitor and self._services.visitors.is_labelled(actor, user_id)
        )

    def _serve(self, environ: Environ, socket: ClientSocket, guest: "Guest | None") -> None:
        if guest is not None:
            self._follow(socket, guest)
            return
        late: Guest | None = None
        try:
            late = self._authenticate(environ, socket)
            if late is not None:
                self._follow(socket, late)
        except BadFrame as error:
            socket.close(BAD_FRAME, str(error))
        except ChatError:
            socket.close(NOT_AUTHENTICATED, "not authenticated")
        finally:
            self._dismiss(late)

    def _authenticate(self, environ: Environ, socket: ClientSocket) -> "Guest | None":
        """Whose token the first frame carries; None when none came in time."""
        done = False

        def give_up() -> None:
            if not done:
                socket.close(TOO_LATE, "authentication timeout")

        self._machinery.later(AUTHENTICATION_SECONDS, give_up)
        text = socket.receive()
        done = True
        if text is None:
            return None
        frame = _read(text)
        token = frame.data.get("token") if isinstance(frame.data, dict) else None
        if frame.type != "authenticate" or not isinstance(token, str):
            raise Unauthorized
        guest = self._admit(environ, token[: _LONGEST_TOKEN + 1])
        if frame.id is not None and guest.refusal is None:
            guest.connection.push({"type": "ack", "id": frame.id, "data": {"ok": True}})
        return guest

    def _follow(self, socket: ClientSocket, guest: "Guest") -> None:
        if guest.refusal is not None:
            socket.close(*guest.refusal)
            return
        guest.connection.attach(socket)
        self._machinery.spawn(guest.connection.write)
        _converse(guest.namespace, guest.connection, socket, guest.session_id)


@dataclass
class Guest:
    """A client that was let in; `refusal` is the close code for one that may not stay."""

    namespace: ChatNamespace
    connection: PlainConnection
    session_id: str
    refusal: tuple[int, str] | None = None


def _converse(
    namespace: ChatNamespace, connection: PlainConnection, socket: ClientSocket, session_id: str
) -> None:
    strikes: deque[float] = deque(maxlen=_STRIKES)
    while (text := socket.receive()) is not None:
        try:
            frame = _read(text)
        except BadFrame as error:
            connection.close(BAD_FRAME, str(error))
            return
        data = frame.data
        if isinstance(data, dict) and frame.type in namespace.session_events:
            data = {"session_id": session_id, **data}
        answer = namespace.trigger_event(frame.type, connection.sid, data)
        if frame.id is not None:
            connection.push({"type": "ack", "id": frame.id, "data": answer})
        if answer.get("error", {}).get("code") == "rate_limited":
            strikes.append(time.monotonic())
            if len(strikes) == _STRIKES and strikes[-1] - strikes[0] < _STRIKE_SECONDS:
                connection.close(TOO_OFTEN, "too many requests")
                return


def _read(text: str | bytes) -> Frame:
    """A frame from its text; raise BadFrame."""
    if isinstance(text, bytes):
        raise BadFrame("text frames only")
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        raise BadFrame("not JSON") from None
    if not isinstance(frame, dict) or not isinstance(frame.get("type"), str):
        raise BadFrame("an object with a type is needed")
    frame_id = frame.get("id")
    if isinstance(frame_id, bool) or not isinstance(frame_id, str | int | None):
        raise BadFrame("id must be a string or a number")
    if frame.keys() - {"type", "id", "data"}:
        raise BadFrame("unknown keys")
    return Frame(frame["type"], frame_id, frame.get("data", {}))


def _token(environ: Environ) -> tuple[str | None, str | None]:
    """The token in the headers, and the subprotocol to confirm."""
    scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    offered = [one.strip() for one in environ.get("HTTP_SEC_WEBSOCKET_PROTOCOL", "").split(",")]
    protocol = PROTOCOL if PROTOCOL in offered else None
    if scheme.lower() == "bearer":
        return token.strip()[: _LONGEST_TOKEN + 1], protocol
    if protocol is not None and len(offered) == 2:
        return next(one for one in (*offered, "") if one != PROTOCOL), protocol
    return None, protocol
