"""A website that embeds the widget."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chat_app.domain.bot import Bot


@dataclass(eq=False)
class Site:
    """`key` is public and names the site in the embed snippet; `identity_secret` is not.

    With a `bot`, sessions begin with it.
    """

    id: str
    key: str
    name: str
    created_at: datetime
    allowed_origins: list[str] = field(default_factory=list)
    locale: str = "auto"
    theme: dict[str, Any] = field(default_factory=dict)
    department_id: str | None = None
    prechat_fields: list[str] = field(default_factory=list)
    retention_days: int | None = None
    bot: Bot | None = None
    identity_secret: str | None = None
    deleted_at: datetime | None = None


@dataclass(frozen=True)
class PublicSite:
    """What anybody may know of a site: the widget's settings, and whether somebody is there.

    `agents_online` tells of people, `open` of business hours, which begin again at `opens_at`,
    `bot` whether one answers first.
    """

    key: str
    name: str
    locale: str
    theme: Mapping[str, Any]
    allowed_origins: tuple[str, ...]
    prechat_fields: tuple[str, ...]
    agents_online: bool
    open: bool
    opens_at: datetime | None
    bot: bool
