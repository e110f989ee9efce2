"""Clients for tests: REST on a real process, and Socket.IO frame by frame over one WebSocket.

    visitor = open_session(stack.url, name="Li")
    with visitor.socket() as wire:
        wire.join(visitor.session_id)
        answer = wire.call("send_message", {…})

Nothing here retries or repairs: a test sees every frame as it came, in its order.
"""

import contextlib
import itertools
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Self

import requests
import websocket

from tests.processes import ADMIN_EMAIL, ADMIN_PASSWORD, until

VISITOR: Final = "/visitor"
AGENT: Final = "/agent"
WAIT_SECONDS: Final = 10.0

Payload = dict[str, Any]
# Of engine.io: open, close, ping, pong; of socket.io in a message: connect, event, ack, refused.
_OPEN, _CLOSE, _PING, _PONG, _MESSAGE = "01234"


class WireClosed(ConnectionError):
    """The socket ended; what was asked may or may not have been done."""


class Refused(ConnectionError):
    """The CONNECT was refused; `code` says why."""

    def __init__(self, data: Any) -> None:
        super().__init__(str(data))
        self.code = (data.get("data") or {}).get("code")


class NoAnswer(TimeoutError):
    """Nothing came in time; what was asked may or may not have been done."""


@dataclass(frozen=True)
class Frame:
    """One socket.io packet as it came; `at` is monotonic seconds."""

    at: float
    text: str
    kind: str
    name: str | None
    data: Any
    ack_id: int | None


