"""The person who writes from a website."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(eq=False)
class Visitor:
    """One visitor of one site.

    `user_id`, `name` and `email` are labels until `verified`: only a valid identity token proves
    them, and only then is `external_id` set, by which the same person is found again.
    """

    id: str
    site_id: str
    created_at: datetime
    user_id: str | None = None
    external_id: str | None = None
    name: str | None = None
    email: str | None = None
    verified: bool = False
    blocked: bool = False
    locale: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Identity:
    """What a site's signed identity token says about its user."""

    subject: str
    name: str | None = None
    email: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(eq=False)
class VisitorToken:
    """A device's way back to its visitor; only the hash of the token is kept."""

    token_hash: str
    visitor_id: str
    created_at: datetime
