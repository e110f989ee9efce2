"""The adapters that do not depend on what kind of process this is."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from chat_app.domain.ports import (
    Blocking,
    Clock,
    Ids,
    Mailer,
    Passwords,
    Probe,
    RateLimiter,
    SessionViewers,
    Tokens,
    VisitorPresence,
)
from chat_app.infrastructure.clock import SystemClock
from chat_app.infrastructure.ids import RandomIds
from chat_app.infrastructure.mail import FolderMailer, SmtpMailer
from chat_app.infrastructure.metrics import Metrics
from chat_app.infrastructure.passwords import Argon2Passwords
from chat_app.infrastructure.redis.connection import Guarded, connect
from chat_app.infrastructure.redis.presence import LocalVisitorPresence, RedisVisitorPresence
from chat_app.infrastructure.redis.rate_limits import NoLimits, WindowLimiter
from chat_app.infrastructure.redis.viewers import LocalSessionViewers, RedisSessionViewers
from chat_app.infrastructure.tokens import HashedTokens
from chat_app.settings import Settings


@dataclass(frozen=True)
class Adapters:
    """The ports, plugged in."""

    clock: Clock
    ids: Ids
    tokens: Tokens
    passwords: Passwords
    limiter: RateLimiter
    visitors: VisitorPresence
    viewers: SessionViewers
    mailer: Mailer
    blocking: Blocking
    redis: Guarded | None
    metrics: Metrics
    probes: tuple[Probe, ...]


def create_adapters(settings: Settings, blocking: Blocking) -> Adapters:
    """Choose and build; nothing connects before it is used."""
    clock, ids = SystemClock(), RandomIds()
    redis = Guarded(connect(settings.redis_url)) if settings.redis_url else None
    return Adapters(
        clock=clock,
        ids=ids,
        tokens=HashedTokens(),
        passwords=Argon2Passwords(blocking),
        limiter=WindowLimiter(settings.redis_url) if settings.rate_limits else NoLimits(),
        visitors=RedisVisitorPresence(redis) if redis else LocalVisitorPresence(),
        viewers=RedisSessionViewers(redis) if redis else LocalSessionViewers(),
        mailer=_mailer(settings, ids, clock),
        blocking=blocking,
        redis=redis,
        metrics=Metrics(),
        probes=(redis,) if redis else (),
    )


def _mailer(settings: Settings, ids: Ids, clock: Clock) -> Mailer:
    host = urlsplit(settings.public_url).hostname or "localhost"
    sender = f"Cland Chat <no-reply@{host}>"
    if settings.smtp_url:
        return SmtpMailer(settings.smtp_url, sender)
    return FolderMailer(settings.data_dir / "outbox", sender, ids, clock)