class Wire:
    """One namespace on one WebSocket. A thread reads; `frames` holds everything that came."""

    def __init__(
        self,
        url: str,
        namespace: str = VISITOR,
        token: str | None = None,
        *,
        connect: bool = True,
        timeout: float = WAIT_SECONDS,
        **options: Any,
    ) -> None:
        """Open it, and complete the CONNECT of `namespace` unless told not to.

        `options` go to websocket-client (header, origin, …). Raises WireClosed, or Refused.
        """
        self.namespace = namespace
        self.frames: list[Frame] = []
        self.closed_with: int | None = None
        self._changed = threading.Condition()
        self._ids = itertools.count(1)
        self._ended = False
        options.setdefault("suppress_origin", "origin" not in options)
        address = url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
        self.ws = websocket.create_connection(address, timeout=timeout, **options)
        self.ws.settimeout(None)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if connect:
            self._connect(token, timeout)

    @property
    def local_port(self) -> int:
        assert self.ws.sock is not None
        return int(self.ws.sock.getsockname()[1])

    @property
    def ended(self) -> bool:
        """True once the server, or the test, has closed the socket."""
        return self._ended

    def send_text(self, text: str) -> None:
        """Put raw text into one frame."""
        try:
            self.ws.send(text)
        except (OSError, websocket.WebSocketException) as error:
            raise WireClosed(str(error)) from error

    def emit(self, event: str, data: Any) -> int:
        """Send an event that asks for an acknowledgement, and return the number to wait for."""
        number = next(self._ids)
        self.send_text(f"42{self.namespace},{number}{json.dumps([event, data])}")
        return number

    def answer(self, number: int, timeout: float = WAIT_SECONDS) -> Payload:
        """Wait for the acknowledgement of an `emit`; raise WireClosed or NoAnswer."""
        found = self.wait_for(lambda one: one.kind == "3" and one.ack_id == number, timeout)
        answer: Payload = found.data[0]
        return answer

    def call(self, event: str, data: Any, timeout: float = WAIT_SECONDS) -> Payload:
        """Send and wait for the acknowledgement."""
        return self.answer(self.emit(event, data), timeout)

    def join(self, session_id: str, after_seq: int = 0) -> Payload:
        """Follow a session; fail unless it is allowed."""
        answer = self.call("join_session", {"session_id": session_id, "after_seq": after_seq})
        assert answer["ok"], answer
        return answer

    def send_message(
        self, session_id: str, body: str, client_msg_id: str | None = None, **more: Any
    ) -> Payload:
        """Send a message and return the acknowledgement."""
        return self.call("send_message", draft(session_id, body, client_msg_id, **more))

    def wait_for(self, wanted: Callable[[Frame], bool], timeout: float = WAIT_SECONDS) -> Frame:
        """Return the first frame, old or new, that is `wanted`; raise WireClosed or NoAnswer."""
        deadline, seen = time.monotonic() + timeout, 0
        with self._changed:
            while True:
                for frame in itertools.islice(self.frames, seen, None):
                    if wanted(frame):
                        return frame
                seen = len(self.frames)
                if self._ended:
                    raise WireClosed(f"closed with {self.closed_with}")
                if not self._changed.wait(deadline - time.monotonic()):
                    raise NoAnswer(f"nothing within {timeout} s; came: {self.names()}")

    def event(
        self,
        name: str,
        wanted: Callable[[Payload], bool] = lambda _: True,
        timeout: float = WAIT_SECONDS,
    ) -> Payload:
        """Wait for a pushed event and return its payload."""
        return self.event_frame(name, wanted, timeout).data  # type: ignore[no-any-return]  # our own frames

    def event_frame(
        self,
        name: str,
        wanted: Callable[[Payload], bool] = lambda _: True,
        timeout: float = WAIT_SECONDS,
    ) -> Frame:
        """Wait for a pushed event and return its frame."""
        return self.wait_for(lambda one: one.name == name and wanted(one.data), timeout)

    def events(self, name: str) -> list[Payload]:
        """All payloads of that event so far."""
        return [one.data for one in list(self.frames) if one.name == name]

    def names(self) -> list[str]:
        """What has come so far, for a failing test."""
        return [one.name or one.text[:80] for one in list(self.frames)][-20:]

    def wait_end(self, timeout: float = WAIT_SECONDS) -> None:
        """Wait until the socket is closed; raise NoAnswer."""
        with contextlib.suppress(WireClosed):
            self.wait_for(lambda _: False, timeout)

    def close(self) -> None:
        """Leave politely; harmless when the socket is gone."""
        with contextlib.suppress(WireClosed, OSError, websocket.WebSocketException):
            self.send_text(f"41{self.namespace},")
            self.ws.send_close()
            self._reader.join(2)
        self.drop()

    def drop(self) -> None:
        """Cut the connection without a word."""
        self.ws.shutdown()
        self._reader.join(2)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _connect(self, token: str | None, timeout: float) -> None:
        auth = "" if token is None else json.dumps({"token": token})
        self.send_text(f"40{self.namespace},{auth}")
        try:
            answer = self.wait_for(lambda one: one.kind in {"0", "4"}, timeout)
        except BaseException:
            self.drop()
            raise
        if answer.kind == "4":
            self.drop()
            raise Refused(answer.data)

    def _read(self) -> None:
        with contextlib.suppress(OSError, websocket.WebSocketException, ValueError):
            while True:
                code, data = self.ws.recv_data(control_frame=True)
                if code == websocket.ABNF.OPCODE_CLOSE:
                    self.closed_with = int.from_bytes(data[:2], "big") if data else None
                    break
                if code == websocket.ABNF.OPCODE_TEXT and not self._take(data.decode()):
                    break
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _take(self, text: str) -> bool:
        if text.startswith(_PING):
            self.ws.send(_PONG)
        elif text.startswith(_MESSAGE):
            with self._changed:
                self.frames.append(parse(text))
                self._changed.notify_all()
        return not text.startswith(_CLOSE)


def parse(text: str) -> Frame:
    """Take apart the text of an engine.io message."""
    kind, rest = text[1], text[2:]
    if rest.startswith("/"):
        _, _, rest = rest.partition(",")
    digits = "".join(itertools.takewhile(str.isdigit, rest))
    body = rest[len(digits) :]
    data = json.loads(body) if body else None
    name = None
    if kind == "2" and isinstance(data, list):
        name, data = data[0], data[1] if len(data) > 1 else None
    return Frame(time.monotonic(), text, kind, name, data, int(digits) if digits else None)


