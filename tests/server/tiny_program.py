"""A program like wsgi.py around a tiny application, for testing the server without the rest."""

import os
import sys
import time
import warnings
from pathlib import Path
from types import SimpleNamespace

warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
import eventlet

eventlet.monkey_patch()

from eventlet import websocket
from flask import Flask, Response, request
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from chat_app.server import main
from chat_app.settings import Settings


class Drain:
    """Stands for the drain switch of the health use case."""

    draining = False

    def begin(self) -> None:
        """Turn /readyz to 503."""
        self.draining = True


def create(settings: Settings, *_: object) -> Flask:
    """Build an application that can be slow, fail, and hold a WebSocket."""
    app = Flask("tiny")
    drain = Drain()
    app.extensions["cland"] = SimpleNamespace(
        settings=settings,
        drain=drain,
        start=lambda: sys.stdout.write("begun\n"),
        on_drain=lambda: sys.stdout.write("goodbye\n"),
    )

    @app.get("/readyz")
    def readyz() -> tuple[str, int]:
        return "", 503 if drain.draining else 200

    @app.get("/slow/<float:seconds>")
    def slow(seconds: float) -> str:
        time.sleep(seconds)
        return str(os.getpid())

    @app.get("/broken")
    def broken() -> Response:
        # Breaks while the server writes it, below Flask's own error handling.
        return Response(iter([1]))  # type: ignore[arg-type]  # that is the point

    @app.get("/extensions")
    def extensions() -> str:
        return request.headers.get("Sec-WebSocket-Extensions", "none")

    @websocket.WebSocketWSGI
    def echo(ws: websocket.WebSocket) -> None:
        while (text := ws.wait()) is not None:
            ws.send(text)

    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/ws": echo})  # type: ignore[method-assign]  # as Flask's documentation does it
    return app


sys.exit(main(create, Path(__file__), os.environ, sys.argv[1:]))
