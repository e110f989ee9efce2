"""What the use cases need from the outside world, by role. Adapters live in infrastructure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol, TypeVar

from chat_app.domain.events import Event
from chat_app.domain.mail import Mail
from chat_app.domain.message import Message
from chat_app.domain.session import Session
from chat_app.domain.viewing import Viewer
from chat_app.domain.visitor import Identity, Page

T = TypeVar("T")


class Clock(Protocol):
    """The time of day, in UTC, cut to milliseconds as everything stored is."""

    def now(self) -> datetime:
        """The present moment."""
        ...


class Ids(Protocol):
    """New names for things."""

    def new(self) -> str:
        """A UUIDv7 in lower case: sorts by time of making."""
        ...

    def secret(self) -> str:
        """256 random bits, URL-safe: what a token is made of."""
        ...


class Tokens(Protocol):
    """Turns secrets into what may be stored, and checks signed identities."""

    def digest(self, token: str) -> str:
        """The hash under which a token is stored."""
        ...

    def identity(self, token: str, *, secret: str, audience: str, now: datetime) -> Identity:
        """Check a site's identity token; raise Unauthorized when it is not valid now."""
        ...


class Passwords(Protocol):
    """Password hashing, kept off the event loop."""

    def hash(self, password: str) -> str:
        """A salted hash to store."""
        ...

    def matches(self, password: str, password_hash: str | None) -> bool:
        """Compare; takes the same time for `None` (no such account)."""
        ...


class RateLimiter(Protocol):
    """Counts what callers do. Without Redis each process counts for itself."""

    def hit(self, rule: str, key: str, *, most: int, seconds: int) -> None:
        """Count one use of `rule` by `key`; raise RateLimited above `most` in `seconds`."""
        ...

    def check(self, rule: str, key: str, *, most: int, seconds: int) -> None:
        """Raise RateLimited if the next use would be too many; counts nothing."""
        ...


class Realtime(Protocol):
    """Tells the browsers. What it is given may be lost: the database is the truth."""

    def publish(self, event: Event) -> None:
        """Push after the caller has been answered; never blocks, never raises."""
        ...


class Followers(Protocol):
    """The agents' sockets that follow sessions, in every web process."""

    def sift(self, sessions: Iterable[Session]) -> None:
        """Those who may not see these sessions, as they are now, follow them no longer.

        Here once this returns; other processes are told before, and waited for is Redis alone, at
        most half a second. What it does not tell they find out within seconds. Never raises.
        """
        ...


class Wakeup(Protocol):
    """Tells a worker that the outbox has work. May be lost: a sweep follows."""

    def nudge(self) -> None:
        """Wake a worker soon; never blocks, never raises."""
        ...


class VisitorPresence(Protocol):
    """Which visitors have a socket open, and their page; for display only, so it may be wrong."""

    def came(self, sockets: Mapping[str, str]) -> set[str]:
        """Sockets (sid → visitor id) opened; return the visitors who had none before."""
        ...

    def alive(self, sockets: Mapping[str, str]) -> None:
        """The heartbeat of a process: these sockets (sid → visitor id) are still open."""
        ...

    def left(self, sockets: Mapping[str, str]) -> None:
        """Sockets (sid → visitor id) are gone."""
        ...

    def gone(self) -> set[str]:
        """Visitors whose last socket has been gone for some seconds; each is told only once."""
        ...

    def looks_at(self, visitor_id: str, page: Page) -> bool:
        """Keep the page as long as the visitor is there; True when it is another one."""
        ...

    def present(self, visitor_ids: Iterable[str]) -> Mapping[str, Page | None]:
        """Those with a socket open, each with its page as far as that is known."""
        ...


class SessionViewers(Protocol):
    """Which agents follow which session; for display only. Without Redis: in this process."""

    def came(self, session_id: str, sid: str, viewer: Viewer) -> Sequence[Viewer]:
        """A socket of an agent follows a session; those who did so before, one per socket."""
        ...

    def left(self, session_id: str, sid: str) -> Sequence[Viewer]:
        """A socket follows it no longer; those who still do, one per socket."""
        ...

    def alive(
        self, following: Mapping[str, Mapping[str, Viewer]]
    ) -> Mapping[str, Sequence[Viewer]]:
        """The heartbeat of a process: session id → sid → agent, of all its sockets.

        Returns the sessions that a dead process's sockets followed until now, each with the
        viewers that are left; each loss is told only once.
        """
        ...


class RecentMessages(Protocol):
    """The newest messages of sessions, close at hand. May forget anything at any time."""

    def remember(self, session: Session, message: Message) -> None:
        """Keep a message that was just stored; never blocks, never raises."""
        ...

    def forget(self, session_id: str) -> None:
        """Drop what is kept of a session whose messages changed; never blocks, never raises."""
        ...

    def newest(self, session: Session) -> Sequence[Message]:
        """Messages in rising order, without a gap up to the session's last; perhaps none.

        `session` comes from the database and is the judge: nothing else than its own is given.
        """
        ...


class Mailer(Protocol):
    """Sends letters."""

    def send(self, mail: Mail) -> None:
        """Hand the letter over; raise Unavailable when that must be tried again."""
        ...


class Turn(Protocol):
    """Something one waits for and another gives."""

    def set(self) -> None:
        """Let whoever waits go on; whoever comes later does not wait."""
        ...

    def wait(self) -> object:
        """Return once it is set."""
        ...


class Blocking(Protocol):
    """Waits for work, and for others, without holding up the event loop."""

    def run(self, work: Callable[..., T], *args: Any) -> T:
        """Run `work(*args)` in a native thread where the server is an event loop."""
        ...

    def turn(self) -> Turn:
        """A turn that nobody has given yet."""
        ...

    def mutex(self) -> AbstractContextManager[object]:
        """Guards steps that wait for nobody."""
        ...

    def soon(self, job: Callable[[], object]) -> None:
        """Do a job that nobody waits for, when those who can go on now have done so."""
        ...

    def breathe(self) -> None:
        """Let those go on who can at this moment; where nobody can it takes no time."""
        ...


class UpgradeRefused(Exception):
    """A request is no WebSocket handshake; `status` and `headers` are the HTTP answer."""

    def __init__(self, status: str, headers: list[tuple[str, str]]) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers


class ClientSocket(Protocol):
    """A WebSocket to one client. One reader, any number of writers."""

    heard_at: float
    """When the client was last heard of, on the monotonic clock."""

    def receive(self) -> str | bytes | None:
        """The next message; None once the connection is over."""
        ...

    def send_many(self, texts: list[str]) -> None:
        """Send text messages in one write; raise OSError when the client is gone."""
        ...

    def ping(self) -> None:
        """Ask whether the client is there; its answer moves `heard_at`."""
        ...

    def close(self, status: int, reason: str = "") -> None:
        """Say why and end."""
        ...

    def abort(self) -> None:
        """End without a word."""
        ...


class Probe(Protocol):
    """One part whose health is shown in /readyz."""

    name: str

    def check(self) -> str | None:
        """None when the part answers, else what is wrong in a few words."""
        ...


Probes = Sequence[Probe]
