"""Every variable: its default, what it takes, and the one line that refuses the rest."""

import stat
import threading
import time
from dataclasses import FrozenInstanceError, fields
from pathlib import Path
from typing import Any

import pytest

from chat_app.domain.limits import Limits
from chat_app.settings import Settings, SettingsError

LONG = "a secret of thirty-two characters or more"
PRODUCTION = {
    "APP_ENV": "production",
    "SECRET_KEY": LONG,
    "REDIS_ADDR": "redis.internal:6379",
    "DB_DSN": "postgresql://u:p@db.internal/cland",
}


@pytest.fixture
def read(tmp_path: Path) -> Any:
    """Settings of an environment with these variables and a folder of its own."""

    def settings(**env: str) -> Settings:
        return Settings.from_env({"DATA_DIR": str(tmp_path), **env})

    return settings


def test_what_is_unset_has_its_default(read: Any, tmp_path: Path) -> None:
    settings = read()
    assert (settings.app_env, settings.production) == ("development", False)
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert (settings.redis_url, settings.smtp_url, settings.metrics_token) == (None, None, None)
    assert settings.database_url == f"sqlite:///{tmp_path / 'cland.db'}"
    assert settings.file_store_url == str(tmp_path / "files")
    assert settings.public_url == settings.public_origin == "http://localhost:8080"
    assert (settings.admin_email, settings.admin_password) == ("admin@example.com", None)
    assert (settings.web_concurrency, settings.trusted_proxies) == (1, 0)
    assert (settings.rate_limits, settings.webhook_allow_private) == (True, False)
    assert (settings.log_format, settings.allowed_origins) == ("console", ())
    assert (settings.limits, settings.failpoint) == (Limits(), None)


def test_what_is_empty_counts_as_unset(read: Any) -> None:
    names = ["PORT", "HOST", "APP_ENV", "DB_DSN", "REDIS_ADDR", "SMTP_URL", "PUBLIC_URL"]
    names += ["RATE_LIMITS", "ALLOWED_ORIGINS", "ADMIN_EMAIL", "LIMIT_BODY_BYTES", "LOG_FORMAT"]
    assert read(**dict.fromkeys(names, "")) == read()


def test_they_cannot_be_changed(read: Any) -> None:
    settings = read()
    with pytest.raises(FrozenInstanceError):
        settings.port = 1


