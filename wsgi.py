"""The web process: `python wsgi.py` serves; `from wsgi import app` only builds the application."""

import os
import sys
import warnings
from pathlib import Path

if __name__ == "__main__" and os.environ.get("ASYNC_MODE") != "threading":
    # First of all: whatever is imported before would keep blocking sockets, locks and threads.
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    import eventlet

    eventlet.monkey_patch()

import click

from chat_app import create_app

if __name__ == "__main__":
    if os.environ.get("ASYNC_MODE") == "threading":
        from chat_app.threaded_server import main
    else:
        from chat_app.server import main

    sys.exit(main(create_app, Path(__file__), os.environ, sys.argv[1:]))

# Under the flask command a click context is open while this module is imported; an operator's
# command needs no Socket.IO server.
app = create_app(role="cli" if click.get_current_context(silent=True) else "web")
