"""What the dashboard's pages need from the use cases."""

from dataclasses import dataclass

from chat_app.use_cases.agents import Agents
from chat_app.use_cases.authentication import Authentication
from chat_app.use_cases.business_hours import BusinessHours
from chat_app.use_cases.departments import Departments
from chat_app.use_cases.messages import Messages
from chat_app.use_cases.sessions import Sessions
from chat_app.use_cases.site_settings import SiteSettings
from chat_app.use_cases.staff import Staff


@dataclass(frozen=True)
class DashboardServices:
    """The use cases behind the pages; everything live goes over the socket instead."""

    authentication: Authentication
    agents: Agents
    departments: Departments
    sessions: Sessions
    messages: Messages
    staff: Staff
    site_settings: SiteSettings
    business_hours: BusinessHours
