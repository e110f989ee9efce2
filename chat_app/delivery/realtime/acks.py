"""Every client event is answered: with what it asked for, or with what is wrong."""

from collections.abc import Callable
from typing import Any

import structlog
from marshmallow import ValidationError

from chat_app.delivery.errors import invalid, refusal
from chat_app.domain.errors import ChatError
from chat_app.domain.repositories import Collision, Duplicate

UNREADABLE = "unreadable packet"
UNKNOWN = "reserved name"
"""Names, impossible in our protocol, that packets get which could not be taken as they came."""

_log = structlog.get_logger(__name__)


def answer(event: str, handle: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Run `handle` and make its result, or its failure, an acknowledgement."""
    try:
        return {"ok": True, **handle()}
    except ChatError as error:
        return {"ok": False, "error": refusal(error)}
    except ValidationError as error:
        return {"ok": False, "error": refusal(invalid(error))}
    except (Collision, Duplicate):
        return refused("unavailable", "Two requests met, try again", retry_after=1)
    except Exception:  # noqa: BLE001 - the last resort: an event is never left unanswered
        _log.exception("bug_in_event", event_name=event)
        return refused("internal", "Something went wrong on our side")


def refused(code: str, message: str, **more: Any) -> dict[str, Any]:
    """A refusal without an error of the domain behind it."""
    return {"ok": False, "error": {"code": code, "message": message, **more}}
