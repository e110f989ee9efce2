"""The composition root: settings → adapters → use cases → doors. Only this room sees all others."""

from pathlib import Path
from typing import Final, Literal

from flask import Flask
from flask_babel import Babel
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine
from werkzeug.middleware.proxy_fix import ProxyFix

from chat_app.cli import create_commands
from chat_app.delivery.application import ChatFlask
from chat_app.domain.ports import Blocking
from chat_app.infrastructure.blocking import DirectBlocking
from chat_app.infrastructure.celery_app import create_celery
from chat_app.infrastructure.db import engine as engines
from chat_app.infrastructure.db.tables import metadata
from chat_app.infrastructure.logs import configure as configure_logs
from chat_app.infrastructure.sweeps import SweepWatch
from chat_app.settings import Settings
from chat_app.wiring.adapters import create_adapters
from chat_app.wiring.behaviours import create_services
from chat_app.wiring.doors import install_doors
from chat_app.wiring.pushing import create_pushing
from chat_app.wiring.sockets import install_sockets
from chat_app.wiring.system import System

_ROOT: Final = Path(__file__).parent.parent
_MIGRATIONS: Final = str(_ROOT.parent / "migrations")


def wire(
    settings: Settings, role: Literal["web", "worker", "cli"], blocking: Blocking | None
) -> Flask:
    """Build the application for one kind of process."""
    configure_logs(json=settings.log_format == "json", level=settings.log_level)
    app = ChatFlask(
        "chat_app",
        root_path=str(_ROOT),
        static_folder="delivery/static",
        template_folder="delivery/templates",
    )
    _configure(app, settings)
    adapters = create_adapters(settings, blocking or DirectBlocking())
    celery = app.extensions["celery"] = create_celery(app, settings.redis_url)
    pushing = create_pushing(app, settings, role, celery, adapters.redis)
    with app.app_context():
        engine = _database(app, settings)
        engines.prepare(engine, adapters.blocking)
    services, drain = create_services(settings, adapters, pushing, engine)
    pushing.attach(services)
    sweeps = SweepWatch(adapters.redis, celery)
    start, on_drain = _nothing, _nothing
    if role == "web":
        install_doors(app, settings, services, adapters.ids, adapters.metrics)
        sockets = install_sockets(app, settings, services, pushing, adapters.ids, sweeps)
        sockets.measure(adapters.metrics, engine.pool)
        pushing.realtime.pushed = adapters.metrics.pushed
        start, on_drain = sockets.start, sockets.say_goodbye
        _trust_proxies(app, settings.trusted_proxies)
    create_commands(app, services, settings)
    app.extensions["cland"] = System(settings, services, drain, sweeps, start, on_drain)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    https = settings.public_url.startswith("https://")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.limits.body_bytes,
        MAX_FORM_PARTS=50,
        SESSION_COOKIE_NAME="__Host-cland_form" if https else "cland_form",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        WTF_CSRF_TIME_LIMIT=None,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engines.options_for(settings.database_url),
    )
    Babel(app)


def _trust_proxies(app: Flask, hops: int) -> None:
    """Take addresses from proxies in front of us; outermost, so that sockets see them too."""
    if hops:
        proxied = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)
        app.wsgi_app = proxied  # type: ignore[method-assign]  # the way Flask documents


def _nothing() -> None:
    """Workers and commands do nothing beside their work."""


def _database(app: Flask, settings: Settings) -> Engine:
    if settings.uses_sqlite:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = SQLAlchemy(app, metadata=metadata)
    Migrate(app, database, directory=_MIGRATIONS, render_as_batch=True)
    return database.engine
