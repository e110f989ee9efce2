"""The use cases, given their ports."""

import structlog
from sqlalchemy import Engine

from chat_app.domain.outbox import OutboxEntry
from chat_app.infrastructure.db.engine import DatabaseProbe
from chat_app.infrastructure.db.unit_of_work import SqlUnitOfWorkFactory
from chat_app.settings import Settings
from chat_app.use_cases.after_commit import ASSIGN, MISSED, AfterCommit
from chat_app.use_cases.agents import Agents
from chat_app.use_cases.archiving import Archiving
from chat_app.use_cases.assignment import Assigning
from chat_app.use_cases.authentication import Authentication
from chat_app.use_cases.hands import Hands
from chat_app.use_cases.health import Drain, Health
from chat_app.use_cases.messages import Messages
from chat_app.use_cases.notifications import Notifications
from chat_app.use_cases.opening import Opening
from chat_app.use_cases.outbox import OutboxDrain
from chat_app.use_cases.posting import Posting
from chat_app.use_cases.presence import Presence
from chat_app.use_cases.services import Services
from chat_app.use_cases.sessions import Sessions
from chat_app.use_cases.sites import Sites
from chat_app.use_cases.views import Views
from chat_app.wiring.adapters import Adapters
from chat_app.wiring.pushing import Pushing

_log = structlog.get_logger(__name__)


def create_services(
    settings: Settings, adapters: Adapters, pushing: Pushing, engine: Engine
) -> tuple[Services, Drain]:
    """Build every use case."""
    clock, ids, limits = adapters.clock, adapters.ids, settings.limits
    uow = SqlUnitOfWorkFactory(engine, AfterCommit(pushing.realtime, pushing.wakeup, ids, clock))
    views = Views(adapters.visitors)
    hands = Hands(views, ids, clock)
    posting = Posting(ids, clock, limits.message_characters)
    sessions = Sessions(uow, views, hands, clock)
    assigning = Assigning(uow, hands)
    notifications = Notifications(uow, adapters.mailer, settings.public_url)
    drain = Drain()
    handlers = {
        ASSIGN: lambda _: assigning.assign_waiting(),
        MISSED: lambda payload: notifications.mail_missed(payload["session_id"]),
    }
    services = Services(
        authentication=Authentication(
            uow, adapters.tokens, adapters.passwords, ids, clock, adapters.limiter, limits
        ),
        agents=Agents(uow, adapters.passwords, ids, clock),
        presence=Presence(uow, adapters.visitors),
        sites=Sites(uow, ids, clock),
        opening=Opening(uow, posting, views, adapters.tokens, ids, clock, adapters.limiter, limits),
        sessions=sessions,
        messages=Messages(uow, posting, views, pushing.realtime, adapters.limiter, limits),
        assigning=assigning,
        archiving=Archiving(uow, sessions, clock, settings.idle_close_minutes),
        notifications=notifications,
        outbox=OutboxDrain(uow, ids, handlers, _report),
        health=Health(DatabaseProbe(engine), adapters.probes, drain),
    )
    return services, drain


def _report(entry: OutboxEntry, error: Exception) -> None:
    _log.warning(
        "outbox_entry_failed",
        entry_id=entry.id,
        topic=entry.topic,
        attempts=entry.attempts,
        exc_info=error,
    )
