"""The use cases, given their ports."""

from typing import Any

import structlog
from sqlalchemy import Engine

from chat_app.domain.outbox import OutboxEntry
from chat_app.domain.ports import Blocking
from chat_app.infrastructure.db.engine import DatabaseProbe
from chat_app.infrastructure.db.shortcut import shortcut_over
from chat_app.infrastructure.db.unit_of_work import SqlUnitOfWorkFactory
from chat_app.infrastructure.failpoints import Reach, armed
from chat_app.settings import Settings
from chat_app.use_cases.after_commit import (
    ASSIGN,
    BOT_ANSWER,
    EMPTY,
    MISSED,
    REQUEUE,
    TAKE_BACK,
    WAKE,
    AfterCommit,
)
from chat_app.use_cases.agents import Agents
from chat_app.use_cases.archiving import Archiving
from chat_app.use_cases.arriving import Arriving
from chat_app.use_cases.assignment import Assigning
from chat_app.use_cases.authentication import Authentication
from chat_app.use_cases.beginning import Beginning
from chat_app.use_cases.bots import Bots
from chat_app.use_cases.business_hours import BusinessHours
from chat_app.use_cases.departments import Departments
from chat_app.use_cases.handing_off import HandingOff
from chat_app.use_cases.hands import Hands
from chat_app.use_cases.health import Drain, Health
from chat_app.use_cases.indexing import Indexing
from chat_app.use_cases.joining import Joining
from chat_app.use_cases.labelling import Labelling
from chat_app.use_cases.leaving import Leaving
from chat_app.use_cases.left_messages import LeftMessages
from chat_app.use_cases.message_log import MOST_LEADERS, MessageLog
from chat_app.use_cases.messages import Messages
from chat_app.use_cases.notifications import Notifications
from chat_app.use_cases.opening import Opening
from chat_app.use_cases.outbox import Handler, OutboxDrain
from chat_app.use_cases.posting import Posting
from chat_app.use_cases.presence import Presence
from chat_app.use_cases.queueing import Queueing
from chat_app.use_cases.reopening import Reopening
from chat_app.use_cases.revising import Revising
from chat_app.use_cases.services import Services
from chat_app.use_cases.sessions import Sessions
from chat_app.use_cases.site_settings import SiteSettings
from chat_app.use_cases.sites import Sites
from chat_app.use_cases.snoozing import Snoozing
from chat_app.use_cases.staff import Staff
from chat_app.use_cases.storing import Storing
from chat_app.use_cases.transferring import Transferring
from chat_app.use_cases.viewing import Viewing
from chat_app.use_cases.views import Views
from chat_app.use_cases.visitors import Visitors
from chat_app.use_cases.waiting_limits import WaitingLimits
from chat_app.use_cases.whereabouts import Whereabouts
from chat_app.wiring.adapters import Adapters
from chat_app.wiring.pushing import Pushing

_log = structlog.get_logger(__name__)


