"""All configuration, read once from the environment into one frozen value."""

import os
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

from chat_app.domain.limits import Limits

DEFAULT_SITE_KEY: Final = "default"
_SAMPLE_SECRETS: Final = frozenset({"changeme", "secret", "dev", "development", "test"})
_REDIS_SCHEMES: Final = ("redis", "rediss", "redis+sentinel", "unix")
_DRIVERS: Final = {
    "postgres": "postgresql+psycopg2",
    "postgresql": "postgresql+psycopg2",
    "postgresql+psycopg2": "postgresql+psycopg2",
    "sqlite": "sqlite",
    "mysql": "mysql+pymysql",
    "mysql+pymysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
    "mariadb+pymysql": "mysql+pymysql",
}


class SettingsError(ValueError):
    """A variable of the environment is missing or wrong; the text names it in one line."""


@dataclass(frozen=True)
class Settings:
    """What one installation was told. Nothing else in the code reads the environment."""

    app_env: str = "development"
    host: str = "127.0.0.1"
    port: int = 8080
    redis_url: str | None = None
    database_url: str = "sqlite:///var/cland.db"
    data_dir: Path = Path("var")
    secret_key: str = ""
    file_store_url: str = ""
    allowed_origins: tuple[str, ...] = ()
    metrics_token: str | None = None
    webhook_allow_private: bool = False
    admin_email: str = "admin@example.com"
    admin_password: str | None = None
    public_url: str = "http://localhost:8080"
    web_concurrency: int = 1
    rate_limits: bool = True
    trusted_proxies: int = 0
    smtp_url: str | None = None
    log_format: str = "console"
    log_level: str = "INFO"
    async_mode: str = "eventlet"
    websocket: str = "own"
    http_parser: str = "own"
    failpoint: str | None = None
    idle_close_minutes: int = 1_440
    limits: Limits = field(default_factory=Limits)

    @property
    def production(self) -> bool:
        """True where visitors are real: no demo page, no generated secrets."""
        return self.app_env == "production"

    @property
    def uses_sqlite(self) -> bool:
        """True when the database is an SQLite file of this machine."""
        return self.database_url.startswith("sqlite")

    @property
    def public_origin(self) -> str:
        """Scheme, host and port under which people reach this installation."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Build the settings from environment variables; raise SettingsError on a bad one."""
        env = os.environ if env is None else env
        app_env = _choice(env, "APP_ENV", "development", ("development", "production"))
        production = app_env == "production"
        if production:
            _require(env, "SECRET_KEY")
            _require(env, "REDIS_ADDR", "REDIS_URL")
            _require(env, "DB_DSN", "DATABASE_URL")
        port = _integer(env, "PORT", 8080, least=1, most=65_535)
        data_dir = Path(env.get("DATA_DIR") or "var").absolute()
        settings = cls(
            app_env=app_env,
            host=env.get("HOST") or ("0.0.0.0" if production else "127.0.0.1"),  # noqa: S104 - asked for by PROTOCOL.md
            port=port,
            redis_url=_redis_url(env),
            database_url=_database_url(env, data_dir),
            data_dir=data_dir,
            secret_key=_secret_key(env, data_dir, production=production),
            file_store_url=env.get("FILE_STORE_URL") or str(data_dir / "files"),
            allowed_origins=_origins(env),
            metrics_token=env.get("METRICS_TOKEN") or None,
            webhook_allow_private=_switch(env, "WEBHOOK_ALLOW_PRIVATE", default=False),
            admin_email=_email(env, "ADMIN_EMAIL", "admin@example.com"),
            admin_password=env.get("ADMIN_PASSWORD") or None,
            public_url=_public_url(env, port),
            web_concurrency=_integer(env, "WEB_CONCURRENCY", 1, least=1, most=64),
            rate_limits=_switch(env, "RATE_LIMITS", default=True),
            trusted_proxies=_integer(env, "TRUSTED_PROXIES", 0, least=0, most=10),
            smtp_url=_smtp_url(env),
            log_format=_choice(
                env, "LOG_FORMAT", "json" if production else "console", ("json", "console")
            ),
            log_level=_choice(env, "LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
            async_mode=_choice(env, "ASYNC_MODE", "eventlet", ("eventlet", "threading")),
            websocket=_choice(env, "WEBSOCKET", "own", ("own", "library")),
            http_parser=_choice(env, "HTTP_PARSER", "own", ("own", "library")),
            failpoint=_failpoint(env, production=production),
            idle_close_minutes=_integer(env, "IDLE_CLOSE_MINUTES", 1_440, least=1),
            limits=_limits(env),
        )
        if settings.uses_sqlite and settings.web_concurrency > 1:
            raise SettingsError(
                "WEB_CONCURRENCY: above 1 needs PostgreSQL in DB_DSN, SQLite serves one web process"
            )
        return settings


def _limits(env: Mapping[str, str]) -> Limits:
    given: dict[str, int] = {}
    for item in fields(Limits):
        name = f"LIMIT_{item.name.upper()}"
        if env.get(name):
            given[item.name] = _integer(env, name, 0, least=1)
    return Limits(**given)


def _require(env: Mapping[str, str], *names: str) -> None:
    if not any(env.get(name) for name in names):
        raise SettingsError(f"{names[0]}: must be set when APP_ENV=production")


def _integer(
    env: Mapping[str, str], name: str, default: int, *, least: int, most: int = 2**31
) -> int:
    text = env.get(name) or str(default)
    try:
        value = int(text)
    except ValueError:
        raise SettingsError(f"{name}: a whole number is needed, not {text!r}") from None
    if not least <= value <= most:
        raise SettingsError(f"{name}: must be between {least} and {most}, not {value}")
    return value


def _choice(env: Mapping[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = env.get(name) or default
    if value not in allowed:
        raise SettingsError(f"{name}: must be one of {', '.join(allowed)}, not {value!r}")
    return value


def _switch(env: Mapping[str, str], name: str, *, default: bool) -> bool:
    return _choice(env, name, "on" if default else "off", ("on", "off")) == "on"


def _email(env: Mapping[str, str], name: str, default: str) -> str:
    value = (env.get(name) or default).strip().lower()
    if value.count("@") != 1 or value.startswith("@") or value.endswith("@"):
        raise SettingsError(f"{name}: an e-mail address is needed, not {value!r}")
    return value


def _split(name: str, url: str) -> SplitResult:
    """The parts of a URL. It is not repeated in the error: it may hold a password."""
    try:
        parts = urlsplit(url)
        valid = parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise SettingsError(f"{name}: has no valid host and port")
    return parts


def _redis_url(env: Mapping[str, str]) -> str | None:
    name = "REDIS_ADDR" if env.get("REDIS_ADDR") else "REDIS_URL"
    value = env.get(name)
    if not value:
        return None
    if "://" not in value:
        host, colon, port = value.rpartition(":")
        if not colon or not port.isdigit() or not host:
            raise SettingsError(f"{name}: host:port or a URL is needed")
        _split(name, f"redis://{value}")
        return f"redis://{value}/0"
    if value.split("://", 1)[0] not in _REDIS_SCHEMES:
        raise SettingsError(f"{name}: the scheme must be one of {', '.join(_REDIS_SCHEMES)}")
    if not value.startswith("redis+sentinel://"):  # which names several hosts
        _split(name, value)
    if value.startswith("rediss://") and not _switch(env, "REDIS_TLS_VERIFY", default=True):
        return f"{value}{'&' if '?' in value else '?'}ssl_cert_reqs=none"
    return value


def _database_url(env: Mapping[str, str], data_dir: Path) -> str:
    name = "DB_DSN" if env.get("DB_DSN") else "DATABASE_URL"
    value = env.get(name)
    if not value:
        return f"sqlite:///{data_dir / 'cland.db'}"
    scheme, separator, rest = value.partition("://")
    driver = _DRIVERS.get(scheme)
    if not separator or driver is None:
        raise SettingsError(
            f"{name}: must be a postgresql://, sqlite:/// or mysql:// URL"
            " (other drivers block the server)"
        )
    return f"{driver}://{rest}"


def _secret_key(env: Mapping[str, str], data_dir: Path, *, production: bool) -> str:
    value = env.get("SECRET_KEY") or ""
    if production and (len(value) < 32 or value.lower() in _SAMPLE_SECRETS):
        raise SettingsError("SECRET_KEY: needs at least 32 random characters in production")
    return value or _kept_secret(data_dir / "secret_key")


def _kept_secret(path: Path) -> str:
    """Read the development secret, or make it; two processes at once end with the same one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="ascii") as file:
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    value = path.read_text(encoding="ascii")
    for _ in range(50):
        if value:
            break
        time.sleep(0.02)  # the other process has made the file but not written it yet
        value = path.read_text(encoding="ascii")
    if len(value) < 32:
        raise SettingsError(f"SECRET_KEY: {path} is damaged, delete it to make a new one")
    return value


def _failpoint(env: Mapping[str, str], *, production: bool) -> str | None:
    value = env.get("FAILPOINT") or None
    if value is not None and production:
        raise SettingsError("FAILPOINT: is for tests and refused in production")
    if value is not None and not re.fullmatch(r"[a-z_]+(:[1-9][0-9]*)?", value):
        raise SettingsError(f"FAILPOINT: must look like post_commit:3, not {value!r}")
    return value


def _origins(env: Mapping[str, str]) -> tuple[str, ...]:
    given = [
        item.strip().rstrip("/").lower() for item in (env.get("ALLOWED_ORIGINS") or "").split(",")
    ]
    origins = tuple(item for item in given if item)
    for origin in origins:
        parts = _split("ALLOWED_ORIGINS", origin)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path:
            raise SettingsError(
                f"ALLOWED_ORIGINS: {origin!r} is no origin like https://example.com"
            )
    return origins


def _public_url(env: Mapping[str, str], port: int) -> str:
    value = (env.get("PUBLIC_URL") or f"http://localhost:{port}").rstrip("/")
    parts = _split("PUBLIC_URL", value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"PUBLIC_URL: must be an http(s) URL, not {value!r}")
    return value


def _smtp_url(env: Mapping[str, str]) -> str | None:
    value = env.get("SMTP_URL") or None
    if value and _split("SMTP_URL", value).scheme not in ("smtp", "smtps"):
        raise SettingsError("SMTP_URL: must look like smtp://user:pass@host:port")
    return value
