"""Clients that behave as ours do: one send in flight, retries with the same id, gaps filled.

traffic = Traffic(stack, seed=seed, pairs=10, count=40)
with traffic:
    …break something…
traffic.verify()
"""

import itertools
import random
import threading
import time
from collections.abc import Callable
from typing import Any, Self

import requests
import websocket

from tests.clients import Desk, Refused, Rest, Visit, Wire, draft, open_session, sign_in
from tests.faults.history import History, Send, check
from tests.faults.stored import read_stored, wait_until_done
from tests.processes import Stack, until

ANSWER_SECONDS = 5.0
GIVE_UP_SECONDS = 45.0
SYNC_SECONDS = 3.0
_LOST = (OSError, TimeoutError, websocket.WebSocketException, requests.RequestException)


class Client(threading.Thread):
    """One side of one session. It sends `count` messages and applies all that it hears of."""

    def __init__(
        self,
        who: Visit | Desk,
        session_id: str,
        urls: list[str],
        history: History,
        *,
        count: int,
        pause: float,
        seed: int,
        patience: float = GIVE_UP_SECONDS,
    ) -> None:
        self.visitor = isinstance(who, Visit)
        side, sender_id = (
            ("visitor", who.visitor_id) if isinstance(who, Visit) else ("agent", who.agent["id"])
        )
        super().__init__(name=f"{side}-{session_id[-6:]}", daemon=True)
        self.error: BaseException | None = None
        self.last = 0
        self._who = who
        self._sender = (side, sender_id)
        self._session_id = session_id
        self._urls = itertools.cycle(urls)
        self._history = history
        self._count = count
        self._pause = pause
        self._patience = patience
        self._random = random.Random(seed)
        self._reading = history.reading(self.name, session_id, visitor=self.visitor)
        self._aside: dict[int, dict[str, Any]] = {}
        self._aside_since = 0.0
        self._synced_at = time.monotonic()
        self._wire: Wire | None = None
        self._heard = 0

    def run(self) -> None:
        try:
            for number in range(self._count):
                self._send(number)
                self._listen_for(self._random.uniform(0, 2 * self._pause))
        except BaseException as error:  # noqa: BLE001 - the test's own thread raises it
            self.error = error

    def catch_up(self, seconds: float = 20) -> None:
        """Read until nothing is missing."""
        for _ in until(seconds, every=0.1):
            try:
                if self._join(self._connected()) == self.last:
                    return
            except _LOST:
                self._lose()
        raise AssertionError(f"{self.name} cannot catch up")

    def leave(self) -> None:
        """Close the socket."""
        if self._wire is not None:
            self._wire.close()

    def _send(self, number: int) -> None:
        note = not self.visitor and number % 5 == 4
        send = self._history.invoke(
            self.name,
            self._session_id,
            self._sender,
            f"{self.name}.{number}",
            f"{'canary' if note else 'line'} {number} of {self.name}",
            "note" if note else "text",
        )
        over_rest = number % 4 == 3
        deadline = time.monotonic() + self._patience
        while send.outcome not in {"ok", "fail"}:
            assert time.monotonic() < deadline, f"{self.name} gives up: {self._history.summary()}"
            retry = self._try(send, self._over_rest if over_rest else self._over_socket)
            if retry is not None:
                self._listen_for(retry)

    def _try(self, send: Send, way: Callable[[dict[str, Any]], dict[str, Any]]) -> float | None:
        """Try once; return None when it is settled, else how long to wait."""
        begin = time.monotonic()
        try:
            answer = way(draft(self._session_id, send.body, send.client_msg_id, kind=send.kind))
        except _LOST as error:
            self._history.attempt(send, begin, _name_of(error))
            self._lose()
            return self._random.uniform(0.05, 0.4)
        if answer["ok"]:
            self._history.attempt(send, begin, "ok", answer["message"])
            self._apply(answer["message"])
            return None
        self._history.attempt(send, begin, answer["error"]["code"])
        return self._random.uniform(0.2, 0.6)

    def _over_socket(self, message: dict[str, Any]) -> dict[str, Any]:
        return self._connected().call("send_message", message, ANSWER_SECONDS)

    def _over_rest(self, message: dict[str, Any]) -> dict[str, Any]:
        door = Rest(next(self._urls), self._who.token, timeout=ANSWER_SECONDS)
        with door.http:
            answer = door.send(message.pop("session_id"), **message)
        body = answer.json()
        return {"ok": True, **body} if answer.ok else {"ok": False, "error": body}

    def _connected(self) -> Wire:
        if self._wire is None or self._wire.ended:
            self._lose()
            url = next(self._urls)
            wire = self._who.socket(url, timeout=ANSWER_SECONDS)
            self._wire, self._heard = wire, 0
            self._join(wire)
        return self._wire

    def _lose(self) -> None:
        if self._wire is not None:
            self._wire.drop()
            self._wire = None

    def _join(self, wire: Wire) -> int:
        """Enter the room and read what is missing; return the last number there is."""
        while True:
            asked = {"session_id": self._session_id, "after_seq": self.last}
            answer = wire.call("join_session", asked, ANSWER_SECONDS)
            if not answer["ok"]:
                raise Refused({"data": answer["error"]})
            for message in answer["messages"]:
                self._apply(message)
            if not answer["has_more"]:
                last: int = answer["last_seq"]
                return last

    def _listen_for(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while True:
            try:
                self._listen()
            except _LOST:
                self._lose()
            if time.monotonic() >= deadline:
                return
            time.sleep(min(0.05, max(0.0, deadline - time.monotonic())))

    def _listen(self) -> None:
        wire = self._connected()
        for frame in wire.frames[self._heard :]:
            self._heard += 1
            if frame.name == "message_created":
                self._apply(frame.data["message"])
        now = time.monotonic()
        if self._aside and now > self._aside_since + 0.3:
            self._join(wire)
        if now > self._synced_at + SYNC_SECONDS:
            self._synced_at = now
            asked = {"sessions": {self._session_id: self.last}}
            found = wire.call("sync", asked, ANSWER_SECONDS)
            if found["ok"] and found["sessions"][self._session_id]["last_seq"] > self.last:
                self._join(wire)

    def _apply(self, message: dict[str, Any]) -> None:
        if message["seq"] <= self.last:
            return
        if not self._aside:
            self._aside_since = time.monotonic()
        self._aside[message["seq"]] = message
        while (following := self._aside.pop(self.last + 1, None)) is not None:
            self.last += 1
            self._reading.applied.append((self.last, following["id"]))
            self._reading.messages.append(following)


def _name_of(error: Exception) -> str:
    if isinstance(error, Refused):
        return str(error.code)
    return "timeout" if isinstance(error, TimeoutError | requests.Timeout) else "closed"


class Traffic:
    """Pairs of a visitor and an agent, each pair in a session of its own."""

    def __init__(
        self,
        stack: Stack,
        *,
        seed: int,
        urls: list[str] | None = None,
        pairs: int = 10,
        count: int = 40,
        pause: float = 0.1,
    ) -> None:
        self.history = History()
        self._stack = stack
        given = urls or [stack.url]
        chance = random.Random(seed)
        desk = sign_in(given[0])
        self.clients: list[Client] = []
        for _ in range(pairs):
            visitor = open_session(given[0])
            for who in (visitor, desk):
                mine = chance.sample(given, len(given))
                self.clients.append(
                    Client(
                        who,
                        visitor.session_id,
                        mine,
                        self.history,
                        count=count,
                        pause=pause,
                        seed=chance.randrange(2**32),
                    )
                )

    @property
    def running(self) -> bool:
        """True while any client still sends."""
        return any(client.is_alive() for client in self.clients)

    def __enter__(self) -> Self:
        for client in self.clients:
            client.start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        for client in self.clients:
            client.join(0 if kind else GIVE_UP_SECONDS)

    def verify(self) -> None:
        """Let everybody catch up and check every promise; everything must be running again."""
        try:
            errors = [client.error for client in self.clients if client.error is not None]
            assert not errors, errors
            for client in self.clients:
                client.catch_up()
            wait_until_done(self._stack)
            print(self.history.summary())  # noqa: T201 - pytest shows it for a failing test
            check(self.history, read_stored(self._stack))
            assert all(send.outcome == "ok" for send in self.history.sends)
        finally:
            for client in self.clients:
                client.leave()