def create_services(
    settings: Settings, adapters: Adapters, pushing: Pushing, engine: Engine
) -> tuple[Services, Drain]:
    """Build every use case."""
    clock, ids, limits = adapters.clock, adapters.ids, settings.limits
    reach = armed(settings.failpoint)
    after_commit = AfterCommit(
        pushing.realtime, pushing.followers, pushing.wakeup, pushing.recent, ids, clock
    )
    uow = SqlUnitOfWorkFactory(engine, after_commit, reach, adapters.metrics.committed)
    views = Views(adapters.visitors, clock)
    hands = Hands(views, ids, clock)
    posting = Posting(ids, clock, limits.message_characters)
    shortcut = shortcut_over(engine, after_commit, reach, adapters.metrics.committed)
    log = _message_log(Storing(uow, posting, shortcut), adapters.blocking, engine)
    messages = Messages(uow, log, pushing.recent, pushing.realtime, adapters.limiter, limits)
    left_messages = LeftMessages(hands, clock)
    handing_off = HandingOff(uow, views, hands, left_messages, clock)
    bots = Bots(uow, handing_off, ids, clock)
    sessions = Sessions(uow, views, hands, clock, ids)
    assigning = Assigning(uow, hands, pushing.realtime)
    snoozing = Snoozing(uow, views, hands, clock)
    staff = Staff(uow, hands, adapters.passwords, ids, clock)
    departments = Departments(uow, views, ids, clock)
    notifications = Notifications(uow, adapters.mailer, settings.public_url)
    leaving = Leaving(uow, hands)
    whereabouts = Whereabouts(
        uow, adapters.visitors, pushing.realtime, adapters.limiter, limits, adapters.blocking
    )
    drain = Drain()
    handlers = _handlers(
        assigning, notifications, staff, departments, leaving, snoozing, bots, reach
    )
    services = Services(
        authentication=Authentication(
            uow,
            adapters.tokens,
            adapters.passwords,
            ids,
            clock,
            adapters.limiter,
            limits,
            adapters.blocking,
        ),
        agents=Agents(uow, adapters.passwords, ids, clock),
        staff=staff,
        departments=departments,
        business_hours=BusinessHours(uow, ids, clock),
        presence=Presence(uow, whereabouts),
        whereabouts=whereabouts,
        viewing=Viewing(adapters.viewers, pushing.realtime),
        leaving=leaving,
        sites=Sites(uow, ids, clock),
        site_settings=SiteSettings(uow, ids, clock),
        opening=Opening(
            uow,
            Arriving(adapters.tokens, ids, clock),
            Beginning(posting, views, left_messages, bots, adapters.tokens, ids, clock),
            adapters.limiter,
            limits,
            adapters.blocking,
        ),
        visitors=Visitors(uow),
        sessions=sessions,
        labelling=Labelling(uow, views, clock),
        transferring=Transferring(uow, views, hands, posting, ids, clock),
        snoozing=snoozing,
        reopening=Reopening(uow, hands, clock),
        queueing=Queueing(uow, clock),
        waiting_limits=WaitingLimits(uow, views, hands, left_messages, clock),
        bots=bots,
        handing_off=handing_off,
        messages=messages,
        joining=Joining(uow, views, messages, adapters.blocking, shortcut.noticed),
        revising=Revising(uow, clock, adapters.limiter, limits),
        assigning=assigning,
        archiving=Archiving(uow, sessions, clock, settings.idle_close_minutes),
        indexing=Indexing(uow),
        notifications=notifications,
        outbox=OutboxDrain(uow, ids, handlers, _report),
        health=Health(DatabaseProbe(engine), adapters.probes, drain),
    )
    return services, drain


def _message_log(storing: Storing, blocking: Blocking, engine: Engine) -> MessageLog:
    """On SQLite writers take turns: a second group beside the first would only wait."""
    leaders = 1 if engine.dialect.name == "sqlite" else MOST_LEADERS
    return MessageLog(storing, blocking, leaders)


def _handlers(
    assigning: Assigning,
    notifications: Notifications,
    staff: Staff,
    departments: Departments,
    leaving: Leaving,
    snoozing: Snoozing,
    bots: Bots,
    reach: Reach,
) -> dict[str, Handler]:
    """Who does the work that commits leave behind, by topic."""

    def assign(_: dict[str, Any]) -> None:
        assigning.assign_waiting()
        reach("effect_done")

    def mail_missed(payload: dict[str, Any]) -> None:
        notifications.mail_missed(payload["session_id"])
        reach("effect_done")

    def bot_answer(payload: dict[str, Any]) -> None:
        bots.answer(payload["session_id"])
        reach("effect_done")

    return {
        ASSIGN: assign,
        BOT_ANSWER: bot_answer,
        MISSED: mail_missed,
        REQUEUE: lambda payload: staff.requeue_sessions(payload["agent_id"]),
        TAKE_BACK: lambda payload: leaving.take_back(payload["agent_id"]),
        WAKE: lambda payload: snoozing.wake_for_message(**payload),
        EMPTY: lambda payload: departments.empty(payload["department_id"]),
    }


def _report(entry: OutboxEntry, error: Exception) -> None:
    _log.warning(
        "outbox_entry_failed",
        entry_id=entry.id,
        topic=entry.topic,
        attempts=entry.attempts,
        exc_info=error,
    )
