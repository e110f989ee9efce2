"""What the doors may call."""

from dataclasses import dataclass

from chat_app.use_cases.agents import Agents
from chat_app.use_cases.archiving import Archiving
from chat_app.use_cases.assignment import Assigning
from chat_app.use_cases.authentication import Authentication
from chat_app.use_cases.bots import Bots
from chat_app.use_cases.business_hours import BusinessHours
from chat_app.use_cases.departments import Departments
from chat_app.use_cases.handing_off import HandingOff
from chat_app.use_cases.health import Health
from chat_app.use_cases.indexing import Indexing
from chat_app.use_cases.joining import Joining
from chat_app.use_cases.labelling import Labelling
from chat_app.use_cases.leaving import Leaving
from chat_app.use_cases.messages import Messages
from chat_app.use_cases.notifications import Notifications
from chat_app.use_cases.opening import Opening
from chat_app.use_cases.outbox import OutboxDrain
from chat_app.use_cases.presence import Presence
from chat_app.use_cases.queueing import Queueing
from chat_app.use_cases.reopening import Reopening
from chat_app.use_cases.revising import Revising
from chat_app.use_cases.sessions import Sessions
from chat_app.use_cases.site_settings import SiteSettings
from chat_app.use_cases.sites import Sites
from chat_app.use_cases.snoozing import Snoozing
from chat_app.use_cases.staff import Staff
from chat_app.use_cases.transferring import Transferring
from chat_app.use_cases.viewing import Viewing
from chat_app.use_cases.visitors import Visitors
from chat_app.use_cases.waiting_limits import WaitingLimits
from chat_app.use_cases.whereabouts import Whereabouts


@dataclass(frozen=True)
class Services:
    """Every use case, wired once in `wiring.py`."""

    authentication: Authentication
    agents: Agents
    staff: Staff
    departments: Departments
    business_hours: BusinessHours
    presence: Presence
    whereabouts: Whereabouts
    viewing: Viewing
    leaving: Leaving
    sites: Sites
    site_settings: SiteSettings
    opening: Opening
    visitors: Visitors
    sessions: Sessions
    labelling: Labelling
    transferring: Transferring
    snoozing: Snoozing
    reopening: Reopening
    queueing: Queueing
    waiting_limits: WaitingLimits
    bots: Bots
    handing_off: HandingOff
    messages: Messages
    joining: Joining
    revising: Revising
    assigning: Assigning
    archiving: Archiving
    indexing: Indexing
    notifications: Notifications
    outbox: OutboxDrain
    health: Health