@dataclass
class Rest:
    """REST on one process, with or without a token. Answers are `requests` responses."""

    url: str
    token: str | None = None
    timeout: float = WAIT_SECONDS
    http: requests.Session = field(default_factory=requests.Session)

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        options.setdefault("timeout", self.timeout)
        return self.http.request(method, self.url + path, headers=headers, **options)

    def get(self, path: str, **params: Any) -> requests.Response:
        return self.request("GET", path, params=params)

    def post(self, path: str, body: Payload | None = None) -> requests.Response:
        return self.request("POST", path, json=body or {})

    def send(
        self, session_id: str, body: str, client_msg_id: str | None = None, **more: Any
    ) -> requests.Response:
        """Send a message."""
        given = draft(session_id, body, client_msg_id, **more)
        return self.post(f"/api/chat/sessions/{given.pop('session_id')}/messages", given)

    def session(self, session_id: str) -> Payload:
        """Read a session; fail unless it is allowed."""
        return _body(self.get(f"/api/chat/sessions/{session_id}"))["session"]  # type: ignore[no-any-return]  # JSON

    def messages(self, session_id: str) -> list[Payload]:
        """All messages of a session in the reader's numbers."""
        found: list[Payload] = []
        more = True
        while more:
            after = found[-1]["seq"] if found else 0
            path = f"/api/chat/sessions/{session_id}/messages"
            page = _body(self.get(path, after_seq=after, limit=200))
            found += page["messages"]
            more = page["has_more"]
        return found


@dataclass
class Visit(Rest):
    """A visitor with an open session."""

    session_id: str = ""
    visitor_id: str = ""

    def socket(self, url: str | None = None, **options: Any) -> Wire:
        """A connected socket of this visitor, on another process if asked."""
        return Wire(url or self.url, VISITOR, self.token, **options)


@dataclass
class Desk(Rest):
    """An agent who has signed in."""

    agent: Payload = field(default_factory=dict)

    def socket(self, url: str | None = None, **options: Any) -> Wire:
        """A connected socket of this agent, on another process if asked."""
        return Wire(url or self.url, AGENT, self.token, **options)

    def status(self, status: str) -> None:
        """Choose online, away or offline."""
        self.request("PUT", "/api/agents/me/status", json={"status": status}).raise_for_status()

    def end(self, session_id: str) -> Payload:
        """Close a session, whoever has it, and whoever is given it meanwhile."""
        path = f"/api/chat/sessions/{session_id}/close"
        for _ in until(5):
            epoch = self.session(session_id)["assign_epoch"]
            answer = self.post(path, {"assign_epoch": epoch})
            if answer.status_code != requests.codes.conflict:
                break
        return _body(answer)


def open_session(url: str, **body: Any) -> Visit:
    """Come as a new visitor and open a session."""
    answer = _body(Rest(url).post("/api/chat/sessions", body))
    return Visit(
        url,
        answer["visitor_token"],
        session_id=answer["session"]["id"],
        visitor_id=answer["visitor"]["id"],
    )


def sign_in(url: str, email: str = ADMIN_EMAIL, password: str = ADMIN_PASSWORD) -> Desk:
    """Sign in as an agent."""
    answer = _body(Rest(url).post("/api/auth/login", {"email": email, "password": password}))
    return Desk(url, answer["token"], agent=answer["agent"])


def draft(session_id: str, body: str, client_msg_id: str | None = None, **more: Any) -> Payload:
    """What `send_message` takes; with a new client_msg_id unless one is given."""
    number = client_msg_id or uuid.uuid4().hex
    return {"session_id": session_id, "client_msg_id": number, "body": body, **more}


@contextlib.contextmanager
def closing(*wires: Wire) -> Iterator[tuple[Wire, ...]]:
    """Close them all at the end."""
    try:
        yield wires
    finally:
        for wire in wires:
            wire.close()


def _body(response: requests.Response) -> Payload:
    assert response.ok, f"{response.status_code}: {response.text}"
    body: Payload = response.json()
    return body
