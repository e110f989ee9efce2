"""Everything that can be wrong with a request, in the domain's own terms.

ChatError
├── Unauthorized          who are you?
├── NotFound              it does not exist, or not for you
├── Forbidden             you see it but may not do this
│   └── Blocked           a blocked visitor opens a session or sends
├── BadJson               what came cannot be read
├── UnsupportedMediaType  what came is something else than was asked for
├── Validation            a value breaks a rule; `errors` names the field
├── Conflict
│   ├── SessionClosed     the conversation is over
│   ├── SessionOpen       only possible once it is over
│   ├── StaleAssignment   acted on an outdated copy
│   ├── AlreadyAssigned   somebody else has it
│   ├── AlreadyOpen       the visitor has another open session
│   └── CapacityReached   the agent is full
├── TooLarge              a body or file above its size
├── RateLimited           too often; `retry_after` in seconds
└── Unavailable           try again; `retry_after` in seconds
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar


class ChatError(Exception):
    """A refusal with a stable code; `detail` is one sentence for a person."""

    code: ClassVar[str] = "error"
    title: ClassVar[str] = "Request refused"

    def __init__(
        self,
        detail: str = "",
        *,
        errors: Mapping[str, Sequence[str]] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.errors = {key: list(texts) for key, texts in errors.items()} if errors else None
        self.retry_after = retry_after


class Unauthorized(ChatError):
    """No credentials, or none that are valid now."""

    code = "unauthorized"
    title = "Sign in first"


class NotFound(ChatError):
    """The thing does not exist, or the caller may not know that it does."""

    code = "not_found"
    title = "Not found"


class Forbidden(ChatError):
    """The caller sees the thing but may not do this with it."""

    code = "forbidden"
    title = "Not allowed"


class Blocked(Forbidden):
    """The visitor was blocked by an agent."""

    code = "blocked"
    title = "This visitor is blocked"


class BadJson(ChatError):
    """What came cannot be read as JSON."""

    code = "bad_json"
    title = "The body is not valid JSON"


class UnsupportedMediaType(ChatError):
    """What came is something else than was asked for."""

    code = "unsupported_media_type"
    title = "Send application/json"


class Validation(ChatError):
    """A value breaks a rule; `errors` maps field names to sentences."""

    code = "validation"
    title = "Some values are not valid"

    @classmethod
    def of(cls, field: str, text: str) -> "Validation":
        """Make the error of one field."""
        return cls(f"{field}: {text}", errors={field: [text]})


class Conflict(ChatError):
    """The state of the thing does not allow this now."""

    code = "conflict"
    title = "Not possible in this state"


class SessionClosed(Conflict):
    """The conversation is over."""

    code = "session_closed"
    title = "This conversation is closed"


class SessionOpen(Conflict):
    """Only possible after the conversation is closed."""

    code = "session_open"
    title = "This conversation is still open"


class StaleAssignment(Conflict):
    """The caller acted on an outdated copy of the session."""

    code = "stale_assignment"
    title = "The assignment has changed meanwhile"


class AlreadyAssigned(Conflict):
    """Another agent has the session."""

    code = "already_assigned"
    title = "Another agent has this conversation"


class AlreadyOpen(Conflict):
    """The visitor has another open session at this site."""

    code = "already_open"
    title = "The visitor has another open conversation"


class CapacityReached(Conflict):
    """The agent serves as many sessions as allowed."""

    code = "capacity_reached"
    title = "The agent has no room for another conversation"


class TooLarge(ChatError):
    """A body, frame or file is above its allowed size."""

    code = "too_large"
    title = "Too large"


class RateLimited(ChatError):
    """The caller does this too often; `retry_after` says when to come back, in seconds."""

    code = "rate_limited"
    title = "Too many requests"


class Unavailable(ChatError):
    """A part we need does not answer; the same request may succeed after `retry_after` seconds."""

    code = "unavailable"
    title = "Temporarily unavailable"
