"""The person who writes from a website."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chat_app.domain.errors import Validation

MOST_ATTRIBUTES = 50


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


def merged(known: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of a visitor with what was said now; raise Validation above 50 keys."""
    attributes = {**known, **said}
    if len(attributes) > MOST_ATTRIBUTES:
        raise Validation.of("attributes", f"at most {MOST_ATTRIBUTES} keys in all")
    return attributes


@dataclass(frozen=True)
class Page:
    """The web page a visitor looks at now; http or https only."""

    url: str
    title: str = ""


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
