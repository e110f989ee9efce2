"""The web process with a heartbeat of seconds: what takes 45 s otherwise is seen within four."""

import eventlet

eventlet.monkey_patch()

import runpy

from chat_app.infrastructure.realtime import server

server.PING_SECONDS, server.PONG_SECONDS = 1, 2
runpy.run_path("wsgi.py", run_name="__main__")
