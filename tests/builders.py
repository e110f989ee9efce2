"""Makes things of the domain with sensible values; a test names only what it is about.

    session = make_session(status="active", agent_id=agent.id)

Every call makes a new id, so that two things of one kind are never the same.
"""

import itertools
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from chat_app.domain.actor import Actor
from chat_app.domain.agent import Agent
from chat_app.domain.bot import Bot, BotEntry
from chat_app.domain.business_hours import Interval, Schedule
from chat_app.domain.department import Department
from chat_app.domain.events import SessionView
from chat_app.domain.message import Draft, Message
from chat_app.domain.outbox import OutboxEntry
from chat_app.domain.routing import Assignment, Candidate
from chat_app.domain.session import Session
from chat_app.domain.site import Site
from chat_app.domain.visitor import Visitor

NOON: Final = datetime(2026, 3, 1, 12, 0, 0, 123_000, tzinfo=UTC)
_numbers = itertools.count(1)


def new_id() -> str:
    """A fresh UUID that sorts by the order of making, as UUIDv7 do."""
    return str(uuid.UUID(int=(next(_numbers) << 80) | (0x7 << 76) | (0x8 << 60)))


def after(seconds: float = 0, *, minutes: float = 0, hours: float = 0) -> datetime:
    """A moment some time after NOON (before it, when negative)."""
    return NOON + timedelta(seconds=seconds, minutes=minutes, hours=hours)


def make_site(**over: Any) -> Site:
    key = f"site-{next(_numbers)}"
    given: dict[str, Any] = {
        "id": new_id(),
        "key": key,
        "name": f"Shop {key}",
        "created_at": NOON,
        "identity_secret": f"the identity secret of {key}, long enough",
    }
    return Site(**(given | over))


def make_bot(*keywords: tuple[str, ...], **over: Any) -> Bot:
    """A bot with an entry for each tuple of keywords; its answer names the first of them."""
    given: dict[str, Any] = {
        "name": "Momo",
        "greeting": "Hello, what is it about? 您好！",
        "fallback": "Please say it in other words. 请换个说法。",
        "entries": [BotEntry(keywords=[*one], answer=f"about {one[0]}") for one in keywords],
    }
    return cast("Bot", given | over)


def make_department(**over: Any) -> Department:
    given: dict[str, Any] = {
        "id": new_id(),
        "name": f"Department {next(_numbers)}",
        "created_at": NOON,
    }
    return Department(**(given | over))


def make_schedule(*intervals: tuple[int, str, str], **over: Any) -> Schedule:
    """Hours of the (weekday, opens, closes) given, in UTC; of a site unless a department is."""
    given: dict[str, Any] = {
        "id": new_id(),
        "time_zone": "UTC",
        "created_at": NOON,
        "intervals": [
            Interval(weekday=weekday, opens=opens, closes=closes)
            for weekday, opens, closes in intervals
        ],
        "site_id": None if "department_id" in over else new_id(),
    }
    return Schedule(**(given | over))


def make_agent(**over: Any) -> Agent:
    number = next(_numbers)
    given: dict[str, Any] = {
        "id": new_id(),
        "name": f"Agent {number}",
        "email": f"agent{number}@example.com",
        "password_hash": "plain:password of an agent",
        "created_at": NOON,
    }
    return Agent(**(given | over))


def make_visitor(site: Site | None = None, **over: Any) -> Visitor:
    given: dict[str, Any] = {
        "id": new_id(),
        "site_id": site.id if site else new_id(),
        "created_at": NOON,
    }
    return Visitor(**(given | over))


def make_session(visitor: Visitor | None = None, **over: Any) -> Session:
    """A session of `visitor`; its `open_key` and `queued_at` follow from its status."""
    given: dict[str, Any] = {
        "id": new_id(),
        "site_id": visitor.site_id if visitor else new_id(),
        "visitor_id": visitor.id if visitor else new_id(),
        "epoch": "an epoch",
        "created_at": NOON,
        "updated_at": over.get("created_at", NOON),
        "visitor_updated_at": over.get("created_at", NOON),
        "status": "queued",
    } | over
    given.setdefault("listed_at", given["updated_at"])
    if given["status"] != "closed":
        given.setdefault("open_key", f"{given['site_id']}:{given['visitor_id']}")
    if given["status"] == "queued":
        given.setdefault("queued_at", given["created_at"])
        given.setdefault("waiting_since", given["queued_at"])
    return Session(**given)


def make_draft(body: str = "Hello", **over: Any) -> Draft:
    given: dict[str, Any] = {"body": body, "client_msg_id": new_id()}
    return Draft(**(given | over))


def make_message(session: Session | None = None, **over: Any) -> Message:
    """A message with numbers of its own choosing; `Session.post` gives proper ones."""
    seq = over.get("seq", next(_numbers))
    hidden = over.get("kind") == "note"
    given: dict[str, Any] = {
        "id": new_id(),
        "session_id": session.id if session else new_id(),
        "seq": seq,
        "visitor_seq": None if hidden else seq,
        "client_msg_id": new_id(),
        "kind": "text",
        "sender_kind": "visitor",
        "sender_id": session.visitor_id if session else new_id(),
        "sender_name": "",
        "body": "Hello",
        "revision": seq,
        "visitor_revision": None if hidden else seq,
        "created_at": NOON,
    }
    return Message(**(given | over))


def make_assignment(session: Session, agent: Agent, slot: int | None = 1) -> Assignment:
    """The agent has the session, in one of its slots."""
    return Assignment(
        id=new_id(),
        session_id=session.id,
        agent_id=agent.id,
        reason="auto",
        assign_epoch=session.assign_epoch,
        assigned_at=NOON,
        open_session=session.id,
        open_slot=None if slot is None else f"{agent.id}:{slot}",
    )


def make_entry(**over: Any) -> OutboxEntry:
    given: dict[str, Any] = {
        "id": new_id(),
        "topic": "assign_sessions",
        "payload": {},
        "created_at": NOON,
        "available_at": NOON,
    }
    return OutboxEntry(**(given | over))


def make_candidate(**over: Any) -> Candidate:
    given: dict[str, Any] = {"agent_id": new_id(), "name": "Agent", "load": 0, "capacity": 5}
    return Candidate(**(given | over))


def make_view(session: Session | None = None, **over: Any) -> SessionView:
    session = session or make_session()
    visitor = make_visitor(id=session.visitor_id, site_id=session.site_id)
    given: dict[str, Any] = {"session": session, "visitor": visitor}
    return SessionView(**(given | over))


def visitor_actor(visitor: Visitor | None = None, **over: Any) -> Actor:
    """The visitor as its token proves it."""
    visitor = visitor or make_visitor()
    given: dict[str, Any] = {
        "kind": "visitor",
        "id": visitor.id,
        "name": visitor.name or "",
        "site_id": visitor.site_id,
    }
    return Actor(**(given | over))


def agent_actor(agent: Agent | None = None, **over: Any) -> Actor:
    """The agent as its token proves it."""
    agent = agent or make_agent()
    given: dict[str, Any] = {
        "kind": "agent",
        "id": agent.id,
        "name": agent.name,
        "role": agent.role,
        "department_ids": frozenset(agent.department_ids),
    }
    return Actor(**(given | over))
