"""Stand-ins for the outside world: they keep what they were told and answer at once.

The database's stand-in lives in `fake_database.py`.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from chat_app.domain.errors import ChatError, RateLimited, Unauthorized
from chat_app.domain.events import Event
from chat_app.domain.mail import Mail
from chat_app.domain.session import Belonging, Session
from chat_app.domain.viewing import Viewer
from chat_app.domain.visitor import Identity, Page
from chat_app.infrastructure.blocking import DirectBlocking
from tests.builders import NOON, new_id

T = TypeVar("T")
E = TypeVar("E")


class FixedClock:
    """Stands still until a test moves it."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, seconds: float = 0, *, minutes: float = 0, hours: float = 0) -> None:
        self.at += timedelta(seconds=seconds, minutes=minutes, hours=hours)


class SequentialIds:
    """Ids in rising order and secrets that can be read."""

    def __init__(self) -> None:
        self._secrets = itertools.count(1)

    def new(self) -> str:
        return new_id()

    def secret(self) -> str:
        return f"secret-{next(self._secrets):04d}-and-some-more-characters"


class RecordingRealtime:
    """Keeps what would have been pushed."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def publish(self, event: Event) -> None:
        self.events.append(event)

    def of(self, kind: type[E]) -> list[E]:
        """The events of one kind, in order."""
        return [event for event in self.events if isinstance(event, kind)]

    def clear(self) -> None:
        self.events.clear()


class RecordingFollowers:
    """Keeps whose sessions were when somebody had to be kept from following them."""

    def __init__(self) -> None:
        self.sifted: list[tuple[str, Belonging]] = []

    def sift(self, sessions: Iterable[Session]) -> None:
        self.sifted += [(one.id, one.belonging) for one in sessions]


class RecordingWakeup:
    """Counts how often a worker would have been woken."""

    def __init__(self) -> None:
        self.nudges = 0

    def nudge(self) -> None:
        self.nudges += 1


class RecordingMailer:
    """Keeps letters; raises `failure` instead while one is set."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []
        self.failure: ChatError | None = None

    def send(self, mail: Mail) -> None:
        if self.failure is not None:
            raise self.failure
        self.sent.append(mail)


class FakeTokens:
    """Digests that can be read; identities that a test has written down before."""

    def __init__(self) -> None:
        self.identities: dict[str, Identity] = {}
        self.asked: list[dict[str, Any]] = []

    def digest(self, token: str) -> str:
        return f"digest of {token}"[:64]

    def identity(self, token: str, *, secret: str, audience: str, now: datetime) -> Identity:
        self.asked.append({"token": token, "secret": secret, "audience": audience, "now": now})
        if token not in self.identities:
            raise Unauthorized("identity_token is not valid")
        return self.identities[token]


class PlainPasswords:
    """Passwords that can be read; `checked` shows that a comparison was made at all."""

    def __init__(self) -> None:
        self.checked: list[str | None] = []

    def hash(self, password: str) -> str:
        return f"plain:{password}"

    def matches(self, password: str, password_hash: str | None) -> bool:
        self.checked.append(password_hash)
        return password_hash == f"plain:{password}"


class FakeLimiter:
    """Counts as the real one does, in one window that never ends."""

    def __init__(self) -> None:
        self.hits: Counter[tuple[str, str]] = Counter()
        self.asked: list[tuple[str, str, int, int]] = []

    def hit(self, rule: str, key: str, *, most: int, seconds: int) -> None:
        self.asked.append((rule, key, most, seconds))
        self.hits[rule, key] += 1
        if self.hits[rule, key] > most:
            raise RateLimited(retry_after=seconds)

    def check(self, rule: str, key: str, *, most: int, seconds: int) -> None:
        if self.hits[rule, key] >= most:
            raise RateLimited(retry_after=seconds)

    def pass_time(self) -> None:
        """Let every window end."""
        self.hits.clear()


class FakeVisitorPresence:
    """The sockets that came and have not left; one that left is gone after six seconds."""

    def __init__(self, clock: FixedClock) -> None:
        self.sids: dict[str, set[str]] = {}
        self.pages: dict[str, Page] = {}
        self._clock = clock
        self._left_at: dict[str, datetime] = {}

    def came(self, sockets: Mapping[str, str]) -> set[str]:
        new = {one for one in sockets.values() if one not in self.sids}
        for sid, visitor_id in sockets.items():
            self._left_at.pop(visitor_id, None)
            self.sids.setdefault(visitor_id, set()).add(sid)
        return new

    def alive(self, sockets: Mapping[str, str]) -> None:
        self.came(sockets)

    def left(self, sockets: Mapping[str, str]) -> None:
        for sid, visitor_id in sockets.items():
            sids = self.sids.get(visitor_id, set())
            sids.discard(sid)
            if not sids and self.sids.pop(visitor_id, None) is not None:
                self._left_at[visitor_id] = self._clock.now()

    def gone(self) -> set[str]:
        latest = self._clock.now() - timedelta(seconds=6)
        gone = {one for one, at in self._left_at.items() if at <= latest}
        for one in gone:
            del self._left_at[one]
        return gone

    def looks_at(self, visitor_id: str, page: Page) -> bool:
        before, self.pages[visitor_id] = self.pages.get(visitor_id), page
        return before != page

    def present(self, visitor_ids: Iterable[str]) -> Mapping[str, Page | None]:
        return {one: self.pages.get(one) for one in visitor_ids if self.sids.get(one)}


class FakeSessionViewers:
    """The sockets that follow; `dead` are those of a process that was killed."""

    def __init__(self) -> None:
        self.following: dict[str, dict[str, Viewer]] = {}
        self.dead: set[str] = set()

    def came(self, session_id: str, sid: str, viewer: Viewer) -> Sequence[Viewer]:
        followers = self.following.setdefault(session_id, {})
        before = list(followers.values())
        followers[sid] = viewer
        return before

    def left(self, session_id: str, sid: str) -> Sequence[Viewer]:
        followers = self.following.get(session_id, {})
        followers.pop(sid, None)
        return list(followers.values())

    def alive(
        self, following: Mapping[str, Mapping[str, Viewer]]
    ) -> Mapping[str, Sequence[Viewer]]:
        lost = {
            one: self.following[one] for one in following if self.dead & set(self.following[one])
        }
        for followers in lost.values():
            for sid in self.dead:
                followers.pop(sid, None)
        return {one: list(followers.values()) for one, followers in lost.items()}


class FakeProbe:
    """A part that works until a test says what is wrong with it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.trouble: str | None = None

    def check(self) -> str | None:
        return self.trouble


class CountingBlocking(DirectBlocking):
    """Runs work at once and keeps what was run."""

    def __init__(self) -> None:
        self.ran: list[Callable[..., Any]] = []

    def run(self, work: Callable[..., T], *args: Any) -> T:
        self.ran.append(work)
        return work(*args)
