"""Serves the application with threads alone: what a move away from eventlet would start from."""

import sys

from werkzeug.serving import make_server

from chat_app import create_app
from chat_app.settings import Settings

settings = Settings.from_env()
app = create_app(settings)
app.extensions["cland"].start()
if "eventlet" in sys.modules:
    raise SystemExit("something has imported eventlet")
make_server(settings.host, settings.port, app, threaded=True).serve_forever()
