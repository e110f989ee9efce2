"""The proxy must break things in the way that it says."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.faults.proxy import Proxy


@pytest.fixture
def echo() -> Iterator[str]:
    """A server that says everything again, and ends when its client does."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(client: socket.socket) -> None:
        with client, contextlib.suppress(ConnectionError):
            while data := client.recv(1_000):
                client.sendall(data)

    def accept() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(client,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield f"127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.fixture
def proxy(echo: str) -> Iterator[Proxy]:
    with Proxy(echo) as running:
        yield running


@pytest.fixture
def client(proxy: Proxy) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=2) as connection:
        connection.sendall(b"hello")
        assert connection.recv(100) == b"hello"
        yield connection


def test_what_was_held_arrives_later(proxy: Proxy, client: socket.socket) -> None:
    proxy.hold()
    client.sendall(b"held")
    client.settimeout(0.2)
    with pytest.raises(TimeoutError):
        client.recv(100)
    client.settimeout(2)
    proxy.release()
    assert client.recv(100) == b"held"


def test_an_end_is_held_too(proxy: Proxy, client: socket.socket) -> None:
    proxy.hold()
    client.shutdown(socket.SHUT_WR)
    client.settimeout(0.2)
    with pytest.raises(TimeoutError):
        client.recv(100)
    client.settimeout(2)
    proxy.release()
    assert client.recv(100) == b""


def test_requests_without_answers(proxy: Proxy, client: socket.socket) -> None:
    proxy.hold_answers()
    client.sendall(b"asked")
    client.settimeout(0.2)
    with pytest.raises(TimeoutError):
        client.recv(100)
    proxy.cut()
    client.settimeout(2)
    with pytest.raises(ConnectionError):
        assert client.recv(100) != b""


def test_new_connections_after_a_cut(proxy: Proxy, client: socket.socket) -> None:
    proxy.cut()
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=2) as again:
        again.sendall(b"again")
        assert again.recv(100) == b"again"


def test_it_knows_when_the_server_has_ended(proxy: Proxy, client: socket.socket) -> None:
    client.shutdown(socket.SHUT_WR)
    assert client.recv(100) == b""
    ended_at = proxy.connections[0].down.ended_at
    assert ended_at is not None
    assert ended_at <= time.monotonic()
