"""Maps the domain's classes onto the tables, once, at import: the same class is entity and row."""

from sqlalchemy.orm import registry

from chat_app.domain.agent import Agent, AgentLease, AgentToken
from chat_app.domain.business_hours import Schedule
from chat_app.domain.department import Department
from chat_app.domain.outbox import OutboxEntry
from chat_app.domain.routing import Assignment
from chat_app.domain.session import Session
from chat_app.domain.site import Site
from chat_app.domain.visitor import Visitor, VisitorToken
from chat_app.infrastructure.db import tables

_registry = registry(metadata=tables.metadata)

for _entity, _table in (
    (Site, tables.site),
    (Department, tables.department),
    (Schedule, tables.business_hours),
    (Agent, tables.agent),
    (AgentToken, tables.agent_token),
    (AgentLease, tables.agent_lease),
    (Visitor, tables.visitor),
    (VisitorToken, tables.visitor_token),
    (Assignment, tables.assignment),
    (OutboxEntry, tables.outbox),
):
    _registry.map_imperatively(_entity, _table)

# The rank is computed by the database from the priority, for its index only.
_registry.map_imperatively(Session, tables.chat_session, exclude_properties={"priority_rank"})
