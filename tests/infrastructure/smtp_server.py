"""A mail server on loopback that keeps what it is given, and refuses what it is told to."""

import base64
import contextlib
import socketserver
import threading
from dataclasses import dataclass, field
from typing import Self


@dataclass
class Letter:
    """What one client handed over."""

    sender: str
    to: list[str] = field(default_factory=list)
    data: bytes = b""


class SmtpServer:
    """`refuse` maps a verb ("RCPT") to the answer it gets instead of the usual one."""

    def __init__(self, login: tuple[str, str] | None = None) -> None:
        self.letters: list[Letter] = []
        self.refuse: dict[str, str] = {}
        self.login = login
        self.connections = 0
        server = self

        class Handler(socketserver.StreamRequestHandler):
            timeout = 5  # seconds of silence; a client that forgets to hang up fails a test by it

            def handle(self) -> None:
                server.connections += 1
                with contextlib.suppress(ConnectionError):  # the client has hung up
                    _Talk(server, self).run()

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Talk:
    """One connection."""

    def __init__(self, server: SmtpServer, handler: socketserver.StreamRequestHandler) -> None:
        self._server = server
        self._handler = handler
        self._letter = Letter("")
        self._known = server.login is None

    def run(self) -> None:
        self._say("220 test")
        while line := self._handler.rfile.readline():
            verb, _, rest = line.decode(errors="replace").strip().partition(" ")
            verb = verb.upper()
            self._say(self._server.refuse.get(verb) or self._answer(verb, rest))
            if verb == "QUIT":
                return

    def _answer(self, verb: str, rest: str) -> str:
        if verb == "QUIT":
            return "221 bye"
        if verb == "EHLO":
            return "250-test\r\n250 AUTH PLAIN" if self._server.login else "250 test"
        if verb == "AUTH":
            return self._check(rest.partition(" ")[2])
        if not self._known and verb == "MAIL":
            return "530 sign in first"
        if verb == "MAIL":
            self._letter = Letter(_address(rest))
        if verb == "RCPT":
            self._letter.to.append(_address(rest))
        return self._receive() if verb == "DATA" else "250 ok"

    def _check(self, answer: str) -> str:
        _, user, password = base64.b64decode(answer).decode().split("\x00")
        self._known = (user, password) == self._server.login
        return "235 welcome" if self._known else "535 wrong"

    def _receive(self) -> str:
        self._say("354 go on")
        lines: list[bytes] = []
        while (line := self._handler.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self._letter.data = b"".join(lines)
        self._server.letters.append(self._letter)
        return "250 kept"

    def _say(self, text: str) -> None:
        self._handler.wfile.write(f"{text}\r\n".encode())


def _address(rest: str) -> str:
    return rest.partition("<")[2].partition(">")[0]
