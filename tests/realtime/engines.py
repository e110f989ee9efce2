"""Bare Engine.IO clients: each packet as it comes, nothing answered unless the test does it."""

import contextlib
import json
import time
from collections.abc import Iterator
from typing import Any, Final, Self

import requests
import websocket

PATH: Final = "/socket.io/"
SEPARATOR: Final = "\x1e"
WAIT_SECONDS: Final = 5.0


class Ended(ConnectionError):
    """The connection is over; `code` is what it was closed with."""

    def __init__(self, code: int | None) -> None:
        super().__init__(f"closed with {code}")
        self.code = code


class Stream:
    """A WebSocket. Pings are answered and skipped unless asked for; packets without meaning too."""

    def __init__(self, url: str, sid: str | None = None, **options: Any) -> None:
        query = "EIO=4&transport=websocket" + (f"&sid={sid}" if sid else "")
        self.answers = True
        self.ws = websocket.create_connection(
            url.replace("http", "ws", 1) + f"{PATH}?{query}",
            timeout=WAIT_SECONDS,
            suppress_origin=True,
            **options,
        )

    def send(self, packet: str) -> None:
        """Send one packet."""
        with contextlib.suppress(OSError, websocket.WebSocketException):
            self.ws.send(packet)

    def next(self, *, pings: bool = False) -> str:
        """The next packet; raises Ended, or TimeoutError when nothing comes."""
        while True:
            packet = self._packet()
            if packet == "2" and not pings:
                if self.answers:
                    self.send("3")
            elif packet != "6":
                return packet

    def _packet(self) -> str:
        try:
            code, data = self.ws.recv_data(control_frame=True)
        except websocket.WebSocketTimeoutException:
            raise TimeoutError("nothing came") from None
        except (OSError, websocket.WebSocketException):
            raise Ended(None) from None
        if code == websocket.ABNF.OPCODE_CLOSE:
            raise Ended(int.from_bytes(data[:2], "big") if data else None)
        text: str = data.decode()
        return text

    def end(self) -> int | None:
        """Read until the end; what came before is dropped."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            try:
                self.next()
            except Ended as ended:
                return ended.code
        raise AssertionError("it does not end")

    def silent(self, seconds: float = 0.3) -> bool:
        """Whether nothing but pings comes for so long."""
        self.ws.settimeout(seconds)
        try:
            self.next()
        except TimeoutError:
            return True
        finally:
            self.ws.settimeout(WAIT_SECONDS)
        return False

    def close(self) -> None:
        """Cut the connection."""
        self.ws.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Polls:
    """Long polling, call by call: like browsers on one connection for each direction."""

    def __init__(self, url: str) -> None:
        self.url = url + PATH
        self.http = requests.Session()
        opened = self.get()
        assert opened.status_code == 200, opened.text
        assert opened.text[0] == "0", opened.text
        self.opened: dict[str, Any] = json.loads(opened.text[1:])
        self.sid: str = self.opened["sid"]

    def get(self, **changed: str) -> requests.Response:
        """One poll."""
        return self.http.get(self.url, params=self._query(changed), timeout=WAIT_SECONDS)

    def post(self, body: str | bytes, **changed: str) -> requests.Response:
        """One payload."""
        data = body.encode() if isinstance(body, str) else body
        headers = {"Content-Type": "text/plain;charset=UTF-8"}
        return self.http.post(
            self.url,
            params=self._query(changed),
            data=data,
            headers=headers,
            timeout=WAIT_SECONDS,
        )

    def packets(self) -> Iterator[str]:
        """What comes, poll by poll, without end; pings are answered."""
        while True:
            answer = self.get()
            if not answer.ok:
                raise Ended(answer.status_code)
            for packet in answer.text.split(SEPARATOR):
                if packet == "2":
                    self.post("3")
                else:
                    yield packet

    def over(self) -> bool:
        """Whether the server no longer knows this session."""
        return bool(self.post("3").status_code == requests.codes.bad_request)

    def _query(self, changed: dict[str, str]) -> dict[str, str]:
        known = {"sid": self.sid} if hasattr(self, "sid") else {}
        return {"EIO": "4", "transport": "polling", **known, **changed}
