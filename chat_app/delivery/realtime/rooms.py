"""The names of rooms. Every push goes to a room, never to a whole namespace."""

from typing import Final

VISITORS: Final = "/visitor"
AGENTS: Final = "/agent"
INBOX_OF_ALL: Final = "inbox:all"
INBOX_WITHOUT_DEPARTMENT: Final = "inbox:none"
_SESSION: Final = "session:"


def session_room(session_id: str) -> str:
    """Those who follow a session."""
    return f"{_SESSION}{session_id}"


def session_in(room: str) -> str | None:
    """The session whose followers are in the room; None for other rooms."""
    return room.removeprefix(_SESSION) if room.startswith(_SESSION) else None


def agent_room(agent_id: str) -> str:
    """All sockets of an agent that watch the inbox."""
    return f"agent:{agent_id}"


def inbox_room(department_id: str | None) -> str:
    """Agents who watch the sessions of a department, or of none."""
    return f"inbox:{department_id}" if department_id else INBOX_WITHOUT_DEPARTMENT