@pytest.mark.parametrize(
    ("variable", "value", "field", "expected"),
    [
        ("HOST", "::", "host", "::"),
        ("PORT", "1", "port", 1),
        ("PORT", "65535", "port", 65_535),
        ("PORT", "9000", "public_url", "http://localhost:9000"),
        ("PUBLIC_URL", "https://chat.example.com/", "public_url", "https://chat.example.com"),
        ("PUBLIC_URL", "https://example.com/chat", "public_origin", "https://example.com"),
        ("REDIS_ADDR", "redis:6379", "redis_url", "redis://redis:6379/0"),
        ("REDIS_ADDR", "[::1]:6379", "redis_url", "redis://[::1]:6379/0"),
        ("REDIS_ADDR", "redis://:p@h:1/2", "redis_url", "redis://:p@h:1/2"),
        ("REDIS_ADDR", "rediss://h", "redis_url", "rediss://h"),
        ("REDIS_ADDR", "unix:///run/r.sock", "redis_url", "unix:///run/r.sock"),
        (
            "REDIS_ADDR",
            "redis+sentinel://a:26379,b:26379/main",
            "redis_url",
            "redis+sentinel://a:26379,b:26379/main",
        ),
        ("REDIS_URL", "redis://h", "redis_url", "redis://h"),
        ("DB_DSN", "postgres://u:p@h/d", "database_url", "postgresql+psycopg2://u:p@h/d"),
        ("DB_DSN", "postgresql://h/d?a=b", "database_url", "postgresql+psycopg2://h/d?a=b"),
        ("DB_DSN", "postgresql+psycopg2://h/d", "database_url", "postgresql+psycopg2://h/d"),
        ("DB_DSN", "mysql://h/d", "database_url", "mysql+pymysql://h/d"),
        ("DB_DSN", "mariadb://h/d", "database_url", "mysql+pymysql://h/d"),
        ("DB_DSN", "sqlite:////data/x.db", "database_url", "sqlite:////data/x.db"),
        ("DATABASE_URL", "postgres://h/d", "database_url", "postgresql+psycopg2://h/d"),
        ("SECRET_KEY", "short is fine here", "secret_key", "short is fine here"),
        ("FILE_STORE_URL", "s3://bucket/x", "file_store_url", "s3://bucket/x"),
        (
            "ALLOWED_ORIGINS",
            " https://A.example/ ,http://b:8080,,",
            "allowed_origins",
            ("https://a.example", "http://b:8080"),
        ),
        ("METRICS_TOKEN", "t", "metrics_token", "t"),
        ("WEBHOOK_ALLOW_PRIVATE", "on", "webhook_allow_private", True),
        ("ADMIN_EMAIL", " Boss@Example.com", "admin_email", "boss@example.com"),
        ("ADMIN_PASSWORD", "p", "admin_password", "p"),
        ("RATE_LIMITS", "off", "rate_limits", False),
        ("TRUSTED_PROXIES", "2", "trusted_proxies", 2),
        ("SMTP_URL", "smtp://u:p@h:25", "smtp_url", "smtp://u:p@h:25"),
        ("SMTP_URL", "smtps://h", "smtp_url", "smtps://h"),
        ("LOG_FORMAT", "json", "log_format", "json"),
        ("LOG_LEVEL", "DEBUG", "log_level", "DEBUG"),
        ("ASYNC_MODE", "threading", "async_mode", "threading"),
        ("WEBSOCKET", "library", "websocket", "library"),
        ("HTTP_PARSER", "library", "http_parser", "library"),
        ("FAILPOINT", "post_commit:3", "failpoint", "post_commit:3"),
        ("IDLE_CLOSE_MINUTES", "5", "idle_close_minutes", 5),
    ],
)
def test_is_taken(read: Any, variable: str, value: str, field: str, expected: object) -> None:
    assert getattr(read(**{variable: value}), field) == expected


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("APP_ENV", "prod"),
        ("PORT", "http"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "80.5"),
        ("PUBLIC_URL", "chat.example.com"),
        ("PUBLIC_URL", "ftp://chat.example.com"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "https://:8080"),
        ("PUBLIC_URL", "https://h:port"),
        ("PUBLIC_URL", "https://[::1"),
        ("REDIS_ADDR", "redis"),
        ("REDIS_ADDR", ":6379"),
        ("REDIS_ADDR", "redis:"),
        ("REDIS_ADDR", "redis:port"),
        ("REDIS_ADDR", "redis:99999"),
        ("REDIS_ADDR", "redis://h:port"),
        ("REDIS_ADDR", "http://h"),
        ("REDIS_URL", "amqp://h"),
        ("DB_DSN", "oracle://h/d"),
        ("DB_DSN", "postgresql+psycopg://h/d"),
        ("DB_DSN", "postgresql+asyncpg://h/d"),
        ("DB_DSN", "cland.db"),
        ("DB_DSN", "postgresql:h/d"),
        ("DATABASE_URL", "mongodb://h/d"),
        ("ALLOWED_ORIGINS", "chat.example.com"),
        ("ALLOWED_ORIGINS", "*"),
        ("ALLOWED_ORIGINS", "https://a.example/path"),
        ("ALLOWED_ORIGINS", "https://a.example,null"),
        ("ALLOWED_ORIGINS", "https://a.example:x"),
        ("WEBHOOK_ALLOW_PRIVATE", "yes"),
        ("ADMIN_EMAIL", "boss"),
        ("ADMIN_EMAIL", "@example.com"),
        ("ADMIN_EMAIL", "a@b@c"),
        ("WEB_CONCURRENCY", "0"),
        ("WEB_CONCURRENCY", "65"),
        ("RATE_LIMITS", "true"),
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "all"),
        ("SMTP_URL", "mail.example.com"),
        ("SMTP_URL", "http://mail.example.com"),
        ("SMTP_URL", "smtp://mail.example.com:smtp"),
        ("LOG_FORMAT", "xml"),
        ("LOG_LEVEL", "loud"),
        ("ASYNC_MODE", "gevent"),
        ("WEBSOCKET", "mine"),
        ("FAILPOINT", "post commit"),
        ("FAILPOINT", "post_commit:0"),
        ("IDLE_CLOSE_MINUTES", "0"),
        *((f"LIMIT_{item.name.upper()}", bad) for item in fields(Limits) for bad in ("0", "x")),
    ],
)
def test_is_refused_in_one_line_that_names_it(read: Any, variable: str, value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read(**{variable: value})
    text = str(refused.value)
    assert text.startswith(f"{variable}: ")
    assert len(text.splitlines()) == 1


@pytest.mark.parametrize("variable", ["REDIS_ADDR", "SMTP_URL", "DB_DSN"])
def test_a_password_is_not_repeated(read: Any, variable: str) -> None:
    scheme = {"REDIS_ADDR": "redis", "SMTP_URL": "smtp", "DB_DSN": "mssql"}[variable]
    with pytest.raises(SettingsError) as refused:
        read(**{variable: f"{scheme}://user:topsecret@h:port/"})
    assert "topsecret" not in str(refused.value)


@pytest.mark.parametrize("item", fields(Limits), ids=lambda item: item.name)
def test_every_limit_has_its_variable(read: Any, item: Any) -> None:
    limits = read(**{f"LIMIT_{item.name.upper()}": "7"}).limits
    assert getattr(limits, item.name) == 7
    changed = [one.name for one in fields(Limits) if getattr(limits, one.name) != one.default]
    assert changed == [item.name]


@pytest.mark.parametrize(
    ("first", "second", "field"),
    [
        ("REDIS_ADDR", "REDIS_URL", "redis_url"),
        ("DB_DSN", "DATABASE_URL", "database_url"),
    ],
)
def test_the_second_name_counts_when_the_first_is_unset(
    read: Any, first: str, second: str, field: str
) -> None:
    scheme = {"redis_url": "redis", "database_url": "sqlite"}[field]
    both = {first: f"{scheme}://one/1", second: f"{scheme}://two/2"}
    assert getattr(read(**both), field) == f"{scheme}://one/1"
    assert getattr(read(**{**both, first: ""}), field) == f"{scheme}://two/2"


# --- Production ----------------------------------------------------------------------------------


def test_production_with_what_it_needs(read: Any) -> None:
    settings = read(**PRODUCTION)
    assert settings.production
    assert (settings.host, settings.log_format) == ("0.0.0.0", "json")  # noqa: S104 - the default is the point
    assert settings.secret_key == LONG


@pytest.mark.parametrize("missing", ["SECRET_KEY", "REDIS_ADDR", "DB_DSN"])
def test_production_does_not_start_without(read: Any, missing: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=rf"^{missing}: must be set"):
        read(**{**PRODUCTION, missing: ""})
    assert list(tmp_path.iterdir()) == [], "and makes no secret of its own"


def test_production_is_content_with_the_second_names(read: Any) -> None:
    env = {**PRODUCTION, "REDIS_ADDR": "", "DB_DSN": ""}
    settings = read(**env, REDIS_URL="redis://h", DATABASE_URL="postgres://h/d")
    assert settings.redis_url == "redis://h"


@pytest.mark.parametrize("secret", ["changeme", "secret", "x" * 31])
def test_production_refuses_a_weak_secret(read: Any, secret: str) -> None:
    with pytest.raises(SettingsError, match=r"^SECRET_KEY: "):
        read(**{**PRODUCTION, "SECRET_KEY": secret})


def test_production_has_no_failpoints(read: Any) -> None:
    with pytest.raises(SettingsError, match=r"^FAILPOINT: "):
        read(**PRODUCTION, FAILPOINT="post_commit")


def test_sqlite_serves_one_web_process(read: Any) -> None:
    with pytest.raises(SettingsError, match=r"^WEB_CONCURRENCY: "):
        read(WEB_CONCURRENCY="2")
    with pytest.raises(SettingsError, match=r"^WEB_CONCURRENCY: "):
        read(WEB_CONCURRENCY="2", DB_DSN="sqlite:////data/x.db")
    assert read(WEB_CONCURRENCY="2", DB_DSN="postgres://h/d").web_concurrency == 2


# --- The secret of development -------------------------------------------------------------------


def test_a_secret_is_made_once_and_kept_from_others(read: Any, tmp_path: Path) -> None:
    first = read().secret_key
    assert len(first) >= 43
    assert read().secret_key == first
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert Settings.from_env({"DATA_DIR": str(tmp_path / "other")}).secret_key != first


def test_a_given_secret_leaves_no_file(read: Any, tmp_path: Path) -> None:
    read(SECRET_KEY=LONG)
    assert list(tmp_path.iterdir()) == []


def test_processes_that_start_together_have_the_same_secret(tmp_path: Path) -> None:
    barrier, secrets = threading.Barrier(8), []

    def start() -> None:
        barrier.wait(10)
        secrets.append(Settings.from_env({"DATA_DIR": str(tmp_path)}).secret_key)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(secrets) == 8
    assert len(set(secrets)) == 1


def test_a_secret_that_is_being_written_is_waited_for(read: Any, tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    path.touch()
    begun = time.monotonic()
    writer = threading.Timer(0.1, lambda: path.write_text("x" * 64, encoding="ascii"))
    writer.start()
    assert read().secret_key == "x" * 64
    assert time.monotonic() - begun < 5
    writer.join()


def test_a_damaged_secret_is_named(read: Any, tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("short", encoding="ascii")
    with pytest.raises(SettingsError, match=r"^SECRET_KEY: .*secret_key is damaged"):
        read()


def test_a_redis_with_a_certificate_of_its_own_making_is_taken_on_request(read: Any) -> None:
    url = "rediss://:secret@redis.example.com:6380"
    assert read(REDIS_URL=url).redis_url == url
    assert read(REDIS_URL=url, REDIS_TLS_VERIFY="off").redis_url == f"{url}?ssl_cert_reqs=none"
